"""What the settings of an analysis are called, as reports and protocols say them."""

from collections.abc import Mapping

from app.domain.said import said

# The settings of an analysis by their names in app.statistics.table.settings.
_SETTINGS: Mapping[str, str] = {
    "margin": said("margin"),
    "measure": said("measure"),
    "generalise_to": said("generalise to"),
    "level": said("level"),
    "seed": said("seed"),
    "bootstrap": said("bootstrap"),
    "covariance": said("covariance"),
    "adjustment": said("adjustment"),
    "primary_arm": said("primary arm"),
    "positive_controls": said("positive controls"),
    "least_answered": said("least answered"),
    "model": said("model"),
}


def setting_name(name: str) -> str:
    """A setting of app.statistics.table.settings in words; its own name where there are none."""
    return _SETTINGS.get(name, name.replace("_", " "))
