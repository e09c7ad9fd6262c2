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
from ml.bases.families import adapter_of
from ml.errors import MlError
from ml.methods.config import TrainingConfig, VariantConfig
from ml.methods.trainable import Trainable
from ml.radiographs.training_images import PreparedData, TrainingImage, view_count
from ml.training.averages import Average, make_average
from ml.training.batches import Batches
from ml.training.best_weights import keep_best, restore_best
from ml.training.cache import MomentCache
from ml.training.frames import Frames
from ml.training.kept_epochs import KeepWeights
from ml.training.log import RunLog
from ml.training.losses import HeldOut, Losses
from ml.training.optimizers import STATES, make_optimizer, rate_of, rate_share, shorten_gradients
from ml.training.progress import StepReport
from ml.training.resume import Progress, StopRequest, listening_for_stop, load_state, save_state
from ml.training.warm_start import WarmStart

HELD_OUT_MOST = 24
"""Held-out images that the loss is measured on: more would cost more than they tell."""

Ended = Literal["finished", "early stop", "interrupted"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    ended: Ended
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


@dataclass
class Sitting:
    """All that a run in work consists of."""

    config: TrainingConfig
    run: Path
    accelerator: Any
    trainable: Trainable
    model: Any
    """The trainable's module, as the launcher wraps it."""

    optimizer: torch.optim.Optimizer
    base_rates: list[float]
    average: Average | None
    batches: Batches
    losses: Losses
    held_out: HeldOut
    progress: Progress

    def gains_no_more(self) -> bool:
        """Say whether the held-out loss has not fallen for as long as was asked for."""
        limit = self.config.early_stop
        return limit is not None and self.progress.worse_in_a_row >= limit

    def averaged(self) -> Any:
        """Return a context in which the model has its averaged weights, where there are some."""
        return self.average.applied() if self.average else nullcontext()

    def keep_state(self) -> None:
        """Write what --resume goes on from."""
        if self.accelerator.is_main_process:
            state = (self.progress, self.trainable.named(), self.optimizer, self.average)
            save_state(self.run / "resume", *state)
        self.accelerator.wait_for_everyone()


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
    keep_weights: KeepWeights | None = None,
    start: WarmStart | None = None,
) -> tuple[Outcome, Trainable]:
    """Train a variant; leave log and state in its run folder and the weights in the pipeline.

    Parameters
    ----------
    pipeline : of any family, on the accelerator's device
    prior : DreamBooth's images of the untouched base, with their captions
    cache : folder of moments that are kept between runs
    watch : called after each step; what it raises ends the run
    draw_samples : called with an epoch's number when samples are due, on the main process
    keep_weights : called when an epoch's weights are to be kept, on the main process
    start : weights that training begins from, where they are not the base's

    Raises
    ------
    MlError
        If the loss is not a finite number, naming step and images; if the disk is too small for
        what the run writes.
    """
    config, main = variant.training, accelerator.is_main_process
    sitting = _begin(
        pipeline, variant, data, run, accelerator, prior, cache, start, tell=bool(watch)
    )
    if resume:
        state = (sitting.trainable.named(), sitting.optimizer, sitting.average)
        sitting.progress = load_state(run / "resume", *state)
    progress, batches = sitting.progress, sitting.batches
    from_step = progress.step
    log = RunLog(run, from_step=from_step, tensorboard=config.tensorboard) if main else None
    # A run that is resumed may have stopped early before.
    ended: Ended = "early stop" if sitting.gains_no_more() else "finished"
    with listening_for_stop() as stop:
        while progress.step < batches.total and ended == "finished":
            step, started = progress.step, time.perf_counter()
            loss, norm, stopping = _take_step(sitting, step, stop)
            progress.step, progress.last_loss = step + 1, loss
            progress.seconds += time.perf_counter() - started
            finished = progress.step == batches.total
            before, now = batches.epochs(step), batches.epochs(step + 1)
            measured = _measure(sitting, before, now, finished=finished)
            if log:
                log.write(_row(sitting, now, loss, norm, measured))
            if draw_samples and main and _due(before, now, config.sample_every_epochs):
                with sitting.averaged():
                    draw_samples(int(now + 1e-9))
            if keep_weights and main and _due(before, now, config.keep_every_epochs):
                with sitting.averaged():
                    keep_weights(sitting.trainable, int(now + 1e-9), progress.step, measured)
            if _due(before, now, config.checkpoint_every_epochs) and not finished:
                sitting.keep_state()
            if watch:
                watch(StepReport(progress.step, batches.total, now, loss, measured))
            if sitting.gains_no_more():
                ended = "early stop"
            elif (stopping or (stop.made and accelerator.num_processes == 1)) and not finished:
                ended = "interrupted"
    sitting.keep_state()
    if log:
        log.close()
    return _finish(sitting, ended), sitting.trainable


