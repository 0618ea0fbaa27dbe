"""Plugins that were installed with pip: found by the names of their members, and only then."""

from __future__ import annotations

import importlib.util
from importlib.metadata import entry_points
from pathlib import Path

from rnnlab.errors import PluginError
from rnnlab.plugging.blame import blame

GROUP = "rnnlab.plugins"


def find_installed(name: str) -> Path | None:
    """Return the spec file of the installed plugin that offers a cell or layer of that name, or None.

    An entry point has the member's name and leads to the module of the spec file: `highway = "my_package.cells"`.

    Raises:
        PluginError: RL510, two packages offer the name, or the module is not there.
    """
    offers = {entry.value: entry for entry in entry_points(group=GROUP, name=name)}
    if not offers:
        return None
    if len(offers) > 1:
        both = " and ".join(f"`{value}`" for value in sorted(offers))
        raise PluginError("RL510", f"`{name}` is offered by two installed plugins: {both}", help="uninstall one")
    (entry,) = offers.values()
    what = f"the installed plugin `{entry.value}`, which offers `{name}`"
    with blame("RL510", what):
        found = importlib.util.find_spec(entry.module)
    if found is None or found.origin is None or not found.origin.endswith(".py"):
        raise PluginError("RL510", f"{what}, has no such file", help="install it again")
    return Path(found.origin)
