"""Dropout of what is tuned: none.

Its masks come from torch's global generator, which no state of a run holds: a run with it is
neither the same twice nor the same resumed, and its held-out loss and samples would be of a network
with holes. BERT has dropout (0.1); the CLIPs and the denoisers of the families are trained without.
"""

from __future__ import annotations

from torch import nn

LAYERS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


def leave_nothing_out(model: nn.Module) -> None:
    """Set every probability of dropout to zero; what the model's configuration says stays."""
    for module in model.modules():
        if isinstance(module, LAYERS):
            module.p = 0.0
        elif isinstance(vars(module).get("dropout"), float):  # CLIP's attention holds a number
            vars(module)["dropout"] = 0.0
