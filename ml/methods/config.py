"""What a variant is: every choice of a training run, as one readable table.

`VARIANTS` holds the presets M0 to M6. A TOML file overrides them or adds others (`load_variants`);
`python -m ml.variants` prints the result. A run writes its resolved choices to ``options.json``.

The paper (Clode da Silva et al., arXiv 2409.04424) states the foundation model, the 30 radiographs
of the Montgomery set (15 normal, 15 with tuberculosis), 512 x 512 pixels, 100 epochs, the two
prompts and that several configurations were compared. Its table of configurations was not
available to us: ml/training/provenance.py says what of a variant is the paper's, what chosen here.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ml.errors import MlError

T = TypeVar("T")
Kind = Literal["none", "lora", "full", "dreambooth", "textual_inversion"]

PROMPT_NORMAL = "healthy or normal human chest x-ray"
PROMPT_ABNORMAL = (
    "Human chest x-ray with tuberculosis. Bilateral miliary nodules with Right Middle Lobe "
    "infiltrate. Right pleural effusion"
)

CAPTION_TEMPLATE = "chest x-ray, {condition}, {findings}, {sex}, {age} years"
"""What ml.prepare writes for an image without a caption; unknown parts are left out."""


@dataclass(frozen=True)
class DataConfig:
    """How prepared radiographs become training images."""

    size: int = 512
    """Pixels a side."""

    fit: Literal["pad", "crop", "buckets"] = "pad"
    """Keep the whole radiograph and pad it with black, cut out its central square, or show it in
    the nearest of a few shapes that have about as many pixels (ml/radiographs/buckets.py)."""

    captions: Literal["prompts", "data"] = "prompts"
    """Caption by the variant's prompt of the image's condition, or by the data's own caption."""

    augmentations: int = 4
    """Views of each image (the first untouched): slightly turned, moved, scaled, brightened."""

    rotation: float = 3.0
    """Largest turn, degrees."""

    shift: float = 0.03
    """Largest move, share of the side."""

    scale: float = 0.05
    """Largest change of size, share."""

    intensity: float = 0.1
    """Largest change of contrast, share, and half of it of brightness."""

    mirror: bool = False
    """Also mirror left and right: teaches hearts on the right. Needs --allow-mirrored."""


@dataclass(frozen=True)
class TrainingConfig:
    """How long, how fast and with which options a variant is trained."""

    epochs: int = 100
    max_steps: int | None = None
    """Stop after so many optimizer steps, whatever the epochs say."""

    batch_size: int = 1
    """Images a process and a micro step."""

    gradient_accumulation: int = 1
    gradient_checkpointing: bool = False
    learning_rate: float = 1e-4
    text_encoder_learning_rate: float | None = None
    """None: the same as learning_rate."""

    schedule: Literal["constant", "cosine"] = "cosine"
    warmup_steps: int = 0
    """Optimizer steps, whatever the number of processes or accumulated batches."""

    optimizer: Literal["adamw", "adamw-8bit", "prodigy", "schedule-free"] = "adamw"
    """Prodigy finds the rate itself (doi:10.48550/arXiv.2306.06101), schedule-free AdamW needs no
    schedule (doi:10.48550/arXiv.2405.15682); both, and 8 bits, want a package of their own."""

    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    """Gradients are scaled down to this norm; 0 leaves them alone."""

    caption_dropout: float = 0.0
    """Share of images shown without caption; it keeps classifier-free guidance working."""

    min_snr_gamma: float | None = None
    """Weigh time steps by min(SNR, gamma)/SNR; doi:10.48550/arXiv.2303.09556. Usual: 5."""

    noise_offset: float = 0.0
    """Shift of each channel's noise, so that dark and light films can be learnt. Usual: 0.05."""

    masked_loss: bool = False
    """Count the loss only where the film is, not on the black that pads it to a square."""

    zero_terminal_snr: bool = False
    """Let the last noise level be noise alone, so that sampling begins where training was, and
    whole pictures can be dark or light; doi:10.48550/arXiv.2305.08891. Needs v_prediction."""

    prediction_type: Literal["epsilon", "v_prediction", "flow_prediction"] | None = None
    """None: what the base predicts."""

    ema_decay: float | None = None
    """Keep and export an exponential moving average of the weights. Usual: 0.999."""

    prior_weight: float = 1.0
    prior_images: int = 50
    """DreamBooth: images of each condition that the untouched base draws to hold on to."""

    max_weight_norm: float | None = None
    """LoRA: scale a layer's update down to this Frobenius norm after each step."""

    dtype: Literal["float32", "bfloat16"] | None = None
    """Of frozen weights and activations. None: bfloat16 on CUDA where it can, else float32."""

    held_out_every_epochs: int = 5
    """Measure the held-out loss; 0 never."""

    early_stop: int | None = None
    """Stop when the held-out loss has not fallen for so many measurements."""

    sample_every_epochs: int = 25
    """Draw a grid of samples; 0 never."""

    keep_every_epochs: int = 0
    """Keep the weights of each so-manieth epoch, as arms of their own; 0 none."""

    checkpoint_every_epochs: int = 10
    """Write what --resume needs; 0 only at the end."""

    tensorboard: bool = False
    seed: int = 0

    deterministic: bool = True
    """Sum gradients in a fixed order: equal seeds, and a resumed run, then give equal weights."""


