from notifications.pacing import Pace


def test_without_limits_everything_may_go():
    pace = Pace()
    for _ in range(1_000):
        assert pace.may("a@medan.go.id", 0.0)
        pace.begin("a@medan.go.id", 0.0)
    assert pace.pause("a@medan.go.id", 0.0) == 0.0


def test_only_so_many_go_to_one_domain_at_a_time():
    pace = Pace(at_once=2)
    pace.begin("a@medan.go.id", 0.0)
    pace.begin("b@MEDAN.go.id", 0.0)
    assert not pace.may("c@medan.go.id", 9_999.0)
    assert pace.may("c@binjai.go.id", 0.0)
    pace.end("a@medan.go.id")
    assert pace.may("c@medan.go.id", 0.0)


def test_only_so_many_go_to_one_domain_a_minute_and_it_says_when_the_next_may():
    pace = Pace(per_minute=3)
    for at in (0.0, 10.0, 20.0):
        assert pace.may("a@medan.go.id", at)
        pace.begin("a@medan.go.id", at)
        pace.end("a@medan.go.id")
    assert not pace.may("a@medan.go.id", 59.9)
    assert pace.pause("a@medan.go.id", 59.0) == 1.0
    assert pace.may("a@medan.go.id", 60.0) and pace.pause("a@medan.go.id", 60.0) == 0.0
    pace.begin("a@medan.go.id", 60.0)
    assert not pace.may("a@medan.go.id", 69.0) and pace.may("a@medan.go.id", 70.0)


def test_it_is_idle_when_nothing_is_on_its_way():
    pace = Pace(at_once=1)
    assert pace.is_idle
    pace.begin("a@medan.go.id", 0.0)
    assert not pace.is_idle
    pace.end("a@medan.go.id")
    assert pace.is_idle
