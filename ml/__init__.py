"""Offline generation: fine-tune latent-diffusion variants and fill the image bank."""