@dataclass(frozen=True)
class LoraConfig:
    """Low-rank updates: weight + alpha / rank * up @ down."""

    rank: int = 16
    alpha: float = 8.0
    targets: Literal["attention", "feed-forward", "kohya"] = "attention"
    """Layers: of attention only; the feed-forward ones too; or what kohya's scripts tune of a U-Net
    (those two with the projections around them, and of residual blocks with ``conv_rank``)."""

    dora: bool = False
    """Also learn each row's length, apart from its direction; doi:10.48550/arXiv.2402.09353."""

    rank_stabilised: bool = False
    """Scale by alpha / square root of the rank; doi:10.48550/arXiv.2312.03732."""

    conv_rank: int = 0
    """Also tune 3 x 3 convolutions of the U-Net's residual blocks; 0: none."""

    conv_alpha: float = 4.0
    text_encoder: bool = False
    text_encoder_rank: int = 8
    text_encoder_alpha: float = 4.0


@dataclass(frozen=True)
class EmbeddingConfig:
    """Textual inversion: new words are learnt and all weights are kept."""

    token: str = "<cxr>"  # noqa: S105
    initial_word: str = "radiograph"
    vectors: int = 4


@dataclass(frozen=True)
class SamplingConfig:
    """The grids drawn while training."""

    images_per_condition: int = 2
    steps: int = 20
    guidance_scale: float | None = None
    """None: what the base's family is usually sampled with."""


@dataclass(frozen=True)
class VariantConfig:
    """One row of the table: what is trained, with what, and where the choice is from."""

    kind: Kind
    title: str
    preset: str = ""
    """The preset that it was made from, which ml/training/provenance.py holds it against."""

    text_encoder: bool = False
    """Full tuning: train the text encoder too."""

    condition_only: Literal["normal", "abnormal"] | None = None
    """Tune on images of one condition only."""

    prompt_normal: str = PROMPT_NORMAL
    prompt_abnormal: str = PROMPT_ABNORMAL
    class_prompt_normal: str = PROMPT_NORMAL
    """DreamBooth: what the base is asked for to keep its prior."""

    class_prompt_abnormal: str = PROMPT_ABNORMAL
    lora: LoraConfig = field(default_factory=LoraConfig)
    embedding: EmbeddingConfig = field(default_factory=EmbeddingConfig)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)

    @property
    def prompts(self) -> dict[str, str]:
        """Return the prompt of each condition."""
        return {"normal": self.prompt_normal, "abnormal": self.prompt_abnormal}


_FULL = TrainingConfig(
    learning_rate=1e-5, gradient_checkpointing=True, text_encoder_learning_rate=2e-6
)

