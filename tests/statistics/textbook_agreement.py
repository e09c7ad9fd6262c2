"""Small published tables, retyped with their citation, as readers x cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.statistics.table.ratings import Float

# Fleiss JL (1971), Psychol Bull 76:378-382: 30 patients, 6 psychiatrists each, 5 diagnoses; counts
# per patient and diagnosis.
FLEISS_1971 = (
    (0, 0, 0, 6, 0),
    (0, 3, 0, 0, 3),
    (0, 1, 4, 0, 1),
    (0, 0, 0, 0, 6),
    (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0),
    (0, 0, 4, 0, 2),
    (2, 0, 3, 1, 0),
    (2, 0, 0, 4, 0),
    (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0),
    (1, 1, 0, 4, 0),
    (0, 3, 3, 0, 0),
    (1, 0, 0, 5, 0),
    (0, 2, 0, 3, 1),
    (0, 0, 5, 0, 1),
    (3, 0, 0, 1, 2),
    (5, 1, 0, 0, 0),
    (0, 2, 0, 4, 0),
    (1, 0, 2, 0, 3),
    (0, 0, 0, 0, 6),
    (0, 1, 0, 5, 0),
    (0, 2, 0, 1, 3),
    (2, 0, 0, 4, 0),
    (1, 0, 0, 4, 1),
    (0, 5, 0, 1, 0),
    (4, 0, 0, 0, 2),
    (0, 2, 0, 4, 0),
    (1, 0, 5, 0, 0),
    (0, 0, 0, 0, 6),
)

_ = np.nan
# Krippendorff K (2011), Computing Krippendorff's alpha-reliability, data C: 4 observers, 12 units.
KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)

# Shrout PE, Fleiss JL (1979), Psychol Bull 86:420-428, table 2: 4 judges, 6 targets.
SHROUT_FLEISS_1979 = np.array(
    [
        [9.0, 6, 8, 7, 10, 6],
        [2, 1, 4, 1, 5, 2],
        [5, 3, 6, 2, 6, 4],
        [8, 2, 8, 6, 9, 7],
    ]
)

# Landis JR, Koch GG (1977), Biometrics 33:159-174, New Orleans patients: two neurologists, four
# grades of certainty of multiple sclerosis.
LANDIS_KOCH_1977 = ((5, 3, 0, 0), (3, 11, 4, 0), (2, 13, 3, 4), (1, 2, 4, 14))

# Feinstein AR, Cicchetti DV (1990), J Clin Epidemiol 43:543-549: the kappa paradox, rows and
# columns 0 = no, 1 = yes.
FEINSTEIN_CICCHETTI_1990 = (
    ((45, 6), (9, 40)),
    ((5, 5), (10, 80)),
    ((15, 25), (15, 45)),
    ((35, 5), (35, 25)),
)

# Bland JM, Altman DG (1986), Lancet i:307-310: peak flow, 17 subjects, Wright meter, read twice.
BLAND_ALTMAN_1986_FIRST = np.array(
    [[494.0, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]]
)
BLAND_ALTMAN_1986_SECOND = np.array(
    [[490.0, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421]]
)


def from_counts(counts: Sequence[Sequence[int]]) -> Float:
    """Readers (in any order) x cases of counts per case and category 1, 2, ..."""
    return np.array(
        [np.repeat(np.arange(1.0, len(row) + 1), row) for row in counts], dtype=np.float64
    ).T


def from_table(table: Sequence[Sequence[int]], first: float = 1.0) -> Float:
    """Two readers x cases of a confusion table with categories first, first + 1, ..."""
    pairs = [
        (first + a, first + b)
        for a, row in enumerate(table)
        for b, count in enumerate(row)
        for _ in range(count)
    ]
    return np.array(pairs, dtype=np.float64).T


def ratings_with_gaps(
    seed: int, readers: int = 5, cases: int = 14, missing: float = 0.25, steps: int = 4
) -> Float:
    """Readers who agree in part, on a scale 1..steps, with missing ratings."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=cases)[None] + rng.normal(size=(readers, 1)) * 0.4
    latent = latent + rng.normal(size=(readers, cases))
    cuts = np.linspace(-1.2, 1.2, steps - 1)
    matrix = np.digitize(latent, cuts) + 1.0
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return matrix
