"""What the bank measured of the images themselves, by arm of a study."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.bank.evaluation import ArmEvaluation, arm_evaluation
from app.db.tables import Arm, Study
from app.db.truth.evaluations import case_evaluations


def evaluations_of_arms(
    session: Session, study: Study, arms: Mapping[str, Arm]
) -> dict[str, ArmEvaluation | None]:
    """Arm to what its bank says of it and of the images drawn from it; None where it is silent."""
    drawn = case_evaluations(session, study)
    return {key: arm_evaluation(arm.details, drawn.get(key, ())) for key, arm in arms.items()}
