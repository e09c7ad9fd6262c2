"""The clinical content of an image."""

from typing import Literal

Condition = Literal["normal", "abnormal"]
CONDITIONS: tuple[Condition, ...] = ("normal", "abnormal")
