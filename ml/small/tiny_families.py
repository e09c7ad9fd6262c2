"""A small pipeline of every family, of the real classes with random weights, built offline.

Each has the parts and the traits that tell its family from others (encoders, masks, scaling,
schedule), at a few thousand to a hundred thousand weights.
"""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ml.errors import MlError

SIZE_STEP = 32
"""Pixels that a side is a multiple of, whichever family."""

WIDTH = 16
"""Features of each text encoder's output."""


def build_tiny_family(family: str, out: Path | None, *, seed: int = 0, size: int = 32) -> Any:
    """Build a family's pipeline and write it to a folder, if one is given.

    Parameters
    ----------
    family : one of `BUILDERS`
    size : pixels a side of the images it is made for; a multiple of 32

    Raises
    ------
    MlError
        For a size that does not suit.
    """
    if size < SIZE_STEP or size % SIZE_STEP:
        raise MlError(f"size {size} does not suit: use a multiple of {SIZE_STEP}.")
    from ml.bases.save import save_pipeline
    from ml.library_logging import quieten

    quieten()
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pipeline = BUILDERS[family](size)
    # As loaded ones are: a new T5 drops out at random, and no picture would come twice.
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval()
    pipeline.set_progress_bar_config(disable=True)
    if out is not None:
        save_pipeline(pipeline, out)
    return pipeline


def _stable_diffusion_2(size: int) -> Any:
    """Return SD 2.x's shape: linear projections, velocity, another padding token."""
    from diffusers import DDIMScheduler, StableDiffusionPipeline

    encoder, tokenizer = _clip(pad="!")
    return StableDiffusionPipeline(
        unet=_unet(size, cross_attention_dim=WIDTH, use_linear_projection=True),
        vae=_autoencoder(size),
        text_encoder=encoder,
        tokenizer=tokenizer,
        scheduler=DDIMScheduler(
            **_SCALED_LINEAR,
            prediction_type="v_prediction",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _stable_diffusion_xl(size: int) -> Any:
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline

    (first, tokenizer), (second, tokenizer_2) = _clip(), _clip(projection=True, pad="!")
    time_width = 8
    return StableDiffusionXLPipeline(
        unet=_unet(
            size,
            cross_attention_dim=2 * WIDTH,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=time_width,
            projection_class_embeddings_input_dim=6 * time_width + WIDTH,
        ),
        vae=_autoencoder(size, scaling_factor=0.13025, force_upcast=True),
        text_encoder=first,
        text_encoder_2=second,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        scheduler=EulerDiscreteScheduler(
            **_SCALED_LINEAR, steps_offset=1, timestep_spacing="leading"
        ),
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    )


def _stable_diffusion_3(size: int) -> Any:
    from diffusers import (
        FlowMatchEulerDiscreteScheduler,
        SD3Transformer2DModel,
        StableDiffusion3Pipeline,
    )

    (first, tokenizer), (second, tokenizer_2) = (
        _clip(projection=True),
        _clip(projection=True, pad="!"),
    )
    third, tokenizer_3 = _t5(2 * WIDTH)
    return StableDiffusion3Pipeline(
        transformer=SD3Transformer2DModel(
            sample_size=size // 2,
            patch_size=2,
            in_channels=16,
            out_channels=16,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=2 * WIDTH,
            caption_projection_dim=16,
            pooled_projection_dim=2 * WIDTH,
            pos_embed_max_size=size // 2,
            dual_attention_layers=(0,),
            qk_norm="rms_norm",
        ),
        vae=_autoencoder(
            size,
            latent_channels=16,
            use_quant_conv=False,
            use_post_quant_conv=False,
            scaling_factor=1.5305,
            shift_factor=0.0609,
        ),
        text_encoder=first,
        text_encoder_2=second,
        text_encoder_3=third,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        tokenizer_3=tokenizer_3,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
    )


def _sana(size: int) -> Any:
    from diffusers import (
        AutoencoderDC,
        DPMSolverMultistepScheduler,
        SanaPipeline,
        SanaTransformer2DModel,
    )

    encoder, tokenizer = _gemma()
    vae = AutoencoderDC(
        latent_channels=8,
        attention_head_dim=4,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        encoder_layers_per_block=(1, 1),
        decoder_layers_per_block=(1, 1),
        encoder_qkv_multiscales=((), (5,)),
        decoder_qkv_multiscales=((), (5,)),
        downsample_block_type="conv",
        upsample_block_type="interpolate",
        decoder_act_fns="silu",
        decoder_norm_types="rms_norm",
        scaling_factor=0.41407,
    )
    return SanaPipeline(
        transformer=SanaTransformer2DModel(
            sample_size=size // 2,
            patch_size=1,
            in_channels=8,
            out_channels=8,
            num_layers=1,
            num_attention_heads=2,
            attention_head_dim=8,
            num_cross_attention_heads=2,
            cross_attention_head_dim=8,
            cross_attention_dim=16,
            caption_channels=WIDTH,
            mlp_ratio=2.5,
        ),
        vae=vae,
        text_encoder=encoder,
        tokenizer=tokenizer,
        scheduler=DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    )


def _pixart_sigma(size: int) -> Any:
    from diffusers import (
        DPMSolverMultistepScheduler,
        PixArtSigmaPipeline,
        PixArtTransformer2DModel,
    )

    encoder, tokenizer = _t5(WIDTH)
    return PixArtSigmaPipeline(
        transformer=PixArtTransformer2DModel(
            sample_size=size // 2,
            patch_size=2,
            in_channels=4,
            out_channels=8,
            num_layers=2,
            num_attention_heads=2,
            attention_head_dim=8,
            cross_attention_dim=16,
            caption_channels=WIDTH,
            use_additional_conditions=False,
        ),
        vae=_autoencoder(size, scaling_factor=0.13025),
        text_encoder=encoder,
        tokenizer=tokenizer,
        scheduler=DPMSolverMultistepScheduler(),
    )


_SCALED_LINEAR: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
}


def _unet(size: int, **more: Any) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=size // 2,
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(1, 2),
        norm_num_groups=4,
        **more,
    )


