"""Files that others of the group can read, as far as the umask lets them.

What writes a file beside its place and renames it, safetensors among them, makes it private first;
a run folder or a cache on a shared disk would then be of use to its owner only.
"""

import os
from pathlib import Path


def shared_mode() -> int:
    """Return the mode that a file opened in the ordinary way would get."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def share_weights(folder: Path) -> None:
    """Give the weights' files right in a folder that mode."""
    mode = shared_mode()
    for path in folder.glob("*.safetensors"):
        path.chmod(mode)