def _begin(
    pipeline: Any,
    variant: VariantConfig,
    data: PreparedData,
    run: Path,
    accelerator: Any,
    prior: Sequence[TrainingImage],
    cache: Path | None,
    start: WarmStart | None,
    *,
    tell: bool,
) -> Sitting:
    """Compute what is frozen, once, and gather what a step needs."""
    config, device = variant.training, accelerator.device
    adapter = adapter_of(pipeline)
    predicts = adapter.settled_prediction(config.prediction_type)
    adapter.let_predict(predicts, zero_snr=config.zero_terminal_snr)
    objective = adapter.objective(config.prediction_type, config.min_snr_gamma)
    frames = Frames(adapter, variant.data, whole=[image.pixels_sha256 for image in prior])
    moments = MomentCache(adapter.vae, variant.data, cache, frames.bucket)
    held_out = _spread(data.held_out, HELD_OUT_MOST)
    placed = start.put_under(pipeline, variant) if start else {}
    trainable = Trainable(pipeline, variant)
    if start:
        start.put_in(trainable, placed)
    others = (*held_out, *prior)
    if accelerator.is_main_process:
        _need_space(run, cache, variant, trainable, moments, data.train, others)
    # The main process encodes first, the others then read.
    told = accelerator.is_main_process and tell
    with accelerator.main_process_first():
        moments.fill(data.train, tell=told)
        moments.fill(others, views=1, tell=told)
    trains_text = trainable.trains_text
    parts = (adapter, objective, variant, moments, frames)
    losses = Losses(*parts, trains_text=trains_text, device=device)
    model = accelerator.prepare(trainable.module)
    model.train()
    optimizer = make_optimizer(config, trainable.groups, device)
    return Sitting(
        config=config,
        run=run,
        accelerator=accelerator,
        trainable=trainable,
        model=model,
        optimizer=optimizer,
        base_rates=[group["lr"] for group in optimizer.param_groups],
        average=make_average(config, trainable.named(), optimizer),
        batches=Batches(
            variant,
            data.train,
            prior,
            frames=frames,
            levels=objective.levels,
            process=accelerator.process_index,
            processes=accelerator.num_processes,
        ),
        losses=losses,
        held_out=HeldOut(variant, held_out, losses, latent=frames.latent, levels=objective.levels),
        progress=Progress(),
    )


