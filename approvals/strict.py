"""How chains are read: strictly, with durations, conditions and names in their own forms."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from core.conditions import BadCondition, condition
from core.worktime import Duration

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Strict(BaseModel):
    """Unknown keys are refused: a setting that nothing obeys is a lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def mapping(said: Any) -> dict[str, Any]:
    """What was said, if it is keys and values; otherwise nothing."""
    return said if isinstance(said, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _duration(said: object) -> Duration:
    return said if isinstance(said, Duration) else Duration.parse(str(said))


def _compiles(said: str) -> str:
    try:
        condition(said)
    except BadCondition as exc:
        raise ValueError(f"not a condition in CEL: {exc.facts['why']}") from exc
    return said


Length = Annotated[Duration, PlainValidator(_duration), PlainSerializer(str)]
Cel = Annotated[str, AfterValidator(_compiles)]
UUID_TEXT = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
