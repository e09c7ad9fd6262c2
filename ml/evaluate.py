"""python -m ml.evaluate: fidelity, diversity and memorisation of a bank's arms.

Results go into the bank (``evaluation.json``, and from there into every arm and image of the
manifest), so that a study's report can say "realistic, but memorised"; and onto a page,
``evaluation.html``, that shows the images and the flagged pairs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bank.run_folder import read_json
from ml.bank.writer import iter_records, read_header, utc_now, write_bytes, write_evaluation
from ml.bases.whole_weights import refuse_holes
from ml.boundary import library
from ml.device import pick_device
from ml.errors import MlError, said_by
from ml.measuring.features import FEATURE_NAMES
from ml.stopping import sigterm_as_interrupt

FLAG_CHANCE = 0.001
"""As in ml.measuring.memorisation, which is heavy to import."""

# An arm that leaves the bank takes along what its numbers were measured with.
_CARRIED_BY_ARMS = ("features", "size", "training_images", "classifier")

if TYPE_CHECKING:
    from ml.measuring.evaluation import ArmImages, ArmResult, Evaluation
    from ml.measuring.films import Films
    from ml.measuring.prompt_following import Classifier
    from ml.measuring.reidentification import Reidentifier


def as_json(
    evaluation: Evaluation, arms: Mapping[str, ArmImages], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Lay results out as ``evaluation.json`` has them: by arm id and by image digest."""
    images: dict[str, Any] = {}
    for arm, result in evaluation.arms.items():
        for record, neighbour in zip(arms[arm].records, result.neighbours, strict=False):
            images[str(record["sha256"])] = {
                "nearest_training_image": neighbour.nearest,
                "correlation": round(neighbour.correlation, 4),
                "closeness": round(neighbour.closeness, 4),
                "chance": float(f"{neighbour.chance:.3g}"),
                "compared": neighbour.look,
                "mirrored": neighbour.fit.mirrored,
                "turn": round(neighbour.fit.turn, 1),
                "scale": round(neighbour.fit.scale, 3),
                "memorised": neighbour.flagged,
            }
            if neighbour.match is not None:
                images[str(record["sha256"])]["reidentified"] = {
                    "nearest_training_image": neighbour.match.nearest,
                    "closeness": round(neighbour.match.closeness, 4),
                    "chance": float(f"{neighbour.match.chance:.3g}"),
                }
    baseline = evaluation.real_against_real
    real_against_real = _arm_as_json(baseline) if baseline else None
    carried = {
        **{key: about[key] for key in _CARRIED_BY_ARMS if key in about},
        "memorisation_chance": evaluation.yardstick.flag_chance,
        "real_against_real": real_against_real,
        "noise": _arm_as_json(evaluation.noise),
    }
    return {
        "format_version": 1,
        **about,
        "memorisation_rule": {
            "chance_below": evaluation.yardstick.flag_chance,
            "closeness_above": round(evaluation.yardstick.limit, 4),
            "near_duplicates": [list(pair) for pair in evaluation.yardstick.near_duplicates],
        },
        "notes": list(evaluation.notes),
        "real_against_real": real_against_real,
        "noise": carried["noise"],
        "arms": {
            arm: {**_arm_as_json(result), **carried} for arm, result in evaluation.arms.items()
        },
        "images": images,
    }


def _arm_as_json(result: ArmResult) -> dict[str, Any]:
    content = _set_as_json(result)
    measured = result.diversity
    content["diversity"] = asdict(measured) if measured is not None else None
    content["frechet_distance"] = result.frechet
    content["frechet_radiomic_distance"] = result.radiomic
    content["prompt_adherence"] = result.prompt_adherence
    content["prompt_following"] = {name: asdict(one) for name, one in result.followed.items()}
    content["memorised"] = result.flagged if result.neighbours else None
    content["by_condition"] = {
        condition: _set_as_json(part) for condition, part in result.by_condition.items()
    }
    return content


