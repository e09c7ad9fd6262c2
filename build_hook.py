"""Build hook: put htmx where it is served from, without committing it.

The file is taken from the package django-htmx, which is needed to build and never installed,
and is checked against a digest, so that what the browsers run is what was reviewed.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"


class HtmxHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        spec = find_spec("django_htmx")
        if spec is None or spec.origin is None:
            raise RuntimeError("django-htmx is missing from the build environment")
        source = Path(spec.origin).parent / "static" / "django_htmx" / "htmx-2.min.js"
        content = source.read_bytes()
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise RuntimeError(f"{source.name} is not the file that was reviewed")
        target = Path(self.root) / "static" / "vendor" / "htmx.min.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
