"""Which published statistics the MRMC part offers, and how to get each from a reference table.

Each entry takes the rows of a reference CSV file (dictionaries of strings) and the arguments of the
expected value, and returns a number, a list, or the part of a dictionary that is offered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from app.statistics.realness.auc import reader_aucs, reader_aucs_of_arms
from app.statistics.realness.contrasts import friedman, holm, independent_arms
from app.statistics.realness.detection import sdt_loglinear
from app.statistics.realness.equivalence import difference_p_value, equivalence_p_value
from app.statistics.table.settings import Generalisation
from app.statistics.variance.interval import counts, limits
from app.statistics.variance.obuchowski_rockette import (
    components,
    difference,
    global_test,
    single_arm,
)
from app.statistics.variance.reader_means import reader_means

Rows = Sequence[Mapping[str, str]]
Args = Mapping[str, Any]

_SAMPLED: dict[str, Generalisation] = {
    "RRRC": "readers_and_cases",
    "FRRC": "cases",
    "RRFC": "readers",
}


def first_reads(rows: Rows) -> list[Mapping[str, str]]:
    return [row for row in rows if row.get("presentation", "1") == "1"]


def value(row: Mapping[str, str], variable: str) -> float:
    if variable == "signed":
        return float(row["confidence"]) * (1 if row["call_real"] == "1" else -1)
    text = row[variable]
    return float(text) if text not in ("", "NA") else math.nan


def matrix(rows: Rows, variable: str, *, arm: str | None = None, truth: str | None = None) -> Any:
    """Readers x cases; a case is named by its arm unless every arm holds the same cases."""
    readers = sorted({row["reader"] for row in rows})
    chosen = [
        row
        for row in first_reads(rows)
        if arm in (None, "ALL", row["modality"]) and truth in (None, row["truth"])
    ]
    cases = sorted({row["case"] for row in chosen})
    table = np.full((len(readers), len(cases)), np.nan)
    for row in chosen:
        table[readers.index(row["reader"]), cases.index(row["case"])] = value(row, variable)
    return table


def vandyke_figures(rows: Rows, covariance: str) -> tuple[Any, Any]:
    """Both treatments read the same cases: ten reader x treatment rows against one set of cases."""
    normal = np.vstack([matrix(rows, "rating", arm=arm, truth="0") for arm in ("1", "2")])
    abnormal = np.vstack([matrix(rows, "rating", arm=arm, truth="1") for arm in ("1", "2")])
    theta, cov = reader_aucs(abnormal, normal, method=covariance.lower())  # type: ignore[arg-type]
    return theta.reshape(2, -1), cov.reshape(2, theta.size // 2, 2, theta.size // 2)


def figures(rows: Rows, args: Args) -> tuple[Any, Any]:
    covariance = args.get("covariance", "unbiased")
    if "variable" not in args:
        return vandyke_figures(rows, covariance)
    variable = args["variable"]
    return reader_aucs_of_arms(
        matrix(rows, variable, arm="real"),
        [matrix(rows, variable, arm=arm) for arm in ("modelA", "modelB")],
        method=covariance,
    )


def sampled(args: Args) -> Generalisation:
    return _SAMPLED[args.get("factor", "RRRC")]


def or_single(rows: Rows, args: Args) -> list[dict[str, Any]]:
    theta, cov = figures(rows, args)
    arms = []
    for i in range(2):
        arm = single_arm(theta[i], cov[i, :, i], generalise_to=sampled(args))
        low, high = limits(arm.estimate, arm.se, arm.df, level=0.95)
        own: dict[str, Any] = {"Estimate": arm.estimate, "StdErr": arm.se, "CI": [low, high]}
        if args.get("factor") == "FRRC":
            own |= {"Var(Error)": arm.error_variance, "Cov2": arm.cov2}
        elif args.get("factor") == "RRFC":
            own |= {"MS(R)": arm.ms_reader, "df": arm.df}
        else:
            own |= {"MS(R)": arm.ms_reader, "Cov2": arm.cov2, "df": arm.df}
        arms.append(own)
    return arms


def or_difference(rows: Rows, args: Args) -> dict[str, Any]:
    theta, cov = figures(rows, args)
    contrast = difference(theta, cov, generalise_to=sampled(args))
    low, high = limits(contrast.estimate, contrast.se, contrast.df, level=0.95)
    own: dict[str, Any] = {
        "Estimate": contrast.estimate,
        "StdErr": contrast.se,
        "CI": [low, high],
        "p-value": contrast.p_value,
    }
    if args.get("factor") == "FRRC":
        return own | {"z": contrast.statistic}
    return own | {"df": contrast.df, "t": contrast.statistic}


def or_global(rows: Rows, args: Args) -> dict[str, float]:
    theta, cov = figures(rows, args)
    test = global_test(theta, cov, generalise_to=sampled(args))
    own = {"MS(T)": test.ms_arm, "p-value": test.p_value}
    if args.get("factor") == "FRRC":
        return own | {
            "X2": test.statistic,
            "df": test.df1,
            "Cov2": test.cov2,
            "Cov3": test.cov3,
            "Denominator": test.denominator,
        }
    own |= {
        "F": test.statistic,
        "df1": test.df1,
        "df2": test.df2,
        "MS(T:R)": test.ms_arm_by_reader,
    }
    if args.get("factor") == "RRFC":
        return own
    return own | {
        "Cov2": test.cov2,
        "Cov3": test.cov3,
        "Denominator": test.denominator,
    }


def or_components(rows: Rows, args: Args) -> dict[str, float]:
    estimated = components(*figures(rows, args))
    return {
        "reader": estimated.reader,
        ("test:reader" if "variable" in args else "treatment:reader"): estimated.arm_by_reader,
        "Error": estimated.error,
        "Cov1": estimated.cov1,
        "Cov2": estimated.cov2,
        "Cov3": estimated.cov3,
    }


def or_against_chance(rows: Rows, args: Args) -> list[dict[str, float]]:
    theta, cov = figures(rows, args)
    arms = [single_arm(theta[i], cov[i, :, i]) for i in range(2)]
    return [
        {
            "t": (arm.estimate - 0.5) / arm.se,
            "p_two_sided": difference_p_value(arm.estimate, arm.se, arm.df),
            "tost_p_margin_0_10": equivalence_p_value(arm.estimate, arm.se, arm.df, margin=0.10),
        }
        for arm in arms
    ]


def one_shot(rows: Rows, args: Args) -> dict[str, Any]:
    """The U-statistic variance of iMRMC, reached through unbiased covariances."""
    theta, cov = figures(rows, {**args, "covariance": "unbiased"})
    names = {"m1": 0, "m2": 1, "modelA": 0, "modelB": 1}
    one = names[args["modalityA"]]
    first = single_arm(theta[one], cov[one, :, one])
    low, high = limits(first.estimate, first.se, math.inf, level=0.95)
    if args["modalityB"] == "NO_MOD":
        return {
            "NR": theta.shape[1],
            "AUCA": first.estimate,
            "varAUCA": first.variance,
            "botCInormal": low,
            "topCInormal": high,
        }
    other = names[args["modalityB"]]
    second = single_arm(theta[other], cov[other, :, other])
    both = difference(theta[[one, other]], cov[[one, other]][:, :, [one, other]])
    low, high = limits(both.estimate, both.se, math.inf, level=0.95)
    return {
        "NR": theta.shape[1],
        "AUCA": first.estimate,
        "varAUCA": first.variance,
        "AUCB": second.estimate,
        "varAUCB": second.variance,
        "AUCAminusAUCB": both.estimate,
        "varAUCAminusAUCB": both.variance,
        "botCInormal": low,
        "topCInormal": high,
    }


def mean_with_n(rows: Rows, args: Args) -> dict[str, float]:
    table = matrix(rows, args["variable"], arm=args["arm"])
    theta, _ = reader_means(table)
    return {"mean": float(theta.mean()), "n": counts([table])[2]}


def mean_with_variance(rows: Rows, args: Args) -> dict[str, float]:
    theta, covariance = reader_means(matrix(rows, args["variable"], arm=args["arm"]))
    arm = single_arm(theta, covariance)
    return {"mean": arm.estimate, "var": arm.variance}


def signal_detection(rows: Rows, args: Args) -> dict[str, float]:
    """The reference calls real the signal; d' is the same either way."""
    if "model" in args:
        readers = sorted({row["reader"] for row in rows})
        j = readers.index(args["reader"])
        real = matrix(rows, "call_real", arm="real")[j]
        synthetic = matrix(rows, "call_real", arm=args["model"])[j]
        hits, alarms = np.nansum(real), np.nansum(synthetic)
        n_signal, n_noise = np.isfinite(real).sum(), np.isfinite(synthetic).sum()
    else:
        hits, alarms = args["hits"], args["false_alarms"]
        n_signal, n_noise = args["n_signal"], args["n_noise"]
    detected = sdt_loglinear(*(np.array([float(x)]) for x in (hits, n_signal, alarms, n_noise)))
    log_beta = "lnbeta" if "model" in args else "ln_beta"
    return {
        "dprime": float(detected.d_prime[0]),
        "c": float(detected.criterion[0]),
        log_beta: float(detected.log_beta[0]),
    }