def _set_as_json(result: ArmResult) -> dict[str, Any]:
    """What compares two sets of features, of an arm or of a condition of it."""
    content: dict[str, Any] = {
        "images": result.n,
        "reference": result.reference,
        "reference_images": result.n_reference,
    }
    for name in ("kid", "coverage", "covered_by_reals", "told_apart", "vendi"):
        measured = getattr(result, name)
        content[name] = asdict(measured) if measured is not None else None
    return content


def parser() -> argparse.ArgumentParser:
    """Build the command line (no heavy import happens here)."""
    result = argparse.ArgumentParser(
        prog="python -m ml.evaluate",
        description="Measure a bank's arms against real films: distance, coverage, what a machine "
        "tells apart, diversity, copies.",
    )
    result.add_argument("bank", type=Path, help="folder of the bank")
    result.add_argument(
        "--data", type=Path, required=True, help="prepared data the variants were trained on"
    )
    result.add_argument(
        "--base", help="base model whose autoencoder is used; default: the runs' own"
    )
    result.add_argument("--runs", type=Path, default=Path("runs"), help="where ml.finetune wrote")
    _add_features(result)
    _add_copies(result)
    _add_classifier(result)
    result.add_argument("--size", type=int, help="pixels a side to compare at; default: the bank's")
    result.add_argument(
        "--fit", choices=("pad", "crop"), default="pad", help="as the variants' data.fit (pad)"
    )
    result.add_argument(
        "--sheet", type=Path, help="where the HTML page goes; default: BANK/evaluation.html"
    )
    result.add_argument("--device", help="cpu, cuda, ...; default: the best there is")
    return result


def _add_features(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--features",
        choices=FEATURE_NAMES,
        default="vae",
        help="what is compared: vae (default, nothing to download), inception, clip, xrv, "
        "rad-dino, biovil-t",
    )
    result.add_argument(
        "--weights",
        type=Path,
        help="weights of the features: TorchScript file, CLIP or RAD-DINO folder, .pt file",
    )
    result.add_argument(
        "--weights-sha256",
        metavar="DIGEST",
        help="the sha256 that the publisher gives of a TorchScript file; default: that of "
        "NVIDIA's inception-2015-12-05.pt",
    )
    result.add_argument("--fid", action="store_true", help="also FID, where there are 2048 images")
    result.add_argument(
        "--frd", action="store_true", help="also the Fréchet radiomic distance, by its package"
    )


def _add_copies(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--chance",
        type=float,
        default=FLAG_CHANCE,
        metavar="SHARE",
        help="flag an image as a copy where fewer honest films than this would come as close to a "
        f"training image ({FLAG_CHANCE:g})",
    )
    result.add_argument(
        "--reid",
        type=Path,
        metavar="WEIGHTS",
        help="also look for copies by a network that embeds a film or compares two: TorchScript "
        "file or transformers folder",
    )
    result.add_argument(
        "--reid-sha256", metavar="DIGEST", help="the sha256 that the publisher gives of that file"
    )
    result.add_argument(
        "--reid-size", type=int, default=256, help="pixels a side that it takes (256)"
    )


