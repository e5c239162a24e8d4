"""What can be wrong with a row of a file: the sentence for it, and whether it refuses or only warns."""

import dataclasses
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Level(StrEnum):
    REFUSE = "refuse"
    WARN = "warn"


class Wrong(StrEnum):
    """The sentences; keys of the catalogue, with {facts} to be filled in."""

    # cells
    MISSING = "This is needed and the cell is empty."
    TOO_LONG = "This is longer than {limit} characters."
    NOT_A_DATE = "“{said}” is not a date; write day-month-year, as in 31-12-1985."
    SHORT_YEAR = "“{said}” has a year of two digits; {read} is taken."
    MONTH_FIRST = "“{said}” stands in a column that writes the month first; {read} is taken."
    DATE_EITHER = (
        "“{said}” can be read both ways, and its column holds both day-month and month-day; write the month"
        " as a word, as in 4 Mei 2026."
    )
    DATE_SWAPPED = (
        "The spreadsheet seems to have swapped day and month in {said}: of this column it took for dates only"
        " what could be month-day. Open the source with Indonesian settings, or import the column as text."
    )
    NOT_A_YEAR = "“{said}” is not a year."
    NOT_A_RANK = "“{said}” is not a rank; ranks run from I/a to IV/e."
    RANK_CONTRADICTS = "“{said}” contradicts itself: the rank {rank} is called {name}."
    GRADE_LEFT_OUT = "“{said}” is no rank of a civil servant (I/a to IV/e); the rank is left as it is."
    CODE_NUMBER = "The spreadsheet holds the code {said} as a number: a nought at its ends would be lost."
    CODE_DATE = (
        "The spreadsheet turned the code into the date {said}; format the column as text and type it again."
    )
    PHONE_LOST = "The spreadsheet turned the phone number into {said} and lost its digits; it is left out."
    NOT_ONE_OF = "“{said}” is not one of: {known}."
    NOT_AN_ADDRESS = "“{said}” is not an email address; the person enters without one."
    FORMULA_ERROR = "The spreadsheet shows the error {said} here."
    # NIP
    NIP_LENGTH = "A NIP has 18 digits; this has {digits}."
    NIP_OLD = "This is an old NIP of 9 digits; write the one of 18 digits."
    NIP_LOST = (
        "The spreadsheet turned the NIP into a number and lost its last digits. Format the column as text,"
        " type the NIP again (all 18 digits) and send the file once more."
    )
    NIP_GUESSED = "The NIP had lost its last digits; by its first 15 and the name it is {nip}."
    NIP_SEVERAL = "The NIP has lost its last digits, and several people have the same first 15."
    NIP_BIRTH = "The first eight digits of the NIP, {digits}, are no date of birth."
    NIP_APPOINTED = "The NIP gives {digits} as year and month of appointment, which can't be."
    NIP_GENDER = "The 15th digit of a NIP is 1 or 2; here it is {digit}."
    NIP_UNUSUAL = "The NIP does not follow the pattern (birth date, appointment, gender, serial number)."
    BORN_OTHERWISE = "The NIP says born on {nip}, the row says {said}."
    GENDER_OTHERWISE = "The gender in the row is not the one in the NIP."
    APPOINTED_YOUNG = "By the NIP the person was appointed at the age of {age}."
    # references
    UNKNOWN_UNIT = "There is no unit “{said}”."
    UNIT_NEAR = "There is no unit “{said}”; do you mean {near}?"
    SEVERAL_UNITS = "There are several units called “{said}”; write the unit's code."
    CODES_ALIKE = (
        "The spreadsheet made the number {said} of the code; it may be any of {codes}. Format the column as"
        " text."
    )
    UNKNOWN_POST = "There is no post “{said}”."
    SEVERAL_POSTS = "There are several posts called “{said}”; write the post's code."
    UNKNOWN_PERSON = "There is no employee with the NIP {nip}."
    UNKNOWN_CALENDAR = "There is no calendar “{said}”."
    REFUSED_ELSEWHERE = "This depends on row {row} of the sheet {sheet}, which is refused."
    OTHER_NAME = "The NIP belongs to {name}; the row says {said}."
    POST_LEFT_OUT = "There is no post “{said}”; the person enters without it."
    # rules between rows
    OWN_RECORD = "This would change your own record, or what your post may decide; another of HR enters it."
    REPEATED = "The same as row {row}."
    REPEATED_IN = "The same as row {row} of the sheet {sheet}."
    CONTRADICTED_IN = "Row {row} of the sheet {sheet} says something else about the same."
    SAME_PERSON = (
        "{name}, born on {born_on} too, is on record with the NIP {nip}; look whether it is the same person."
    )
    CONTRADICTED = "Row {row} says something else about the same."
    CIRCLE = "The unit would lie below itself."
    DATES_REVERSED = "The last day {ends_on} lies before the first, {starts_on}."
    ACTING_NEEDS_ORDER = "Acting for a post (Plt., Plh.) needs the number of its order."
    ACTING_TOO_LONG = "Acting for a vacant post (Plt.) ends after 3 months, extendable by 3; this is longer."
    POST_TAKEN = "The post is held by {name} since {since}, which is not before {starts_on}."
    POST_PASSES = "Takes the post from {name}, whose last day there becomes {ends_on}."
    POST_LEFT = "Leaves the post {title}, where the last day becomes {ends_on}."
    POST_SINCE = "The record has this post held since {since}, which is kept."
    HEAD_GUESSED = "Taken as the post that leads its unit."
    KEY_TAKEN = "The unit has another post of this kind already: {code}."
    DAY_ASSUMED = "No first day is given; {day} is taken."
    LEFT_TODAY = "The day of leaving is not given, or lies ahead; {day} is taken."
    STATUS_ASSUMED = "No status is given; PNS is taken."
    RANK_NEWER = "The record holds the later rank {rank} since {since}, which is kept."
    EDUCATION_HIGHER = "The record holds the higher education {level}, which is kept."
    ROLE_LEFT_OUT = "Only an administrator can give the role {role}; it is left out."
    # what an undo leaves
    CHANGED_SINCE = "This was changed since, so it stays as it is now."
    GONE_SINCE = "This was removed since."
    USED_SINCE = "This is in use since, by an account, a case or another record, so it stays."
    STAYS_WITH_PERSON = "This stays, for the person stays."
    POST_TAKEN_SINCE = "The post is held by {name} now, so its former holder does not get it back."
    LOGIN_TAKEN = "The login {login} belongs to somebody else."
    HAS_ACCOUNT = "The person has an account already; its login and roles stay as they are."


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one field of a row."""

    field: str
    level: Level
    wrong: Wrong
    facts: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    reading: bool = False
    """Found while the cells were read: true whatever the records say."""

    def stored(self) -> dict[str, Any]:
        """As an import's row keeps it."""
        said: dict[str, Any] = {
            "field": self.field,
            "level": str(self.level),
            "message": str(self.wrong),
            "facts": {name: readable(value) for name, value in self.facts.items()},
        }
        return said | {"reading": True} if self.reading else said

    @classmethod
    def restored(cls, said: dict[str, Any]) -> "Problem":
        """From what `stored` gave."""
        reading = bool(said.get("reading"))
        return cls(said["field"], Level(said["level"]), Wrong(said["message"]), said["facts"], reading)


def readable(value: Any) -> Any:
    """A date as people write it: 2026-04-01 as 01-04-2026; everything else as it is."""
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        return "-".join(reversed(value.split("-")))
    return value


def refuse(name: str, wrong: Wrong, /, **facts: Any) -> Problem:
    return Problem(name, Level.REFUSE, wrong, facts)


def warn(name: str, wrong: Wrong, /, **facts: Any) -> Problem:
    return Problem(name, Level.WARN, wrong, facts)
