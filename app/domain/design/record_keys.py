"""The keys of a bank's records that a design speaks of: strata, matching, texts, references."""

from collections.abc import Mapping
from typing import Any


def with_keys(document: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """The document with each of its record keys replaced by that in `keys`."""
    changed = dict(document)
    for name in ("stratify_by", "matched_by"):
        if name in changed:
            changed[name] = keys[changed[name]]
    if "presentation" in changed:
        changed["presentation"] = _with_beside(changed["presentation"], keys)
    if "phases" in changed:
        changed["phases"] = [
            phase | {"presentation": _with_beside(phase["presentation"], keys)}
            if "presentation" in phase
            else phase
            for phase in changed["phases"]
        ]
    changed["questions"] = [
        row | {"reference": keys[reference_key(row)]} if reference_key(row) else row
        for row in changed["questions"]
    ]
    return changed


def _with_beside(presentation: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    beside = presentation.get("beside")
    return {**presentation, **({"beside": keys[beside]} if beside else {})}


def reference_key(row: Mapping[str, Any]) -> str:
    """The key that holds the reference standard of a question's row; empty for none."""
    return str(row.get("reference", "findings")) if row.get("measure") == "finding" else ""


def record_keys(document: Mapping[str, Any]) -> set[str]:
    """The record keys that a design asks of every image."""
    shown = [document, *document.get("phases", ())]
    besides = {one.get("presentation", {}).get("beside", "") for one in shown}
    references = {reference_key(row) for row in document.get("questions", ())}
    own = {document.get("stratify_by", "condition"), document.get("matched_by", "")}
    return {key for key in besides | references | own if key}
