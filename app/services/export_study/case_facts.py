"""What is told of one case: its image in the bank, and what was measured of the picture."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.bank.leak_audit import MEASURES, picture_measures
from app.bank.store import RenditionStore
from app.domain.errors import NotFound

_NOT_MEASURED: Mapping[str, None] = dict.fromkeys(MEASURES)


def case_facts(row: Mapping[str, Any], store: RenditionStore) -> dict[str, object]:
    """A row of `case_rows` as CASE_COLUMNS has it, the study's name apart.

    What the bank says is of any type; only what is of the right one is passed on.
    """
    provenance = row["provenance"]
    evaluation = provenance.get("evaluation")
    memorised = evaluation.get("memorised") if isinstance(evaluation, dict) else None
    prompt, seed = provenance.get("prompt"), provenance.get("seed")
    return {
        **row,
        "replicated": int(row["replicated"]),
        "prompt": prompt if isinstance(prompt, str) else None,
        "seed": seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        "memorised": int(memorised) if isinstance(memorised, bool) else None,
        **_measures(row["rendition"], store),
    }


def _measures(rendition: str | None, store: RenditionStore) -> Mapping[str, float | None]:
    if rendition is None:
        return _NOT_MEASURED
    try:
        measures = picture_measures(store.read(rendition))
    except (NotFound, OSError):  # not there, or no picture any more: audit-study names it
        return _NOT_MEASURED
    return {name: round(value, 4) for name, value in asdict(measures).items()}