def _add_classifier(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--classifier",
        type=Path,
        metavar="FOLDER",
        help="an image classifier of transformers that says the condition of every image",
    )
    result.add_argument(
        "--label-of",
        action="append",
        default=[],
        metavar="CONDITION=LABEL",
        help="which of the classifier's labels (several with commas) stand for a condition; "
        "default: that of its name",
    )


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line asks; print one line an arm.

    Raises MlError for options that don't go together and a bank without images.
    """
    header = read_header(arguments.bank)
    records = list(iter_records(arguments.bank))
    if not records:
        raise MlError(f"{arguments.bank} holds no images to evaluate.")
    if not 0 < arguments.chance < 1:
        raise MlError("--chance must lie between 0 and 1.")
    if arguments.features == "vae" and arguments.weights:
        raise MlError("--weights belong to other --features than vae.")
    if arguments.reid is None and (arguments.reid_sha256 or arguments.reid_size != 256):
        raise MlError("--reid-sha256 and --reid-size belong to --reid.")
    if arguments.classifier is None and arguments.label_of:
        raise MlError("--label-of belongs to --classifier.")
    _evaluate_bank(arguments, header, records)


def _evaluate_bank(
    arguments: argparse.Namespace, header: Mapping[str, Any], records: list[dict[str, Any]]
) -> None:
    """Measure the bank, write results and page, and print a line an arm."""
    from ml.measuring.evaluation import evaluate
    from ml.measuring.features import VaeFeatures, load_features
    from ml.measuring.films import read_data
    from ml.measuring.radiomic_distance import radiomics_package

    radiomics = radiomics_package() if arguments.frd else None
    kinds = {arm["id"]: arm["kind"] for arm in header["arms"]}
    synthetic = [r for r in records if kinds.get(r["arm"]) == "synthetic"]
    base = arguments.base or _base_of(synthetic, arguments.runs)
    vae = load_autoencoder(base, device=arguments.device)
    size = arguments.size or int((synthetic or records)[0]["width"])
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    if size % factor or size < 2 * factor:
        raise MlError(f"size {size} does not suit the autoencoder: use a multiple of {factor}.")
    other = None
    if arguments.features != "vae":
        other = load_features(arguments.features, arguments.weights, arguments.weights_sha256)
    reidentifier, classifier = _given_networks(arguments, records)
    training, held_out = read_data(arguments.data, size=size, fit=arguments.fit)
    arms = _read_arms(arguments, list(kinds), records, size)
    evaluation = evaluate(
        arms,
        training,
        held_out,
        vae=VaeFeatures(vae, size),
        features=other,
        frechet=arguments.fid,
        flag_chance=arguments.chance,
        synthetic=lambda arm: kinds[arm] == "synthetic",
        classifier=classifier,
        reidentifier=reidentifier,
        radiomics=radiomics,
    )
    about = _about(arguments, base, size, len(training), len(held_out))
    if classifier:
        about["classifier"] = classifier.name
    write_evaluation(arguments.bank, as_json(evaluation, arms, about))
    sheet = arguments.sheet or arguments.bank / "evaluation.html"
    write_bytes(
        sheet, _page(header, evaluation, arms, training, about, arguments.bank.name).encode()
    )
    _tell(evaluation)
    print(f"results are in {arguments.bank / 'evaluation.json'}; look at {sheet}.")


def _given_networks(
    arguments: argparse.Namespace, records: Sequence[Mapping[str, Any]]
) -> tuple[Reidentifier | None, Classifier | None]:
    """Load the networks that the command line names, if any."""
    from ml.measuring.prompt_following import load_classifier, parse_labels
    from ml.measuring.reidentification import load_reidentifier

    reidentifier = classifier = None
    if arguments.reid is not None:
        reidentifier = load_reidentifier(arguments.reid, arguments.reid_sha256, arguments.reid_size)
    if arguments.classifier is not None:
        labels = parse_labels(arguments.label_of)
        conditions = sorted({str(r["condition"]) for r in records})
        classifier = load_classifier(arguments.classifier, conditions, labels)
    return reidentifier, classifier


def _read_arms(
    arguments: argparse.Namespace, names: Sequence[str], records: list[dict[str, Any]], size: int
) -> dict[str, ArmImages]:
    """Read the images of each arm that has some."""
    from ml.measuring.evaluation import ArmImages
    from ml.measuring.films import read_films

    arms = {}
    for arm in names:
        of_arm = tuple(r for r in records if r["arm"] == arm)
        if of_arm:
            entries = [(str(r["file"]), r["condition"]) for r in of_arm]
            films = read_films(arguments.bank, entries, size=size, fit=arguments.fit)
            arms[arm] = ArmImages(films, of_arm)
    return arms


def _about(
    arguments: argparse.Namespace, base: str, size: int, training: int, held_out: int
) -> dict[str, Any]:
    """Say when and with what was measured."""
    from ml.bank.software import software_versions
    from ml.variants import base_name

    return {
        "created_at": utc_now(),
        "features": arguments.features,
        "base_model": base_name(base),
        "size": size,
        "training_images": training,
        "held_out_images": held_out,
        "software": software_versions(),
    }


def _page(
    header: Mapping[str, Any],
    evaluation: Evaluation,
    arms: Mapping[str, ArmImages],
    training: Films,
    about: Mapping[str, Any],
    bank_name: str,
) -> str:
    """Return the page that shows results and images."""
    from ml.measuring.contact_sheet import render

    return render(
        evaluation,
        arms,
        training,
        title=str(header.get("name") or bank_name),
        labels={arm["id"]: arm.get("label") or arm["id"] for arm in header["arms"]},
        rejected={
            arm["id"]: f"{arm['rejected']} of {arm['generated']}"
            for arm in header["arms"]
            if "rejected" in arm and "generated" in arm
        },
        features=f"{about['features']} at {about['size']} px",
        n_held_out=int(about["held_out_images"]),
        created_at=str(about["created_at"]),
    )


def _tell(evaluation: Evaluation) -> None:
    """Print a line an arm, and what is to be said of the measuring."""
    for arm, result in evaluation.arms.items():
        print(summary_line(arm, result))
    if evaluation.real_against_real is not None:
        print(summary_line("real against real", evaluation.real_against_real))
    print(summary_line("pure noise", evaluation.noise))
    for note in evaluation.notes:
        print(note)


def summary_line(arm: str, result: ArmResult) -> str:
    """Say an arm's result in one line."""
    parts = [f"{result.n} images"]
    if result.kid is not None:
        parts.append(f"KID {result.kid.kid:.3f} (SE {result.kid.standard_error:.3f})")
    if result.coverage is not None:
        parts.append(f"density {result.coverage.density:.2f}")
        reals = result.covered_by_reals
        beside = f" (as many real ones {reals.coverage:.2f})" if reals is not None else ""
        parts.append(f"coverage {result.coverage.coverage:.2f}{beside}")
    if result.told_apart is not None:
        told = result.told_apart
        parts.append(
            f"a machine tells it apart with AUC {told.auc:.2f} "
            f"({told.auc_low:.2f} to {told.auc_high:.2f})"
        )
    if result.frechet is not None:
        parts.append(f"FID {result.frechet:.2f}")
    if result.radiomic is not None:
        parts.append(f"FRD {result.radiomic:.2f}")
    if result.diversity is not None:
        parts.append(f"MS-SSIM {result.diversity.mean_ms_ssim:.3f}")
    if result.prompt_adherence is not None:
        parts.append(f"prompt adherence {result.prompt_adherence:.3f}")
    if result.neighbours:
        parts.append(f"{result.flagged} flagged as memorised")
    return f"{arm}: " + ", ".join(parts)


