"""What families that predict flow have in common.

Lipman Y et al., doi:10.48550/arXiv.2210.02747.
"""

from __future__ import annotations

from ml.bases.adapter import Adapter
from ml.bases.objectives import Flow, Objective
from ml.errors import MlError

FLOW = "flow_prediction"


class FlowAdapter(Adapter):
    """A family that predicts flow, and nothing else."""

    learns_flow = True

    def predicts(self) -> str:
        """Return flow_prediction, whatever the scheduler's configuration leaves out."""
        return FLOW

    def settled_prediction(self, asked: str | None) -> str:
        """Return flow_prediction. Raises MlError where another is asked for."""
        if asked not in (None, FLOW):
            raise MlError(
                f"{self.family} predicts flow and cannot learn {asked}: leave "
                "training.prediction_type out."
            )
        return FLOW

    def let_predict(self, predicts: str, *, zero_snr: bool = False) -> None:
        """Do nothing: the pipeline's scheduler is one for flow."""

    def objective(self, asked: str | None, min_snr_gamma: float | None) -> Objective:
        """Return the flow at the family's noise levels. Raises MlError for another objective."""
        self.settled_prediction(asked)
        if min_snr_gamma is not None:
            raise MlError(
                f"training.min_snr_gamma weighs the errors of noise, and {self.family} predicts "
                "flow: leave it out."
            )
        levels = int(self.pipeline.scheduler.config.get("num_train_timesteps", 1000))
        return Flow(levels, shift=self.training_shift(), bell=self.bell())

    def sampling_shift(self) -> float:
        """Return by how much the base's own sampler moves noise levels towards noise."""
        config = self.pipeline.scheduler.config
        return float(config.get("flow_shift") or config.get("shift") or 1.0)

    def training_shift(self) -> float:
        """Return by how much training moves noise levels towards noise."""
        return self.sampling_shift()

    def bell(self) -> bool:
        """Say whether training draws most noise levels from the middle."""
        return False

    def training_note(self) -> str:
        """Say how noise levels are drawn in training, and how sampling spaces them."""
        drawn = "the logistic function of normal numbers" if self.bell() else "evenly"
        return (
            f"drawn {drawn}, shifted by {self.training_shift():g} in training and by "
            f"{self.sampling_shift():g} in sampling"
        )
