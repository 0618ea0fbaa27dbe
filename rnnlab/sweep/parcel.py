"""What travels to a node with a trial: the files that its training reads, and the paths that they have there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rnnlab.experiment import Experiment
from rnnlab.experiment.prepared import files_of
from rnnlab.plugging import loaded_plugins
from rnnlab.sweep.bridge import BACK
from rnnlab.sweep.trial import TrialOrder


@dataclass(frozen=True)
class Parcel:
    """The files of an order.

    Attributes:
        files: that are sent, by their path below the folder that a node has for them.
        absolute: that the experiment names so: they must be on the node already.
        back: name of the folder that the worker writes into.
    """

    order: TrialOrder
    files: dict[str, Path]
    absolute: tuple[str, ...]
    back: str

    def at(self, root: str) -> TrialOrder:
        """Return the order with the paths of a node.

        Args:
            root: its folder for files.
        """
        order, own = self.order, f"{root}/{BACK}/{self.back}"
        return replace(
            order,
            folder=f"{root}/{mirrored(Path(order.folder))}",
            weights=f"{own}/{Path(order.weights).name}",
            initial=f"{root}/{mirrored(Path(order.initial))}" if order.initial else None,
            plugins=tuple((f"{root}/{mirrored(Path(path))}", sha256) for path, sha256 in order.plugins),
            checkpoints=f"{own}/checkpoints",
        )

    def home_of(self, name: str) -> Path | None:
        """Return where a file that the worker wrote belongs on this machine; None for one of another trial."""
        prefix = f"{BACK}/{self.back}/"
        if not name.startswith(prefix):
            return None
        weights = Path(self.order.weights)
        if name == f"{prefix}{weights.name}":
            return weights
        return Path(self.order.checkpoints or weights.parent) / Path(name).name

    def keep(self, names: list[str], files: dict[str, bytes]) -> None:
        """Write what the worker wrote where the supervisor looks for it; delete the checkpoints that are gone there.

        Args:
            names: of all files that are on the node.
            files: those that are new, with their bytes.
        """
        for name, data in files.items():
            path = self.home_of(name)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f"{path.name}.part")
                part.write_bytes(data)
                part.replace(path)
        kept = {self.home_of(name) for name in names}
        for path in Path(self.order.checkpoints).glob("*.ckpt") if self.order.checkpoints else ():
            if path not in kept:
                path.unlink(missing_ok=True)


def pack(order: TrialOrder) -> Parcel:
    """Return what travels with an order."""
    names = files_of(Experiment.model_validate(order.config))
    folder = Path(order.folder)
    files = {mirrored(folder / name): folder / name for name in names if not Path(name).is_absolute()}
    files |= {mirrored(path): path for path in _code(order)}
    if order.initial:
        files[mirrored(Path(order.initial))] = Path(order.initial)
    back = f"{order.number}"
    for path in Path(order.checkpoints or "").glob("*.ckpt") if order.checkpoints else ():
        files[f"{BACK}/{back}/checkpoints/{path.name}"] = path
    return Parcel(order, files, tuple(name for name in names if Path(name).is_absolute()), back)


def mirrored(path: Path) -> str:
    """Return a path below a node's folder: the whole path from here, so that `../data.csv` stays beside its folder."""
    return f"files{Path(os.path.normpath(path.absolute())).as_posix()}"


def _code(order: TrialOrder) -> Iterator[Path]:
    """Yield the files of the plugins that the trial needs."""
    needed = {path for path, _ in order.plugins}
    for plugin in loaded_plugins():
        if str(plugin.spec_file.path) in needed:
            yield from (file.path for file in plugin.files)
