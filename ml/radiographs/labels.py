"""Whether a film counts as normal or abnormal: only where somebody said so, in known words.

A condition comes from a table's column, from the findings in a closed vocabulary, from a folder
named for it, from a caption that is nothing but such a name, or from ``--condition``. No word is
looked for inside a sentence: "Heart size is normal. Large right pleural effusion." holds the word
normal and is not a normal film. What is left is refused by name, or listed for somebody to confirm
(ml/radiographs/derived_conditions.py).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ml.bank.writer import CONDITIONS, Condition
from ml.errors import MlError
from ml.methods.config import PROMPT_ABNORMAL, PROMPT_NORMAL

NORMAL = frozenset(
    {
        *("normal", "normal chest", "normal chest x-ray", "normal chest radiograph"),
        *("normal study", "healthy", "unremarkable", "no finding", "no findings"),
        *("no abnormality", "no abnormalities", "no abnormal finding", "no abnormal findings"),
        *("no acute cardiopulmonary abnormality", "no acute cardiopulmonary findings"),
    }
)
"""Whole entries of a findings column that say: nothing is wrong."""

ABNORMAL = frozenset(
    {
        "abnormal",
        # ChestX-ray14, CheXpert and MIMIC-CXR, VinDr-CXR, PadChest's common ones, and Kaggle's.
        *("airspace opacity", "aortic enlargement", "atelectasis", "bronchiectasis"),
        *("calcification", "cardiomegaly", "cavitation", "clavicle fracture", "consolidation"),
        *("copd", "covid", "covid-19", "edema", "effusion", "emphysema"),
        *("enlarged cardiomediastinum", "enlarged pa", "fibrosis", "fracture", "hernia"),
        *("hiatal hernia", "ild", "infiltrate", "infiltration", "interstitial pattern"),
        *("lung cavity", "lung cyst", "lung lesion", "lung opacity", "lung tumor", "mass"),
        *("mediastinal shift", "miliary tuberculosis", "nodule", "nodule/mass", "oedema"),
        *("other lesion", "pleural effusion", "pleural other", "pleural thickening"),
        *("pneumonia", "pneumothorax", "pulmonary fibrosis", "pulmonary oedema"),
        *("pulmonary edema", "pulmonary tuberculosis", "rib fracture", "scoliosis"),
        *("tb", "tuberculosis", "viral pneumonia", "bacterial pneumonia"),
    }
)
"""Whole entries of a findings column, or a folder's name, that say: something is wrong."""

SILENT = frozenset(
    {
        "",
        "-",
        "?",
        "n/a",
        "na",
        "nan",
        "none",
        "null",
        "unknown",
        "not available",
        "support devices",
    }
)
"""Entries that say nothing of the condition: "none" is how tables write both "no finding" and "no
entry", and devices are seen on normal films too."""

CAPTIONS: dict[str, Condition] = {
    PROMPT_NORMAL.lower(): "normal",
    PROMPT_ABNORMAL.lower(): "abnormal",
}
"""The presets' own prompts, as captions."""


def condition_of_findings(findings: str) -> Condition | None:
    """Return what a findings column says, or None where the vocabulary does not know it.

    Several findings are separated by ``|``, ``;`` or ``,``. Every one must be known, and all must
    say the same.
    """
    entries = [_plain(entry) for entry in re.split(r"[|;,]", findings)]
    told = [entry for entry in entries if entry not in SILENT]
    if told and all(entry in NORMAL for entry in told):
        return "normal"
    if told and all(entry in ABNORMAL for entry in told):
        return "abnormal"
    return None


def is_silent(findings: str) -> bool:
    """Say whether a findings column holds nothing but marks of a missing entry."""
    return all(_plain(entry) in SILENT for entry in re.split(r"[|;,]", findings))


def condition_of_folder(name: str) -> Condition | None:
    """Return what the folders of an image's name say, each taken whole.

    Raises
    ------
    MlError
        If two of them contradict each other.
    """
    folders = [_plain(part) for part in PurePosixPath(name).parent.parts]
    normal, abnormal = (any(f in known for f in folders) for known in (NORMAL, ABNORMAL))
    if normal and abnormal:
        raise MlError(
            f"{name} lies in a folder for normal and in one for abnormal images: rename one, or "
            "add a column condition."
        )
    return "normal" if normal else "abnormal" if abnormal else None


def condition_of_caption(caption: str) -> Condition | None:
    """Return what a caption says that is nothing but a condition's name or a preset's prompt."""
    plain = _plain(caption)
    if plain in CAPTIONS:
        return CAPTIONS[plain]
    if plain in CONDITIONS:
        return "normal" if plain == "normal" else "abnormal"
    return "normal" if plain in NORMAL else None


def _plain(text: str) -> str:
    """Return an entry in lower case, underscores as spaces, without a full stop at its end."""
    return re.sub(r"[\s_]+", " ", text).strip().rstrip(".").strip().lower()
