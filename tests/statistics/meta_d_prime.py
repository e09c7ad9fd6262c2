"""Makes meta_d_prime.csv with metadpy 0.1.2, a translation of Maniscalco and Lau's own program.

    pip install metadpy==0.1.2 pandas-flavor numba tqdm && python tests/statistics/meta_d_prime.py

Counts are from "first, surest" to "second, surest"; the first table is the example in their
program's help, the others are made up: three, five and two levels, confidence that says little, a
leaning reader. Without padding, so that both programs get the same numbers.
"""

import csv
import importlib.util
import sys
import types
from pathlib import Path

TABLES = (
    ([36, 24, 17, 20, 10, 12, 9, 2], [1, 4, 10, 11, 19, 18, 28, 39]),
    ([52, 32, 35, 37, 26, 12, 4, 2], [2, 5, 15, 22, 33, 38, 40, 45]),
    ([100, 50, 20, 10, 5, 1], [3, 7, 8, 12, 27, 89]),
    ([30, 20, 12, 9, 8, 6, 5, 4, 3, 3], [4, 5, 5, 6, 9, 10, 12, 14, 16, 19]),
    ([60, 40, 30, 20], [25, 25, 45, 55]),
    ([20, 21, 19, 10, 9, 11], [9, 10, 11, 19, 20, 21]),
    ([70, 35, 15, 6, 4, 2], [28, 22, 17, 14, 20, 31]),
)


def fit_metad():
    """The function of metadpy's likelihood module, without the Bayesian half of the package."""
    folder = Path(importlib.util.find_spec("metadpy").origin).parent
    package = types.ModuleType("metadpy")
    package.__path__ = [str(folder)]
    sys.modules["metadpy"] = package
    from metadpy.mle import fit_metad as fit

    return fit


def main() -> None:
    """Fit every table and write what came out."""
    import numpy as np

    fit = fit_metad()
    with (Path(__file__).parent / "meta_d_prime.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["first", "second", "d_prime", "meta_d_prime", "log_likelihood"])
        for first, second in TABLES:
            levels = len(first) // 2
            result = fit(np.array(first, float), np.array(second, float), levels)
            rows.writerow(
                [
                    " ".join(map(str, first)),
                    " ".join(map(str, second)),
                    *(f"{result[name]:.6f}" for name in ("dprime", "meta_d", "logL")),
                ]
            )


if __name__ == "__main__":
    main()
