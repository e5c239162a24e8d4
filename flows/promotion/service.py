"""Promotion as a kind of process: what it asks for, how it is checked, simulated, named and run."""

from flows.process.kinds import Kind
from flows.promotion.cohort import check
from flows.promotion.dryrun import dry_run
from flows.promotion.params import PromotionParams
from flows.promotion.remaining import finish

KIND = Kind(
    name="promotion",
    titles={"id": "Kenaikan pangkat", "en": "Rank promotion"},
    deployment="promotion-cycle/promotion",
    params=PromotionParams,
    reference=lambda params: params.reference,
    check=check,
    dry_run=dry_run,
    finish=finish,
)
