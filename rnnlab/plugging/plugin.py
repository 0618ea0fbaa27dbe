"""A plugin as it was read: two files, their hashes, and the members that the first one declares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnlab.spec import Spec


@dataclass(frozen=True)
class PluginFile:
    """One file of a plugin, read once: what is hashed is what is executed."""

    path: Path
    text: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """Return the hash of its bytes."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Plugin:
    """Cells and layers of somebody.

    Attributes:
        name: of the spec file without its ending; the Keras classes are registered under it.
        spec_file: says keys, weights and shapes; imports no Keras.
        keras_file: has the Keras classes; read with the spec file, executed by the build room only.
        members: specs by the name that stands in an experiment.
    """

    name: str
    spec_file: PluginFile
    keras_file: PluginFile
    members: Mapping[str, type[Spec]]

    @property
    def files(self) -> tuple[PluginFile, PluginFile]:
        """Return both files."""
        return self.spec_file, self.keras_file

    @property
    def sha256(self) -> str:
        """Return one hash of both files."""
        return hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()

    def to_data(self) -> dict[str, Any]:
        """Return what a record says of it: plain data."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "files": {file.path.name: file.sha256 for file in self.files},
            "members": list(self.members),
        }