VARIANTS: Mapping[str, VariantConfig] = MappingProxyType(
    {
        "M0": VariantConfig(
            kind="none",
            preset="M0",
            title="foundation model, untouched",
        ),
        "M1": VariantConfig(
            kind="lora",
            preset="M1",
            title="LoRA on attention",
        ),
        "M2": VariantConfig(
            kind="lora",
            preset="M2",
            title="LoRA on attention and text encoder",
            lora=LoraConfig(text_encoder=True),
            training=TrainingConfig(text_encoder_learning_rate=5e-5),
        ),
        "M3": VariantConfig(
            kind="full",
            preset="M3",
            title="full U-Net",
            training=_FULL,
        ),
        "M4": VariantConfig(
            kind="full",
            preset="M4",
            title="full U-Net and text encoder",
            text_encoder=True,
            training=_FULL,
        ),
        "M5": VariantConfig(
            kind="dreambooth",
            preset="M5",
            title="DreamBooth with prior preservation",
            prompt_normal=f"sks {PROMPT_NORMAL}",
            prompt_abnormal=f"sks {PROMPT_ABNORMAL}",
            training=dataclasses.replace(_FULL, learning_rate=2e-6, schedule="constant"),
        ),
        "M6": VariantConfig(
            kind="textual_inversion",
            preset="M6",
            title="textual inversion",
            prompt_normal=f"<cxr> {PROMPT_NORMAL}",
            prompt_abnormal=f"<cxr> {PROMPT_ABNORMAL}",
            training=TrainingConfig(learning_rate=5e-3, schedule="constant", weight_decay=0.0),
        ),
    }
)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def load_variants(path: Path | None) -> dict[str, VariantConfig]:
    """Return the presets, overridden and added to by a TOML file.

    Each table ``[M1]`` overrides a preset; a new name starts from the preset named by ``like``
    (``[M7]``, ``like = "M1"``), with sub-tables such as ``[M7.training]``.

    Raises
    ------
    MlError
        Naming the file, the variant and the key that cannot be used.
    """
    variants = dict(VARIANTS)
    if path is None:
        return variants
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise MlError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of figures and lists without end are of no kind of tomllib's own.
        raise MlError(f"{path} is not valid TOML: {error}.") from error
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise MlError(f"{path}: {name!r} stands outside a variant's table, such as [M1].")
        if not _NAME.fullmatch(name):
            raise MlError(f"{path}: variant name {name!r} may hold letters, digits, . _ - only.")
        like = table.pop("like", name if name in variants else None)
        if "preset" in table:
            raise MlError(f"{path}, [{name}]: write like = ..., not preset.")
        if not isinstance(like, str) or like not in variants:
            raise MlError(
                f"{path}, [{name}]: a new variant needs like = one of {', '.join(variants)}."
            )
        variants[name] = check(override(variants[like], table, f"{path}, [{name}]"), name)
    return variants


def override(config: T, values: Mapping[str, Any], where: str) -> T:
    """Return a copy of a frozen config with other values, checked by type.

    Raises MlError naming the key that is not known or of another type.
    """
    hints = get_type_hints(type(config))
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            raise MlError(f"{where}: {key!r} is not one of {', '.join(hints)}.")
        current = getattr(config, key)
        if dataclasses.is_dataclass(current):
            if not isinstance(value, Mapping):
                raise MlError(f"{where}: {key} must be a table.")
            changes[key] = override(current, value, f"{where}, {key}")
        else:
            changes[key] = _typed(hints[key], value, f"{where}: {key}")
    return dataclasses.replace(config, **changes)  # type: ignore[type-var]


def _typed(hint: Any, value: Any, where: str) -> Any:
    options = get_args(hint) if NoneType in get_args(hint) else (hint,)
    wanted: list[str] = []
    for option in options:
        if get_origin(option) is Literal:
            if value in get_args(option):
                return value
            wanted += [repr(choice) for choice in get_args(option)]
            continue
        if option is float and type(value) is int:
            return float(value)
        if type(value) is option:
            return value
        if option is not NoneType:
            wanted.append(
                {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
                    option.__name__, "text"
                )
            )
    raise MlError(f"{where} is {value!r}, but must be {' or '.join(wanted)}.")


_ABOVE_ZERO = (
    "data.augmentations",
    "training.epochs",
    "training.max_steps",
    "training.batch_size",
    "training.gradient_accumulation",
    "training.learning_rate",
    "training.text_encoder_learning_rate",
    "training.min_snr_gamma",
    "training.max_weight_norm",
    "training.early_stop",
    "training.prior_images",
    "lora.rank",
    "lora.alpha",
    "lora.conv_alpha",
    "lora.text_encoder_rank",
    "lora.text_encoder_alpha",
    "embedding.vectors",
    "sampling.steps",
)
_ZERO_OR_MORE = (
    "training.warmup_steps",
    "training.weight_decay",
    "training.max_grad_norm",
    "training.noise_offset",
    "training.prior_weight",
    "training.held_out_every_epochs",
    "training.sample_every_epochs",
    "training.checkpoint_every_epochs",
    "training.keep_every_epochs",
    "lora.conv_rank",
    "sampling.images_per_condition",
    "data.rotation",
)
_SHARES = (
    "training.caption_dropout",
    "training.ema_decay",
    "training.adam_beta1",
    "training.adam_beta2",
    "data.shift",
    "data.scale",
    "data.intensity",
)
"""At least 0 and less than 1."""


