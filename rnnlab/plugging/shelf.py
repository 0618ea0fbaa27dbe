"""The shelves that plugins add to, and which plugins are loaded in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rnnlab.plugging.installed import find_installed
from rnnlab.plugging.plugin import Plugin
from rnnlab.spec import Spec


class PluginShelf:
    """What plugins add to one union, told apart by `key`: the cells, or the layers.

    Attributes:
        key: `cell` or `layer`.
        base: what a member must be.
        own: names that rnnlab has itself.
    """

    def __init__(self, key: str, base: type[Spec], own: Iterable[str]) -> None:
        self.key = key
        self.base = base
        self.own = frozenset(own)
        _SHELVES.append(self)

    def members(self) -> dict[str, type[Spec]]:
        """Return the members of all loaded plugins by name."""
        found: dict[str, type[Spec]] = {}
        for plugin in _PLUGINS.values():
            found |= {name: member for name, member in plugin.members.items() if issubclass(member, self.base)}
        return found

    def seek(self, name: str) -> None:
        """Load the installed plugin that has a member of that name, if there is one."""
        seek_member(name)


_SHELVES: list[PluginShelf] = []
_PLUGINS: dict[str, Plugin] = {}


def shelves() -> tuple[PluginShelf, ...]:
    """Return the shelves that are open."""
    return tuple(_SHELVES)


def seek_member(name: str) -> None:
    """Load the installed plugin whose entry point has a member's name, if there is one."""
    path = find_installed(name)
    if path is not None:
        from rnnlab.plugging.loading import load_plugin  # it puts plugins on these shelves

        load_plugin(path)


def loaded_plugins() -> tuple[Plugin, ...]:
    """Return the plugins of this process in the order they were loaded."""
    return tuple(_PLUGINS.values())


def plugin_named(name: str) -> Plugin | None:
    """Return the loaded plugin of that name, or None."""
    return _PLUGINS.get(name)


def put(plugin: Plugin) -> None:
    """Put a plugin's members on the shelves."""
    _PLUGINS[plugin.name] = plugin


def unload_plugins() -> None:
    """Forget all plugins: their names are unknown again."""
    _PLUGINS.clear()


def plugin_of(spec: type[Spec]) -> Plugin | None:
    """Return the loaded plugin that a class is a member of; None for rnnlab's own."""
    return next((plugin for plugin in _PLUGINS.values() if spec in plugin.members.values()), None)


def plugins_in(value: Any) -> tuple[Plugin, ...]:
    """Return the plugins whose members stand in a spec, or in anything that holds specs."""
    if not _PLUGINS:
        return ()
    found = (plugin_of(type(spec)) for spec in _specs_in(value))
    return tuple({plugin.name: plugin for plugin in found if plugin}.values())


def class_name(spec: type[Spec], name: str) -> str:
    """Return the name of a Keras class as Keras registers it: `cells>MinimalGatedUnit`; rnnlab's own as they are."""
    plugin = plugin_of(spec)
    return f"{plugin.name}>{name}" if plugin else name


def _specs_in(value: Any) -> Iterator[Spec]:
    if isinstance(value, Spec):
        yield value
        for key in type(value).model_fields:
            yield from _specs_in(getattr(value, key))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _specs_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _specs_in(inner)
