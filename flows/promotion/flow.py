"""The story of a promotion cycle. It may begin anew from its top at any time: every line is done once."""

from uuid import UUID

from prefect import flow

import wiring
from flows.process.gates import until_settled
from flows.process.pages import link_to_process, show_figures
from flows.process.run import running
from flows.process.steps import step
from flows.promotion import decrees, screening

screen_candidates = step(screening.screen_candidates)
issue_decrees = step(decrees.issue_decrees)
finalise = step(decrees.finalise)


@flow(name="promotion-cycle", persist_result=False)
def promotion_cycle(process_id: UUID, fence: int) -> None:
    """From screening to decrees; started by the keeper, under the number of the start."""
    wiring.wire()
    with running(process_id, fence):
        link_to_process(process_id)
        show_figures("screening", screen_candidates(process_id))  # opens a case for whoever meets the rules
        until_settled(process_id, "approvals")  # nothing runs while people think
        issue_decrees(process_id)  # number, PDF, new rank, notice: in one transaction each
        show_figures("summary", finalise(process_id))
