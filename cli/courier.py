"""`./mufakat courier`: sends what the outbox holds."""

import threading

from cli.ready import announce
from cli.serving import until_told


def courier() -> None:
    """Send the messages of the outbox, and what other systems want to hear of, until stopped.

    Several couriers may run at once, also on several machines: each message is leased by one of them. One
    that can't be sent is tried again ever more slowly, and in the end shown to the operators.

    Examples:

        ./mufakat courier

        MUFAKAT_MAIL_TRANSPORT=smtp MUFAKAT_MAIL_SMTP_HOST=mail.example.go.id ./mufakat courier
    """
    with until_told() as stop:
        import wiring
        from flows.process.heartbeats import beating
        from notifications import courier as room
        from notifications import webhook_carrier

        webhooks = threading.Thread(target=webhook_carrier.run, args=(stop,), name="webhooks")
        webhooks.start()
        announce()
        with beating("courier"):
            room.run(stop, wiring.surroundings())
        webhooks.join()
