# mypy: disable-error-code="no-untyped-call"
"""Training, top to bottom: data, weights, optimizer, steps, and what is written on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from ml.bank.disk_space import need_space, same_disk
from ml.bases.tokens import token_ids
from ml.errors import MlError
from ml.methods.config import TrainingConfig, VariantConfig
from ml.methods.trainable import MovingAverage, Trainable
from ml.radiographs.training_images import PreparedData, TrainingImage, view_count
from ml.training.best_weights import keep_best, restore_best
from ml.training.cache import MomentCache, TextCache, draw_latents
from ml.training.progress import StepReport
from ml.training.randomness import Draw, draw, shuffled
from ml.training.resume import Progress, TrainingLog, listening_for_stop, load_state, save_state

HELD_OUT_MOST = 24
"""Held-out images that the loss is measured on: more would cost more than they tell."""

HELD_OUT_TIMES = 4
"""Time steps that each is measured at, one in each quarter of the noise schedule."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    ended: Literal["finished", "early stop", "interrupted"]
    steps: int
    last_loss: float | None
    held_out_loss: float | None
    """Of the weights that the run ends with; None where it was not measured with them."""

    seconds: float
    epochs: float
    weights_step: int
    """Step of the weights that the run ends with: the last, or the best of one that may stop
    early."""

    averaged: bool
    """Whether those weights are the moving average of the steps before."""

    lowest_held_out_loss: float | None
    lowest_step: int | None
    """Step whose weights had it."""


