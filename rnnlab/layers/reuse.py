"""`reuse: NAME`: another layer's weights a second time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from rnnlab.cells import Contradiction
from rnnlab.layers.layer import Layer
from rnnlab.spec import Name


class Reuse(Layer):
    """Another layer applied again: the same weights, counted once. Written `{reuse: NAME, from: …}`."""

    keras_class: ClassVar[str] = ""
    layer: Literal["reuse"] = "reuse"
    reuse: Name = Field()
    """Name of the layer above whose weights are shared."""

    @property
    def default_name(self) -> str:
        """Return a name that says what it is."""
        return f"{self.reuse}_again"

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        for key in ("dtype", "autocast"):
            if self.departs(key):
                yield Contradiction(
                    key, f"`{key}` is that of `{self.reuse}`, whose weights are shared", f"give it to `{self.reuse}`"
                )
