"""What the tests of ml/ share."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing in ml/ may need a network."""

    def refuse(*_):
        raise AssertionError("ml reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def pipeline():
    """Build the smallest pipeline of the real classes, with random weights."""
    import torch
    from diffusers import (
        AutoencoderKL,
        PNDMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(x + "</w>" for x in letters)]
    channels = (16, 32)
    result = StableDiffusionPipeline(
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=channels,
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=16,
            attention_head_dim=8,
            norm_num_groups=8,
        ),
        vae=AutoencoderKL(
            block_out_channels=channels,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4,
            norm_num_groups=8,
            sample_size=32,
        ),
        text_encoder=CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokens),
                hidden_size=16,
                intermediate_size=32,
                num_attention_heads=2,
                num_hidden_layers=1,
                max_position_embeddings=77,
                bos_token_id=0,
                eos_token_id=1,
            )
        ),
        tokenizer=CLIPTokenizer(
            vocab={token: i for i, token in enumerate(tokens)}, merges=[], model_max_length=77
        ),
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    result.set_progress_bar_config(disable=True)
    return result