def _autoencoder(size: int, **more: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        sample_size=size,
        **{"latent_channels": 4, **more},
    )


def _clip(*, projection: bool = False, pad: str | None = None) -> tuple[Any, Any]:
    from transformers import (
        CLIPTextConfig,
        CLIPTextModel,
        CLIPTextModelWithProjection,
        CLIPTokenizer,
    )

    from ml.bases.clip_vocabulary import END, START, byte_vocabulary

    vocabulary, merges = byte_vocabulary()
    kind = CLIPTextModelWithProjection if projection else CLIPTextModel
    encoder = kind(
        CLIPTextConfig(
            vocab_size=len(vocabulary),
            hidden_size=WIDTH,
            projection_dim=WIDTH,
            intermediate_size=2 * WIDTH,
            num_attention_heads=2,
            num_hidden_layers=2,
            max_position_embeddings=77,
            bos_token_id=vocabulary[START],
            eos_token_id=vocabulary[END],
            pad_token_id=vocabulary[pad or END],
        )
    )
    own = {"pad_token": pad} if pad else {}
    return encoder, CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77, **own)


def _t5(width: int) -> tuple[Any, Any]:
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)]
    pieces += [(letter, -3.0) for letter in string.ascii_lowercase + string.digits + "-.,"]
    pieces += [(letter, -3.0) for letter in string.ascii_uppercase]
    encoder = T5EncoderModel(
        T5Config(
            vocab_size=len(pieces),
            d_model=width,
            d_kv=8,
            d_ff=2 * width,
            num_layers=1,
            num_heads=2,
            feed_forward_proj="gated-gelu",
        )
    )
    return encoder, T5Tokenizer(vocab=pieces)


def _gemma() -> tuple[Any, Any]:
    from transformers import Gemma2Config, Gemma2Model, GemmaTokenizer

    letters = string.ascii_letters + string.digits + "-.,"
    tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "\u2581", *letters]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    encoder = Gemma2Model(
        Gemma2Config(
            vocab_size=len(vocabulary),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
            query_pre_attn_scalar=8,
        )
    )
    return encoder, GemmaTokenizer(vocab=vocabulary, merges=[], add_bos_token=True)


BUILDERS: Mapping[str, Callable[[int], Any]] = MappingProxyType(
    {
        "sd2": _stable_diffusion_2,
        "sdxl": _stable_diffusion_xl,
        "sd3": _stable_diffusion_3,
        "sana": _sana,
        "pixart-sigma": _pixart_sigma,
    }
)
"""What builds each family's pipeline for pictures of so many pixels a side."""
