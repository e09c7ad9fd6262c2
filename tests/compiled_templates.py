"""Templates that are compiled once for all apps that a run of the tests makes."""

from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from starlette.templating import Jinja2Templates


class _InMemory(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[object, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get(_key(bucket))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[_key(bucket)] = bucket.bytecode_to_string()


def _key(bucket: Bucket) -> object:
    # The words of a language stand in what is compiled.
    return bucket.key, getattr(bucket.environment.code_generator_class, "says", None)


_COMPILED = _InMemory()


class TemplatesCompiledOnce(Jinja2Templates):
    """As Starlette's; a template whose source has changed is compiled again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.env.bytecode_cache = _COMPILED
