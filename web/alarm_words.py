"""What is said of each problem to an operator: what it is, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.language import moment, translate
from core.settings import settings
from web import timeline
from web.alarms import Problem
from web.words import N_, WORDS_OF

PARTS = {
    "services": N_("the services"),
    "processes": N_("the cycles"),
    "gates": N_("the cycles"),
    "awaited": N_("whom the cycles wait for"),
    "mail": N_("the mail"),
    "hooks": N_("the other systems"),
    "log": N_("the log"),
    "upkeep": N_("copies and checks"),
    "database": N_("the database's own figures"),
    "disk": N_("the disk"),
}
ON_THE_MACHINE = N_(
    "On the machine: ./mufakat up keeps it running; logs/{service}.log in the data folder says why it is not."
)
SAID: Mapping[str, tuple[str, str]] = {
    "unread_slow": (
        N_("It took too long to read {part}."),
        N_("The database or the disk is slow: see below what holds it up. All else here is as it stands."),
    ),
    "unread_away": (
        N_("The database went away while this page was made: {part} could not be read."),
        N_("Load the page anew. On the machine: ./mufakat doctor says what is wrong."),
    ),
    "unread_broken": (
        N_("{part} could not be read: a fault of Mufakat itself."),
        N_("Tell whoever looks after the program; logs/web.log in the data folder has the details."),
    ),
    "unheard_keeper": (
        N_("The keeper was not heard of for a day: nothing moves by itself."),
        ON_THE_MACHINE,
    ),
    "silent_keeper": (
        N_("The keeper is silent since {since}: no cycle moves, no reminder goes out. People can decide."),
        ON_THE_MACHINE,
    ),
    "unheard_prefect": (
        N_("The flow server was not heard of for a day: no cycle moves."),
        ON_THE_MACHINE,
    ),
    "silent_prefect": (
        N_("The flow server is silent since {since}: no cycle moves. People can decide."),
        ON_THE_MACHINE,
    ),
    "unheard_worker": (N_("No worker was heard of for a day: no cycle moves."), ON_THE_MACHINE),
    "silent_worker": (
        N_("The worker is silent since {since}: no cycle moves. People can decide."),
        ON_THE_MACHINE,
    ),
    "unheard_courier": (
        N_("The courier was not heard of for a day: no mail goes out."),
        ON_THE_MACHINE,
    ),
    "silent_courier": (
        N_("The courier is silent since {since}: no mail goes out. What is written waits."),
        ON_THE_MACHINE,
    ),
    "prefect_away": (
        N_("The flow server does not answer the keeper: no cycle moves. People can decide."),
        N_("It is started again by itself. If this stays: logs/prefect.log in the data folder says why."),
    ),
    "failed": (
        N_("{title} has failed. {error}"),
        N_("Read its log, mend the cause, then start its flow anew: what is done is not done again."),
    ),
    "cancelled_outside": (
        N_("{title} stands still: somebody cancelled its run in the flow server's own pages."),
        N_("Let it go on if that was a mistake; else cancel it here, so that its people are told."),
    ),
    "dying": (
        N_("The flow of {title} died {count} times in a row."),
        N_("It is tried again, ever more slowly, and given up in the end. Read its log and the worker's."),
    ),
    "step_failing": (
        N_("{title}: {step} went wrong. {error}"),
        N_("It is tried again by itself. If this stays, read its log."),
    ),
    "not_carried_out": (
        N_("{who} asked for “{kind}” of {title} at {since}, and it was not carried out."),
        N_("The keeper does that within seconds: see whether it is well."),
    ),
    "stands_at_gate": (
        N_("{title} should have gone on at {at}, and did not."),
        N_("See whether keeper, flow server and worker are well; if they are, start its flow anew."),
    ),
    "mail_stopped": (
        N_("The outgoing mail is stopped by {who} since {since}: {reason}"),
        N_("Let it go on when the cause is mended; what was written meanwhile goes out then."),
    ),
    "mail_waits": (
        N_("Mails that wait to go out: {count}, the oldest since {since}."),
        N_("See whether the courier is well and the mail server answers. Nothing is lost."),
    ),
    "mail_lost": (
        N_("Mails that were given up after many attempts: {count}."),
        N_("Mend the address or the mail server, then send them again."),
    ),
    "mail_homeless": (
        N_("Mails that had no address to go to: {count}."),
        N_("Ask HR for the addresses; then send them again."),
    ),
    "unreached": (
        N_("People whom mail does not reach: {count}."),
        N_("HR corrects their addresses, and prints what they missed."),
    ),
    "hooks_off": (
        N_("Other systems that are told nothing any more, because they failed for days: {count}."),
        N_("HR or an administrator mends that under Webhooks."),
    ),
    "unsigned": (
        N_("The log was not signed since {since}."),
        N_("If the keeper is well, it refuses: see its log, and run ./mufakat ledger verify."),
    ),
    "never_signed": (
        N_("The log was never signed."),
        N_("If the keeper is well, it refuses: see its log, and run ./mufakat ledger verify."),
    ),
    "altered": (
        N_("The log was altered: the check of {since} found {count} places. {first}"),
        N_("Restore and delete nothing. Tell the auditors; copy the database as it is: ./mufakat db dump."),
    ),
    "unproved": (
        N_("The whole log was last verified: {since}."),
        N_("The nightly housekeeping does that; or run ./mufakat ledger verify on the machine."),
    ),
    "duties_failed": (
        N_("Of the nightly housekeeping of {since} this was not done: {duties}."),
        N_("It is tried again tonight; the flow server's pages have its log."),
    ),
    "duties_late": (
        N_("The nightly housekeeping was last done: {since}."),
        N_("See whether the flow server and the worker are well: they run it at night."),
    ),
    "never_copied": (
        N_("No copy of the database was ever made by ./mufakat db dump."),
        N_("Make one tonight, and let the machine make one every night; keep it elsewhere."),
    ),
    "copy_old": (
        N_("The last copy of the database is of {since}."),
        N_("See why the machine's timer did not make one, and make one: ./mufakat db dump."),
    ),
    "copy_bad": (
        N_("A copy of the database is of no use: the trial of {since} failed ({file})."),
        N_("Make a new one and try it: ./mufakat db dump, ./mufakat db try."),
    ),
    "copy_untried": (
        N_("A copy of the database was last tried: {since}."),
        N_("Only a copy that was tried is known to be good: ./mufakat db try FILE."),
    ),
    "disk_full": (
        N_("Only {free} GB of disk are left for {folder}."),
        N_("Make room now: a full disk stops the database. Old copies and logs are good to move first."),
    ),
    "disk_low": (N_("{free} GB of disk are left for {folder}."), N_("Make room in the next days.")),
    "other_tables": (
        N_("The tables are of revision {found}, and this program expects {wanted}."),
        N_("Run ./mufakat db upgrade on the machine; a copy before it is wise."),
    ),
    "connections": (
        N_("{count} of the database's {most} connections are taken."),
        N_("Start web, keeper, courier and worker anew one by one; if it comes back, give PostgreSQL more."),
    ),
    "blocked": (
        N_("Connections that wait for another to let go of a record: {count}, for {minutes} minutes now."),
        N_("See the transaction that is open longest; ending its process lets the others go on."),
    ),
    "open_transaction": (
        N_("A transaction is open for {minutes} minutes (process {pid} of the database)."),
        N_("A copy being made takes so long; anything else holds others up."),
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in words."""

    what: str
    advice: str
    urgent: bool
    where: str
    """Its part of the page."""
    log: str
    """Where its log is, if it has one."""


def told(problem: Problem, language: str) -> Told:
    """What is said of a problem in a language."""
    what, advice = SAID[problem.code]
    facts = {name: _word(name, value, language) for name, value in problem.facts.items()}
    said = translate(language, what).format_map(facts).strip()
    return Told(
        said[:1].upper() + said[1:],
        translate(language, advice).format_map(facts),
        problem.urgency == "now",
        problem.where,
        problem.log,
    )


def _word(name: str, value: object, language: str) -> str:
    if isinstance(value, datetime):
        return moment(language, value, settings().zone)
    if value is None:
        return translate(language, N_("never"))
    match name:
        case "part":
            return translate(language, PARTS[str(value)])
        case "step":
            return timeline.place(str(value), language)
        case "kind":
            return translate(language, WORDS_OF.get(str(value), str(value)))
        case _:
            return str(value)