def train(
    pipeline: Any,
    variant: VariantConfig,
    data: PreparedData,
    run: Path,
    accelerator: Any,
    *,
    prior: Sequence[TrainingImage] = (),
    resume: bool = False,
    cache: Path | None = None,
    watch: Callable[[StepReport], None] | None = None,
    draw_samples: Callable[[int], None] | None = None,
) -> tuple[Outcome, Trainable]:
    """Train a variant; leave log and state in its run folder and the weights in the pipeline.

    Parameters
    ----------
    pipeline : StableDiffusionPipeline, on the accelerator's device
    prior : DreamBooth's images of the untouched base, with their captions
    cache : folder of moments that are kept between runs
    watch : called after each step; what it raises ends the run
    draw_samples : called with an epoch's number when samples are due, on the main process

    Raises
    ------
    MlError
        If the loss is not a finite number, naming step and images; if the disk is too small for
        what the run writes.
    """
    config = variant.training
    device, main = accelerator.device, accelerator.is_main_process
    noising = _noising(pipeline, config)
    steps_of_noise = int(noising.config.num_train_timesteps)

    # Everything frozen is computed once. The main process encodes first, the others then read.
    moments = MomentCache(pipeline.vae, variant.data, cache)
    held_out = _spread(data.held_out, HELD_OUT_MOST)
    trainable = Trainable(pipeline, variant)
    if main:
        _need_space(run, cache, variant, trainable, moments, data.train, (*held_out, *prior))
    told = main and watch is not None
    with accelerator.main_process_first():
        moments.fill(data.train, tell=told)
        moments.fill((*held_out, *prior), views=1, tell=told)
    shape = tuple(moments[data.train[0], 0].chunk(2)[0].shape)
    scaling = float(pipeline.vae.config.scaling_factor)
    texts = None if trainable.trains_text else TextCache(pipeline.tokenizer, pipeline.text_encoder)
    amp_dtype = pipeline.vae.dtype if config.dtype is None else getattr(torch, config.dtype)

    def text_input(captions: Sequence[str]) -> torch.Tensor:
        if texts is not None:
            return texts[captions]
        shown = [pipeline.maybe_convert_prompt(caption, pipeline.tokenizer) for caption in captions]
        return token_ids(pipeline.tokenizer, shown).to(device)

    def predictions(
        model: Any, images: Sequence[TrainingImage], draws: Sequence[Draw], captions: Sequence[str]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean squared error of each image and the weight of its noise level."""
        kept = torch.stack([moments[i, d.view] for i, d in zip(images, draws, strict=True)])
        posterior = torch.stack([d.posterior for d in draws])
        noise = torch.stack([d.noise for d in draws]).to(device)
        times = torch.tensor([d.timestep for d in draws], device=device)
        latents = draw_latents(kept.to(device), posterior.to(device), scaling)
        noisy = noising.add_noise(latents, noise, times)
        velocity = noising.config.prediction_type == "v_prediction"
        target = noising.get_velocity(latents, noise, times) if velocity else noise
        with torch.autocast(device.type, dtype=amp_dtype, enabled=amp_dtype != torch.float32):
            output = model(noisy, times, text_input(captions))
        error = (output.float() - target).square().mean(dim=(1, 2, 3))
        return error, _snr_weights(noising, times, config.min_snr_gamma)

    def captions_of(images: Sequence[TrainingImage], draws: Sequence[Draw]) -> list[str]:
        own = variant.data.captions == "data"
        prompts = variant.prompts
        return [
            "" if d.drop_caption else image.caption if own else prompts[image.condition]
            for image, d in zip(images, draws, strict=True)
        ]

    def held_out_loss() -> float:
        errors = []
        with torch.no_grad(), average.applied() if average else nullcontext():
            for number, image in enumerate(held_out):
                draws = []
                for quarter in range(HELD_OUT_TIMES):
                    key = (config.seed, "held out", number, quarter)
                    one = draw(*key, shape=shape, views=1, timesteps=steps_of_noise)
                    moved = (one.timestep + quarter * steps_of_noise) // HELD_OUT_TIMES
                    draws.append(Draw(0, moved, False, one.posterior, one.noise))
                images = [image] * HELD_OUT_TIMES
                error, _ = predictions(trainable.module, images, draws, captions_of(images, draws))
                errors.append(float(error.mean()))
        mine = torch.tensor([sum(errors) / len(errors)], device=device)
        # Early stop hangs on it: were it one bit off on one device, some would stop, others wait.
        return float(accelerator.gather(mine)[0])

    # Who does what: a step's images are numbered, and every process takes its own.
    per_process = config.batch_size * config.gradient_accumulation
    batch: int = per_process * accelerator.num_processes
    total = math.ceil(config.epochs * len(data.train) / batch)
    total = min(total, config.max_steps or total)

    model = accelerator.prepare(trainable.module)
    model.train()
    optimizer = make_optimizer(config, trainable.groups, device)
    base_rates = [group["lr"] for group in optimizer.param_groups]
    average = MovingAverage(trainable.named(), config.ema_decay) if config.ema_decay else None
    progress = Progress()
    if resume:
        progress = load_state(run / "resume", trainable.named(), optimizer, average)
    log = TrainingLog(run / "train_log.csv", from_step=progress.step) if main else None
    board = _tensorboard(run, progress.step) if main and config.tensorboard else None

    def image_of(step: int, slot: int) -> TrainingImage:
        epoch, place = divmod(step * batch + slot, len(data.train))
        order = shuffled(config.seed, "epoch", epoch, count=len(data.train))
        return data.train[order[place]]

    def keep_state() -> None:
        if main:
            save_state(run / "resume", progress, trainable.named(), optimizer, average)
        accelerator.wait_for_everyone()

    def gains_no_more() -> bool:
        return config.early_stop is not None and progress.worse_in_a_row >= config.early_stop

    ended: Literal["finished", "early stop", "interrupted"] = "finished"
    if gains_no_more():  # resumed, but stopped early before
        ended = "early stop"
    with listening_for_stop() as stop:
        while progress.step < total and ended == "finished":
            step, started = progress.step, time.perf_counter()
            share = rate_share(config, step, total)
            for group, rate in zip(optimizer.param_groups, base_rates, strict=True):
                group["lr"] = rate * share

            losses = []
            for micro in range(config.gradient_accumulation):
                first = accelerator.process_index * per_process + micro * config.batch_size
                slots = range(first, first + config.batch_size)
                images = [image_of(step, slot) for slot in slots]
                draws = [
                    draw(
                        config.seed,
                        step,
                        slot,
                        shape=shape,
                        views=view_count(variant.data),
                        timesteps=steps_of_noise,
                        caption_dropout=config.caption_dropout,
                        noise_offset=config.noise_offset,
                    )
                    for slot in slots
                ]
                captions = captions_of(images, draws)
                if prior:
                    chosen = [prior[_prior_number(config.seed, step, s, len(prior))] for s in slots]
                    images += chosen
                    captions += [image.caption for image in chosen]
                    draws += [
                        draw(
                            config.seed,
                            step,
                            s,
                            "prior",
                            shape=shape,
                            views=1,
                            timesteps=steps_of_noise,
                        )
                        for s in slots
                    ]
                last = micro == config.gradient_accumulation - 1
                with nullcontext() if last else accelerator.no_sync(model):
                    error, weights = predictions(model, images, draws, captions)
                    parts = (error * weights).split(config.batch_size)
                    loss = parts[0].mean()
                    if prior:
                        loss = loss + config.prior_weight * parts[1].mean()
                    accelerator.backward(loss / config.gradient_accumulation)
                losses.append(loss.detach().float())

            mine = torch.stack(
                [torch.stack(losses).mean(), torch.tensor(float(stop.made), device=device)]
            )
            everyones = accelerator.gather(mine[None])
            loss_now = float(everyones[:, 0].mean())
            # Clipping to infinity leaves gradients alone and tells their norm.
            norm = float(
                torch.nn.utils.clip_grad_norm_(
                    trainable.parameters, config.max_grad_norm or math.inf
                )
            )
            # Before the weights take the step: what is saved must not hold such numbers.
            for what, value in (("loss is", loss_now), ("gradients are", norm)):
                if not math.isfinite(value):
                    names = ", ".join(dict.fromkeys(image_of(step, s).source for s in range(batch)))
                    raise MlError(
                        f"the {what} not a finite number at step {step + 1} (images: {names}): "
                        "look at these images, or lower the learning rate; the last checkpoint is "
                        "kept."
                    )
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if config.max_weight_norm and variant.kind == "lora":
                trainable.cap_weight_norm(config.max_weight_norm)
            if average:
                average.update(step)

            # What happens when an epoch ends.
            progress.step, progress.last_loss = step + 1, loss_now
            progress.seconds += time.perf_counter() - started
            before, now = step * batch / len(data.train), (step + 1) * batch / len(data.train)
            finished = progress.step == total
            progress.held_out = measured = None
            if held_out and (_due(before, now, config.held_out_every_epochs) or finished):
                progress.held_out = measured = held_out_loss()
                if progress.best_held_out is None or measured < progress.best_held_out:
                    progress.best_held_out, progress.worse_in_a_row = measured, 0
                    progress.best_step = progress.step
                    if config.early_stop is not None and main:
                        best = average.average if average else trainable.named()
                        keep_best(run / "resume", best, progress.step)
                else:
                    progress.worse_in_a_row += 1
            if log:
                log.write(
                    step=progress.step,
                    epoch=round(now, 3),
                    loss=loss_now,
                    grad_norm=norm,
                    learning_rate=optimizer.param_groups[0]["lr"],
                    held_out_loss=measured,
                    seconds=round(progress.seconds, 3),
                )
            if board:
                board.add_scalar("loss", loss_now, progress.step)
                board.add_scalar("grad_norm", norm, progress.step)
                board.add_scalar("learning_rate", optimizer.param_groups[0]["lr"], progress.step)
                if measured is not None:
                    board.add_scalar("held_out_loss", measured, progress.step)
            if draw_samples and main and _due(before, now, config.sample_every_epochs):
                with average.applied() if average else nullcontext():
                    draw_samples(int(now + 1e-9))
            if _due(before, now, config.checkpoint_every_epochs) and not finished:
                keep_state()
            if watch:
                watch(StepReport(progress.step, total, now, loss_now, measured))
            if gains_no_more():
                ended = "early stop"
                break
            if bool(everyones[:, 1].any()) or (stop.made and accelerator.num_processes == 1):
                ended = "interrupted" if not finished else "finished"
                break
    keep_state()
    if log:
        log.close()
    if board:
        board.close()
    weights_step, of_weights = progress.step, progress.held_out
    if ended != "interrupted":
        if config.early_stop is not None and progress.best_step is not None:
            restore_best(run / "resume", trainable.named(), progress.best_step)
            weights_step, of_weights = progress.best_step, progress.best_held_out
        elif average:
            average.copy_to_model()
    outcome = Outcome(
        ended,
        progress.step,
        progress.last_loss,
        of_weights,
        progress.seconds,
        epochs=round(progress.step * batch / len(data.train), 2),
        weights_step=weights_step,
        averaged=average is not None,
        lowest_held_out_loss=progress.best_held_out,
        lowest_step=progress.best_step,
    )
    return outcome, trainable


def _need_space(
    run: Path,
    cache: Path | None,
    variant: VariantConfig,
    trainable: Trainable,
    moments: MomentCache,
    train: Sequence[TrainingImage],
    others: Sequence[TrainingImage],
) -> None:
    """Refuse to begin where state, weights and encoded images would not fit on their disks."""
    side = variant.data.size // trainable.pipeline.vae_scale_factor
    encoded = moments.bytes_to_write(train, side, views=view_count(variant.data))
    encoded += moments.bytes_to_write(others, side, views=1)
    # Weights, two moments of Adam, the average; a new state is written beside the old one.
    copies = 4 if variant.training.ema_decay else 3
    best = 2 if variant.training.early_stop is not None else 0
    written = trainable.bytes_trained() * (2 * copies + best) + trainable.bytes_to_save()
    kept = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    written = max(written - kept, 0)
    if cache is not None and not same_disk(cache, run):
        need_space(cache, encoded, "the encoded images")
        encoded = 0
    need_space(run, written + encoded, "the run")


def rate_share(config: TrainingConfig, step: int, total: int) -> float:
    """Return the share of the learning rate at an optimizer step, warm-up included."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup_steps) / max(total - config.warmup_steps, 1)
    return 0.5 * (1 + math.cos(math.pi * done))


def make_optimizer(
    config: TrainingConfig, groups: list[dict[str, Any]], device: torch.device
) -> torch.optim.Optimizer:
    """Build AdamW: fused where the device has it, or with 8-bit state if that is asked for.

    Raises MlError where 8-bit state is asked for without bitsandbytes.
    """
    options: dict[str, Any] = {
        "betas": (config.adam_beta1, config.adam_beta2),
        "weight_decay": config.weight_decay,
    }
    if config.optimizer == "adamw-8bit":
        try:
            from bitsandbytes.optim import AdamW8bit  # type: ignore[import-not-found]
        except ImportError as error:
            raise MlError(
                "optimizer adamw-8bit needs bitsandbytes: pip install bitsandbytes, or use adamw."
            ) from error
        built: torch.optim.Optimizer = AdamW8bit(groups, **options)
        return built
    return torch.optim.AdamW(groups, fused=device.type in ("cpu", "cuda"), **options)


def _noising(pipeline: Any, config: TrainingConfig) -> Any:
    """Return the schedule that noise is added by; let the pipeline predict what is trained."""
    from diffusers import DDPMScheduler

    own = pipeline.scheduler.config
    predicts = config.prediction_type or own.get("prediction_type", "epsilon")
    if predicts != own.get("prediction_type"):
        pipeline.scheduler = type(pipeline.scheduler).from_config(own, prediction_type=predicts)
    return DDPMScheduler.from_config(own, prediction_type=predicts)


def _snr_weights(noising: Any, times: torch.Tensor, gamma: float | None) -> torch.Tensor:
    """Return each time step's weight, min(SNR, gamma) over SNR (epsilon) or SNR + 1 (velocity)."""
    if gamma is None:
        return torch.ones(times.shape, device=times.device)
    from diffusers.training_utils import compute_snr

    snr = compute_snr(noising, times)
    least = snr.clamp(max=gamma)
    velocity = noising.config.prediction_type == "v_prediction"
    weights: torch.Tensor = least / (snr + 1) if velocity else least / snr
    return weights


def _prior_number(seed: int, step: int, slot: int, count: int) -> int:
    return shuffled(seed, step, slot, "prior image", count=count)[0]


def _due(before: float, now: float, every: int) -> bool:
    """Say whether a multiple of so many epochs was passed."""
    return bool(every) and int(now / every + 1e-9) > int(before / every + 1e-9)


def _spread(images: Sequence[TrainingImage], most: int) -> tuple[TrainingImage, ...]:
    """Return at most so many images, evenly from the whole list."""
    count = min(len(images), most)
    return tuple(images[number * len(images) // count] for number in range(count))


def _tensorboard(run: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MlError(
            "training.tensorboard needs tensorboard: pip install tensorboard, or leave it off."
        ) from error
    # What a crashed run wrote after the step that is resumed from is not shown.
    return SummaryWriter(run / "tensorboard", purge_step=step + 1 if step else None)