def load_autoencoder(base: str, *, device: str | None) -> Any:
    """Load a base model's autoencoder; of a diffusers folder nothing else is read."""
    from ml.variants import load_base

    config = Path(base) / "vae" / "config.json"
    if config.is_file():
        from diffusers import AutoencoderKL

        kind = read_json(config).get("_class_name", "AutoencoderKL")
        if kind != "AutoencoderKL":
            raise MlError(
                f"{base} has a {kind}, of which no features are taken here: name another base with "
                "--base, such as a Stable Diffusion, or other --features."
            )
        with library(f"the autoencoder of {base} cannot be loaded"):
            vae = AutoencoderKL.from_pretrained(  # type: ignore[no-untyped-call]
                base, subfolder="vae", local_files_only=True
            )
            refuse_holes(vae, config.parent)
        return vae.to(pick_device(device)).eval()
    return load_base(base, dtype="float32", device=device).vae


def _base_of(synthetic: Sequence[Mapping[str, Any]], runs: Path) -> str:
    """Find the base model that the bank names in the options of the runs it came from."""
    named = {str(r.get("provenance", {}).get("base_model")) for r in synthetic} - {"None"}
    options = [read_json(path) for path in sorted(runs.glob("*/options.json"))]
    known = {str(o["base"]) for o in options if o.get("base_name") in named and "base" in o}
    if len(named) == 1 and len(known) == 1:
        return known.pop()
    names = " and ".join(sorted(named)) or "no base model"
    raise MlError(
        f"the bank names {names}, and {runs} does not say where one such base is: "
        "name the model whose autoencoder is to be used with --base."
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        with sigterm_as_interrupt():
            run(arguments)
    except MlError as error:
        print(f"ml.evaluate: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"ml.evaluate: {said_by(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("ml.evaluate: stopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