def marker_figures(rows: Rows, markers: Sequence[str]) -> tuple[Any, Any]:
    """Two markers measured in the same patients: arms of one reader."""
    pick = [[row for row in rows if row["reader"] == marker] for marker in markers]
    positive = np.vstack([matrix(some, "rating", truth="1") for some in pick])
    negative = np.vstack([matrix(some, "rating", truth="0") for some in pick])
    theta, cov = reader_aucs(positive, negative, method="delong")
    n = len(markers)
    return theta.reshape(n, 1), cov.reshape(n, 1, n, 1)


def delong_interval(rows: Rows, args: Args) -> list[float]:
    theta, cov = marker_figures(rows, [args["reader"]])
    arm = single_arm(theta[0], cov[0, :, 0], generalise_to="cases")
    return list(limits(arm.estimate, arm.se, arm.df, level=0.95))


def delong_test(rows: Rows, args: Args) -> dict[str, float]:
    markers = list(dict.fromkeys(row["reader"] for row in rows))
    theta, cov = marker_figures(rows, markers)
    contrast = difference(theta, cov, generalise_to="cases")
    return {"z": abs(contrast.statistic), "p": contrast.p_value}


def friedman_of_readers(rows: Rows, args: Args) -> list[float | None]:
    theta = np.array(
        [reader_means(matrix(rows, "rating", arm=arm))[0] for arm in ("real", "modelA", "modelB")]
    )
    test = friedman(theta)
    return [test.statistic, test.df, test.p_value]


