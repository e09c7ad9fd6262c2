"""How a run's weights are used by other tools, as its model card says it."""

from __future__ import annotations

_LORA = """```python
pipeline = {pipeline}.from_pretrained(BASE)
pipeline.load_lora_weights("lora", weight_name="pytorch_lora_weights.safetensors")
```"""

_PEFT = """```python
pipeline = {pipeline}.from_pretrained(BASE)
pipeline.transformer = peft.PeftModel.from_pretrained(pipeline.transformer, "lora")
```"""

_PIPELINE = """```python
pipeline = {pipeline}.from_pretrained("pipeline")
```"""

_WORD = """```python
pipeline = {pipeline}.from_pretrained(BASE)
pipeline.load_textual_inversion("embedding", weight_name="learned_embeds.safetensors")
```"""

_TWO_WORDS = """```python
pipeline = {pipeline}.from_pretrained(BASE)
learnt = safetensors.torch.load_file("embedding/learned_embeds.safetensors")
for key, part in (("clip_l", ""), ("clip_g", "_2")):
    pipeline.load_textual_inversion(
        learnt[key], token="{word}",
        text_encoder=getattr(pipeline, "text_encoder" + part),
        tokenizer=getattr(pipeline, "tokenizer" + part),
    )
```"""

_KOHYA = "kohya's scripts, A1111 and ComfyUI read `lora/lora_kohya.safetensors`."
_COMFYUI = "ComfyUI reads `lora/lora_comfyui.safetensors`."
_A1111 = "A1111 and ComfyUI read `embedding/*_a1111.safetensors`; the file's name is the word."

OTHER_LORA = {
    "StableDiffusionPipeline": _KOHYA,
    "StableDiffusionXLPipeline": _KOHYA,
    "StableDiffusion3Pipeline": _COMFYUI,
    "PixArtSigmaPipeline": _COMFYUI,
}
"""What reads a LoRA's other file, by the pipeline's class; of Sana there is none."""


_ZERO_SNR = """It was tuned down to noise alone (zero terminal SNR), which samplers must know:

```python
pipeline.scheduler = DDIMScheduler.from_config(
    pipeline.scheduler.config, rescale_betas_zero_snr=True, timestep_spacing="trailing",
    prediction_type="v_prediction", clip_sample=False,
)
```"""


def usage(pipeline: str, weights: str, word: str, *, zero_snr: bool = False) -> str:
    """Return the card's section on use.

    Parameters
    ----------
    pipeline : the class of diffusers that the base is of
    weights : folder of the weights: lora, pipeline or embedding
    word : that textual inversion taught
    zero_snr : the noise schedule is another than the base's; a whole pipeline has it in its folder
    """
    if weights == "pipeline":
        return _PIPELINE.format(pipeline=pipeline)
    text = _added(pipeline, weights, word)
    return f"{text}\n\n{_ZERO_SNR}" if zero_snr else text


def _added(pipeline: str, weights: str, word: str) -> str:
    if weights == "embedding":
        text = _TWO_WORDS if pipeline == "StableDiffusionXLPipeline" else _WORD
        return f"{text.format(pipeline=pipeline, word=word)}\n\n{_A1111}"
    text = (_PEFT if pipeline == "PixArtSigmaPipeline" else _LORA).format(pipeline=pipeline)
    other = OTHER_LORA.get(pipeline)
    return f"{text}\n\n{other}" if other else text