def check(variant: VariantConfig, name: str) -> VariantConfig:
    """Return the variant if its choices make sense together.

    Raises
    ------
    MlError
        Naming the variant and the choice that does not.
    """
    _check_numbers(variant, name)
    _check_optimizer(variant.training, name)
    _check_films_and_loss(variant, name)
    _check_kind(variant, name)
    return variant


def _check_numbers(variant: VariantConfig, name: str) -> None:
    """Raise where a number lies outside of its range; what isn't given is left alone."""

    def given(keys: Sequence[str]) -> Iterator[tuple[str, float]]:
        for key in keys:
            value = attrgetter(key)(variant)
            if value is not None:
                yield key, value

    for key, value in given(_ABOVE_ZERO):
        if not value > 0:
            raise MlError(f"{name}: {key} is {value:g}, but must be above 0.")
    for key, value in given(_ZERO_OR_MORE):
        if not value >= 0:
            raise MlError(f"{name}: {key} is {value:g}, but must be at least 0.")
    for key, value in given(_SHARES):
        if not 0 <= value < 1:
            raise MlError(f"{name}: {key} is {value:g}, but must be at least 0 and less than 1.")
    size = variant.data.size
    if size < 16 or size % 8:
        raise MlError(f"{name}: data.size is {size}, but must be a multiple of 8 from 16 on.")


def _check_films_and_loss(variant: VariantConfig, name: str) -> None:
    """Raise where how films are fitted, or what the loss counts, contradict each other."""
    data, training = variant.data, variant.training
    if training.early_stop is not None and not training.held_out_every_epochs:
        raise MlError(f"{name}: early_stop needs held_out_every_epochs.")
    if training.masked_loss and data.fit != "pad":
        raise MlError(
            f"{name}: training.masked_loss leaves out what pads a film, and data.fit {data.fit} "
            "pads none: leave it out."
        )
    if data.fit == "buckets" and variant.kind == "dreambooth" and training.prior_weight > 0:
        raise MlError(
            f"{name}: DreamBooth's prior is drawn as squares, which no batch can hold beside other "
            "shapes: choose data.fit pad or crop, or training.prior_weight 0."
        )
    if training.zero_terminal_snr and training.min_snr_gamma is not None:
        raise MlError(
            f"{name}: choose training.zero_terminal_snr or min_snr_gamma: the latter gives the "
            "level that is noise alone no weight."
        )


def _check_kind(variant: VariantConfig, name: str) -> None:
    """Raise where the kind of variant lacks what it needs, or its parts exclude each other."""
    training, lora = variant.training, variant.lora
    token = variant.embedding.token
    if variant.kind == "textual_inversion" and not all(
        token in prompt for prompt in variant.prompts.values()
    ):
        raise MlError(f"{name}: both prompts must hold the new word {token}.")
    if variant.kind == "lora" and lora.dora and training.max_weight_norm:
        raise MlError(f"{name}: choose lora.dora or max_weight_norm, not both.")
    if variant.kind == "lora" and training.ema_decay and training.max_weight_norm:
        raise MlError(f"{name}: choose ema_decay or max_weight_norm, not both.")


def _check_optimizer(training: TrainingConfig, name: str) -> None:
    """Raise where an optimizer's own ways contradict the other choices."""
    if training.optimizer == "prodigy":
        if not 0.1 <= training.learning_rate <= 10:
            raise MlError(
                f"{name}: prodigy finds the rate and multiplies it by training.learning_rate, "
                f"which is {training.learning_rate:g}: set it to 1 (0.1 to 10)."
            )
        if training.text_encoder_learning_rate not in (None, training.learning_rate):
            raise MlError(
                f"{name}: prodigy finds one rate for all weights: set "
                "training.text_encoder_learning_rate to that of learning_rate."
            )
    if training.optimizer == "schedule-free":
        if training.schedule != "constant":
            raise MlError(
                f"{name}: optimizer schedule-free takes the place of a schedule: set "
                "training.schedule to constant."
            )
        for key in ("ema_decay", "max_weight_norm"):
            if getattr(training, key):
                raise MlError(
                    f"{name}: optimizer schedule-free averages the weights itself: leave "
                    f"training.{key} out."
                )