def _take_step(sitting: Sitting, step: int, stop: StopRequest) -> tuple[float, float, bool]:
    """Move the weights once; return loss, gradient norm and whether anybody asked to stop."""
    config, optimizer, batches = sitting.config, sitting.optimizer, sitting.batches
    accelerator = sitting.accelerator
    share = rate_share(config, step, batches.total)
    for group, rate in zip(optimizer.param_groups, sitting.base_rates, strict=True):
        group["lr"] = rate * share
    losses = []
    for micro in range(config.gradient_accumulation):
        last = micro == config.gradient_accumulation - 1
        batch = batches.micro(step, micro)
        with nullcontext() if last else accelerator.no_sync(sitting.model):
            error, weights = sitting.losses(sitting.model, batch)
            parts = (error * weights).split(config.batch_size)
            loss = parts[0].mean()
            if len(parts) > 1:  # DreamBooth's prior
                loss = loss + config.prior_weight * parts[1].mean()
            accelerator.backward(loss / config.gradient_accumulation)
        losses.append(loss.detach().float())
    asked = torch.tensor(float(stop.made), device=accelerator.device)
    everyones = accelerator.gather(torch.stack([torch.stack(losses).mean(), asked])[None])
    loss_now = float(everyones[:, 0].mean())
    # Shortening to infinity leaves gradients alone and tells their norm.
    limit = config.max_grad_norm or math.inf
    norm = shorten_gradients(optimizer, sitting.trainable.parameters, limit)
    _check_finite(sitting, step, loss_now, norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if config.max_weight_norm and sitting.trainable.variant.kind == "lora":
        sitting.trainable.cap_weight_norm(config.max_weight_norm)
    if sitting.average:
        sitting.average.update(step)
    return loss_now, norm, bool(everyones[:, 1].any())


def _check_finite(sitting: Sitting, step: int, loss: float, norm: float) -> None:
    """Raise before the weights take a step that would leave them no numbers."""
    for what, value in (("loss is", loss), ("gradients are", norm)):
        if not math.isfinite(value):
            raise MlError(
                f"the {what} not a finite number at step {step + 1} (images: "
                f"{sitting.batches.sources(step)}): look at these images, or lower the learning "
                "rate; the last checkpoint is kept."
            )


def _measure(sitting: Sitting, before: float, now: float, *, finished: bool) -> float | None:
    """Measure the held-out loss where it is due; keep the weights if they are the best."""
    config, progress = sitting.config, sitting.progress
    progress.held_out = None
    due = _due(before, now, config.held_out_every_epochs) or finished
    if not (sitting.held_out.images and due):
        return None
    measured = sitting.held_out(sitting.trainable, sitting.average, sitting.accelerator)
    progress.held_out = measured
    if progress.best_held_out is not None and measured >= progress.best_held_out:
        progress.worse_in_a_row += 1
        return measured
    progress.best_held_out, progress.worse_in_a_row = measured, 0
    progress.best_step = progress.step
    if config.early_stop is not None and sitting.accelerator.is_main_process:
        best = sitting.average.average if sitting.average else sitting.trainable.named()
        keep_best(sitting.run / "resume", best, progress.step)
    return measured


def _row(
    sitting: Sitting, epoch: float, loss: float, norm: float, measured: float | None
) -> dict[str, float | None]:
    return {
        "step": sitting.progress.step,
        "epoch": round(epoch, 3),
        "loss": loss,
        "grad_norm": norm,
        "learning_rate": rate_of(sitting.optimizer),
        "held_out_loss": measured,
        "seconds": round(sitting.progress.seconds, 3),
    }


def _finish(sitting: Sitting, ended: Ended) -> Outcome:
    """Let the model have the weights that the run ends with, and say how it ended."""
    progress, average = sitting.progress, sitting.average
    weights_step, of_weights = progress.step, progress.held_out
    if ended != "interrupted":
        if sitting.config.early_stop is not None and progress.best_step is not None:
            named = sitting.trainable.named()
            restore_best(sitting.run / "resume", named, progress.best_step)
            weights_step, of_weights = progress.best_step, progress.best_held_out
        elif average:
            average.copy_to_model()
    return Outcome(
        ended,
        progress.step,
        progress.last_loss,
        of_weights,
        progress.seconds,
        epochs=round(sitting.batches.epochs(progress.step), 2),
        weights_step=weights_step,
        averaged=average is not None,
        lowest_held_out_loss=progress.best_held_out,
        lowest_step=progress.best_step,
    )


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
    side = trainable.adapter.latent_shape(variant.data.size)[1]
    encoded = moments.bytes_to_write(train, side, views=view_count(variant.data))
    encoded += moments.bytes_to_write(others, side, views=1)
    written = bytes_of_run(variant, trainable)
    kept = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    written = max(written - kept, 0)
    if cache is not None and not same_disk(cache, run):
        need_space(cache, encoded, "the encoded images")
        encoded = 0
    need_space(run, written + encoded, "the run")


def bytes_of_run(variant: VariantConfig, trainable: Trainable) -> int:
    """Return what a run's state and weights take on the disk at most."""
    # Weights, the optimizer's numbers, the average; a new state is written beside the old one.
    copies = 1 + STATES.get(variant.training.optimizer, 2) + bool(variant.training.ema_decay)
    best = 2 if variant.training.early_stop is not None else 0
    every = variant.training.keep_every_epochs
    saved = 1 + (variant.training.epochs // every if every else 0)
    return trainable.bytes_trained() * (2 * copies + best) + saved * trainable.bytes_to_save()


def _due(before: float, now: float, every: int) -> bool:
    """Say whether a multiple of so many epochs was passed."""
    return bool(every) and int(now / every + 1e-9) > int(before / every + 1e-9)


def _spread(images: Sequence[TrainingImage], most: int) -> tuple[TrainingImage, ...]:
    """Return at most so many images, evenly from the whole list."""
    count = min(len(images), most)
    return tuple(images[number * len(images) // count] for number in range(count))