def friedman_of_methods(rows: Rows, args: Args) -> float | None:
    """Players (readers) by method of rounding first base (modality)."""
    readers = sorted({row["reader"] for row in rows})
    methods = sorted({row["modality"] for row in rows})
    table = np.full((len(methods), len(readers)), np.nan)
    for row in rows:
        table[methods.index(row["modality"]), readers.index(row["reader"])] = float(row["rating"])
    return friedman(table).statistic


def paired_t(rows: Rows, args: Args) -> dict[str, dict[str, float | None]]:
    arms = ("real", "modelA", "modelB")
    joined = independent_arms(
        "realism.mean", arms, [reader_means(matrix(rows, "rating", arm=arm)) for arm in arms]
    )
    raw: dict[str, float | None] = {}
    for i, arm in enumerate(arms[1:], start=1):
        contrast = difference(
            joined.theta[[i, 0]],
            joined.covariance[[i, 0]][:, :, [i, 0]],
            generalise_to="readers",
        )
        raw[arm] = contrast.p_value
    return {"p": raw, "holm": dict(zip(raw, holm(list(raw.values())), strict=True))}


OFFERED: dict[str, Callable[[Rows, Args], Any]] = {
    "n_cases": lambda rows, args: counts([matrix(rows, "rating", arm=args["arm"])])[1],
    "n_readers": lambda rows, args: counts([matrix(rows, "rating", arm=args["arm"])])[0],
    "n_ratings": lambda rows, args: counts([matrix(rows, "rating", arm=args["arm"])])[2],
    "mean_rating": mean_with_n,
    "mean_rating_ustat": mean_with_variance,
    "fool_rate": mean_with_n,
    "fool_rate_ustat": mean_with_variance,
    "sdt_loglinear": signal_detection,
    "auc_single_reader": lambda rows, args: float(marker_figures(rows, [args["reader"]])[0][0, 0]),
    "auc_delong_ci95": delong_interval,
    "delong_paired_test": delong_test,
    "reader_auc_by_treatment": lambda rows, args: figures(rows, args)[0].ravel().tolist(),
    "or_variance_components": or_components,
    "or_global_test": or_global,
    "or_difference": or_difference,
    "or_differences": lambda rows, args: [or_difference(rows, args)],
    "or_single_treatment": or_single,
    "or_single_model": or_single,
    "or_single_vs_chance_and_tost": or_against_chance,
    "or_vs_chance_and_tost": or_against_chance,
    "imrmc_Ustat": one_shot,
    "friedman_chi2": friedman_of_methods,
    "friedman_reader_means": friedman_of_readers,
    "paired_t_reader_means_vs_real": paired_t,
    "holm": lambda rows, args: holm(args["p"]),
}
