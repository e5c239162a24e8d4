"""What HR says to open a promotion cycle."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from flows.process.models import Process
from flows.promotion.errors import NotFirstOfMonth
from flows.promotion.rulebook import Kind, rulebook


class PromotionParams(BaseModel):
    """A cycle: its kind, the day the promotions take effect, and whom it covers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["reguler"] = "reguler"
    effective_on: date
    """The 1st of a month (Perka BKN 4/2025)."""
    unit_codes: tuple[str, ...] = Field(default=(), max_length=500)
    """Units with all below them; none means the whole office."""

    @field_validator("effective_on")
    @classmethod
    def _first_of_month(cls, day: date) -> date:
        """Raises NotFirstOfMonth, which passes through pydantic as it is."""
        if day.day != 1:
            raise NotFirstOfMonth(day=f"{day:%d-%m-%Y}")
        return day

    @field_validator("unit_codes", mode="before")
    @classmethod
    def _clean(cls, codes: Any) -> Any:
        if isinstance(codes, list | tuple):
            return tuple(dict.fromkeys(str(c).strip() for c in codes if str(c).strip()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return codes

    @property
    def rules(self) -> Kind:
        return rulebook().kinds[self.kind]

    @property
    def reference(self) -> str:
        """What people call the cycle by: KP-2026-12."""
        return f"{self.rules.code}-{self.effective_on:%Y-%m}"


def params_of(process: Process) -> PromotionParams:
    return PromotionParams.model_validate(process.params)
