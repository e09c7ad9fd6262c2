"""Which published agreement statistics we offer, and how to get each from a reference table.

Each entry takes the rows of a reference CSV file (dictionaries of strings) and the arguments of the
expected value, and returns a number, a list, or the part of a dictionary that is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from offered_mrmc import matrix

from app.statistics.agreement.by_arm import agreement
from app.statistics.agreement.coefficients import (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from app.statistics.agreement.icc import icc
from app.statistics.agreement.intra_reader import NORMAL_95, intra_reader, reader_repeats
from app.statistics.agreement.kappa import (
    bias_index,
    kappa_standard_error,
    pair_mean,
    pair_tables,
    pairwise_kappa,
    prevalence_index,
    specific_agreement,
)
from app.statistics.agreement.kendall import complete_cases, kendall_w
from app.statistics.agreement.krippendorff import alpha_of_distance, krippendorff_alpha
from app.statistics.agreement.tallies import Tallies, whole
from app.statistics.agreement.weights import agreement_weights
from app.statistics.table.categories import category_values, one_hot
from app.statistics.variance.components import variance_components

Rows = Sequence[Mapping[str, str]]
Args = Mapping[str, Any]

# The scale of the simulated study; every category of the other tables was used.
_SCALES = {"rating": (1.0, 2.0, 3.0, 4.0, 5.0), "call_real": (0.0, 1.0)}


def ratings(rows: Rows, args: Args) -> Any:
    return matrix(rows, args.get("variable", "rating"), arm=args.get("arm"))


def scale(rows: Rows, args: Args, table: Any) -> Any:
    is_simulated = "presentation" in rows[0] and "order" in rows[0]
    return category_values(
        table, _SCALES.get(args.get("variable", "rating")) if is_simulated else None
    )


def of_tallies(coefficient: Callable[[Tallies, Any], Any]) -> Callable[[Rows, Args], float]:
    def published(rows: Rows, args: Args) -> float:
        table = ratings(rows, args)
        values = scale(rows, args, table)
        weights = agreement_weights(values, args.get("weights", "unweighted"))
        return float(coefficient(whole(one_hot(table, values)), weights)[0])

    return published


def value_of(published: Callable[[Rows, Args], float]) -> Callable[[Rows, Args], dict[str, float]]:
    """The coefficient only: its published standard error is for cases sampled and readers fixed."""
    return lambda rows, args: {"value": published(rows, args)}


def alpha(rows: Rows, args: Args) -> float:
    table = ratings(rows, args)
    if "metric" in args:
        return krippendorff_alpha(table, args["metric"])
    values = scale(rows, args, table)
    apart = 1.0 - agreement_weights(values, args["weights"])
    return float(alpha_of_distance(whole(one_hot(table, values)).coincidences, apart)[0])


def kappa(weights: str) -> Callable[[Rows, Args], float]:
    return lambda rows, args: float(
        pairwise_kappa(ratings(rows, args), weights=weights)[0, 1]  # type: ignore[arg-type]
    )


def kappa_error(weights: str) -> Callable[[Rows, Args], float]:
    def published(rows: Rows, args: Args) -> float:
        table = ratings(rows, args)
        values = category_values(table)
        tables = pair_tables(one_hot(table, values))
        return float(
            kappa_standard_error(tables, agreement_weights(values, weights))[0, 1]  # type: ignore[arg-type]
        )

    return published


def pairs(weights: str) -> Callable[[Rows, Args], dict[str, float]]:
    def published(rows: Rows, args: Args) -> dict[str, float]:
        table = ratings(rows, args)
        readers = sorted({row["reader"] for row in rows})
        kappas = pairwise_kappa(table, scale(rows, args, table), weights)  # type: ignore[arg-type]
        return {
            f"{readers[i]}-{readers[j]}": float(kappas[i, j])
            for i, j in combinations(range(len(readers)), 2)
        }

    return published


def light(weights: str) -> Callable[[Rows, Args], float]:
    return lambda rows, args: pair_mean(
        pairwise_kappa(ratings(rows, args), weights=weights)  # type: ignore[arg-type]
    )


def two_by_two(statistic: Callable[[Any], Any]) -> Callable[[Rows, Args], float]:
    def published(rows: Rows, args: Args) -> float:
        table = ratings(rows, args)
        return float(statistic(pair_tables(one_hot(table, category_values(table))))[0, 1])

    return published


def of_agreement(estimand: str) -> Callable[[Rows, Args], float]:
    def published(rows: Rows, args: Args) -> float:
        table = ratings(rows, args)
        estimate = agreement(table, kind="realism", categories=category_values(table))[estimand]
        assert estimate.estimate is not None
        return estimate.estimate

    return published


def icc_value(form: str) -> Callable[[Rows, Args], float | None]:
    return lambda rows, args: icc(ratings(rows, args), form).estimate  # type: ignore[arg-type]


def icc_limits(form: str) -> Callable[[Rows, Args], list[float | None]]:
    def published(rows: Rows, args: Args) -> list[float | None]:
        coefficient = icc(ratings(rows, args), form)  # type: ignore[arg-type]
        return [coefficient.low, coefficient.high]

    return published


def icc_of_complete_cases(rows: Rows, args: Args) -> dict[str, float | None]:
    model, kind, unit = args["form"].split("_")
    letter = {"agreement": "A", "consistency": "C"}[kind]
    if model == "oneway":
        form = "1" if unit == "single" else "1k"
    else:
        form = letter + ("1" if unit == "single" else "k")
    coefficient = icc(complete_cases(ratings(rows, args)), form)  # type: ignore[arg-type]
    if form == "Ak":
        # irr puts the average's coefficient into the degrees of freedom of the single form; ours
        # are McGraw and Wong's, the Spearman-Brown step-up of the limits of ICC(A,1): test_icc.py.
        return {"value": coefficient.estimate}
    return {"value": coefficient.estimate, "lo": coefficient.low, "hi": coefficient.high}


def icc_by_reml(rows: Rows, args: Args) -> dict[str, float | None]:
    table = ratings(rows, args)
    return {
        "A1": icc(table, "A1", always_reml=True).estimate,
        "C1": icc(table, "C1", always_reml=True).estimate,
    }


def components(rows: Rows, args: Args) -> dict[str, float]:
    components = variance_components(ratings(rows, args))
    return {"case": components.case, "reader": components.reader, "Residual": components.residual}


def concordance(rows: Rows, args: Args) -> Any:
    table = ratings(rows, args)
    if "arm" not in args:
        return kendall_w(table)
    return {"n": complete_cases(table).shape[1], "W": kendall_w(table)}


def reads(rows: Rows, reader: str, presentation: str) -> Any:
    cases = sorted({row["case"] for row in rows})
    row_of_cases = np.full((1, len(cases)), np.nan)
    for row in rows:
        if row["reader"] == reader and row["presentation"] == presentation:
            row_of_cases[0, cases.index(row["case"])] = float(row["rating"])
    return row_of_cases


def repeats(estimand: str) -> Callable[[Rows, Args], float]:
    def published(rows: Rows, args: Args) -> float:
        one, two = (reads(rows, args["reader"], number) for number in ("1", "2"))
        steps = tuple(np.unique(np.vstack((one, two))))
        estimate = intra_reader(one, two, kind="realism", categories=steps)[estimand]
        assert estimate.estimate is not None
        return estimate.estimate

    return published


def between_methods(rows: Rows, args: Args) -> float:
    wright, mini = (reads(rows, name, "1") for name in ("wright", "mini"))
    steps = tuple(np.unique(np.vstack((wright, mini))))
    return float(reader_repeats(mini, wright, categories=steps).bias[0])


def spread_between_methods(rows: Rows, args: Args) -> float:
    wright, mini = (reads(rows, name, "1") for name in ("wright", "mini"))
    steps = tuple(np.unique(np.vstack((wright, mini))))
    estimates = intra_reader(mini, wright, kind="realism", categories=steps)
    low, high = (estimates[f"limit_of_agreement_{side}"].estimate for side in ("low", "high"))
    assert low is not None
    assert high is not None
    return (high - low) / (2 * NORMAL_95)


OFFERED: dict[str, Callable[[Rows, Args], Any]] = {
    "percent_agreement": of_tallies(percent_agreement),
    "fleiss_kappa": of_tallies(fleiss_kappa),
    "conger_kappa": of_tallies(conger_kappa),
    "gwet_ac1": of_tallies(gwet_ac),
    "gwet_ac2": of_tallies(gwet_ac),
    "brennan_prediger": of_tallies(brennan_prediger),
    "krippendorff_alpha_nominal": lambda rows, args: krippendorff_alpha(ratings(rows, args)),
    "krippendorff_alpha": alpha,
    "agreement_pa": value_of(of_tallies(percent_agreement)),
    "agreement_fleiss": value_of(of_tallies(fleiss_kappa)),
    "agreement_conger": value_of(of_tallies(conger_kappa)),
    "agreement_gwet": value_of(of_tallies(gwet_ac)),
    "agreement_bp": value_of(of_tallies(brennan_prediger)),
    "agreement_kripp": value_of(alpha),
    "ICC(1,1)": icc_value("1"),
    "ICC(A,1)": icc_value("A1"),
    "ICC(C,1)": icc_value("C1"),
    "ICC(1,k)": icc_value("1k"),
    "ICC(A,k)": icc_value("Ak"),
    "ICC(C,k)": icc_value("Ck"),
    "ICC(1,1)_ci95": icc_limits("1"),
    "ICC(A,1)_ci95": icc_limits("A1"),
    "ICC(C,1)_ci95": icc_limits("C1"),
    "ICC(1,k)_ci95": icc_limits("1k"),
    "ICC(C,k)_ci95": icc_limits("Ck"),
    "icc_complete_cases": icc_of_complete_cases,
    "icc_reml": icc_by_reml,
    "reml_variance_components": components,
    "kendall_W_tie_corrected": concordance,
    "cohen_kappa": kappa("unweighted"),
    "weighted_kappa_linear": kappa("linear"),
    "weighted_kappa_quadratic": kappa("quadratic"),
    "cohen_kappa_ase": kappa_error("unweighted"),
    "weighted_kappa_linear_ase": kappa_error("linear"),
    "weighted_kappa_quadratic_ase": kappa_error("quadratic"),
    "pairwise_cohen_kappa": pairs("unweighted"),
    "pairwise_quadratic_kappa": pairs("quadratic"),
    "light_kappa": light("unweighted"),
    "light_kappa_quadratic": light("quadratic"),
    "po": of_agreement("percent_agreement"),
    "kappa": of_agreement("cohen_kappa_mean"),
    "ac1": of_agreement("gwet_ac1"),
    "pabak": of_agreement("pabak"),
    "prevalence_index": two_by_two(prevalence_index),
    "bias_index": two_by_two(bias_index),
    "p_pos": two_by_two(lambda cells: specific_agreement(cells, 1)),
    "p_neg": two_by_two(lambda cells: specific_agreement(cells, 0)),
    "within_subject_sd": repeats("within_subject_sd"),
    "repeatability_coefficient": repeats("repeatability_coefficient"),
    "mean_difference_wright_minus_mini_first": between_methods,
    "sd_difference_wright_minus_mini_first": spread_between_methods,
    "n_complete": lambda rows, args: complete_cases(matrix(rows, "rating", arm=args["arm"])).shape[
        1
    ],
}
