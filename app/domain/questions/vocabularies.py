"""Vocabularies that questions may take their words from."""

from collections.abc import Mapping

from app.domain.questions.question import Option

# What gives synthetic chest films away, by those who looked for it (docs/study-design.md).
CHEST_FILM_ARTEFACTS: tuple[Option, ...] = (
    Option("symmetry", "Unnatural symmetry"),
    Option("grain", "Uniform or missing grain"),
    Option("smooth_bone", "Over-smooth bone"),
    Option("rib", "Broken, doubled or missing rib"),
    Option("vessels", "Vessels that break off or do not branch"),
    Option("heart_diaphragm", "Heart or diaphragm of impossible shape"),
    Option("wrong_side", "Wrong side"),
    Option("device", "Device nonsense"),
    Option("letters", "Garbled letters or marker"),
    Option("frame", "Black frame or tilt"),
)
VOCABULARIES: Mapping[str, tuple[Option, ...]] = {"chest-film-artefacts": CHEST_FILM_ARTEFACTS}
