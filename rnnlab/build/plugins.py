"""The Keras classes of plugins, and of Keras, by name."""

from __future__ import annotations

import json
import linecache
import sys
from pathlib import Path
from types import ModuleType

import keras

from rnnlab.errors import PluginError, StoreError
from rnnlab.plugging import Plugin, blame, plugin_named, seek_member

CODE = "RL511"
_MODULES: dict[str, ModuleType] = {}
"""Keras files that were executed, by the hash of their plugin."""


def keras_class(name: str) -> type[keras.layers.Layer]:
    """Return a class of keras.layers by its name, or one of a plugin by the name Keras registers: `cells>Highway`.

    Raises:
        PluginError: RL511, the plugin's Keras file cannot be executed, or has no such class.
    """
    package, mark, own = name.partition(">")
    if not mark:
        stock: type[keras.layers.Layer] = getattr(keras.layers, name)
        return stock
    plugin = plugin_named(package)
    assert plugin is not None, "a plan with a plugin's class was made with the plugin loaded"
    register_classes(plugin)
    return keras_class_of(plugin, own)


def register_classes(plugin: Plugin) -> None:
    """Execute the plugin's Keras file once, and register its classes, so that Keras's safe mode loads them.

    Raises:
        PluginError: RL511, it cannot be executed, or lacks a class.
    """
    module = _module(plugin)
    for member in plugin.members.values():
        name = str(getattr(member, "keras_cell_class", None) or getattr(member, "keras_class", ""))
        found = _class_in(module, plugin, name, member.__name__)
        keras.saving.register_keras_serializable(package=plugin.name, name=name)(found)


def keras_class_of(plugin: Plugin, name: str) -> type[keras.layers.Layer]:
    """Return a class of a plugin's Keras file."""
    return _class_in(_module(plugin), plugin, name, name)


def _module(plugin: Plugin) -> ModuleType:
    if plugin.sha256 in _MODULES:
        return _MODULES[plugin.sha256]
    file = plugin.keras_file
    module = ModuleType(f"rnnlab_plugin_{plugin.name}_keras")
    module.__file__ = str(file.path)
    linecache.cache[str(file.path)] = (len(file.text), None, file.text.splitlines(keepends=True), str(file.path))
    sys.modules[module.__name__] = module
    with blame(CODE, f"the Keras file of plugin `{plugin.name}`", file.path):
        exec(compile(file.text, str(file.path), "exec"), module.__dict__)
    _MODULES[plugin.sha256] = module
    return module


def _class_in(module: ModuleType, plugin: Plugin, name: str, member: str) -> type[keras.layers.Layer]:
    found = getattr(module, name, None)
    file = plugin.keras_file.path.name
    if found is None:
        raise PluginError(CODE, f"plugin `{plugin.name}`: {file} has no class `{name}`, which `{member}` names")
    if not isinstance(found, type) or not issubclass(found, keras.layers.Layer):
        help_ = "Keras finds the weights of layers only, cells included"
        raise PluginError(CODE, f"plugin `{plugin.name}`: `{name}` in {file} is no keras.layers.Layer", help=help_)
    return found


def require_plugins(folder: Path) -> None:
    """Register the Keras classes of the plugins that the model in a folder was trained with.

    Raises:
        PluginError: RL510, one is missing, or was changed.
        StoreError: what is written about them is damaged.
    """
    path = folder / "plugins.json"
    if not path.is_file():
        return
    try:
        wanted = [
            (str(each["name"]), str(each["sha256"]), list(each["files"]), list(each["members"]))
            for each in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is missing or damaged; train again, or restore the store") from error
    for name, sha256, files, members in wanted:
        if plugin_named(name) is None:
            seek_member(members[0])
        register_classes(_same_plugin(name, sha256, files))


def _same_plugin(name: str, sha256: str, files: list[str]) -> Plugin:
    plugin = plugin_named(name)
    told = f"the model was trained with the plugin `{name}` ({files[0]}, SHA-256 {sha256[:12]}…)"
    kept = f"the run keeps both files of it as artifacts: plugins/{files[0]} and plugins/{files[-1]}"
    if plugin is None:
        raise PluginError("RL510", f"{told}, which is missing here", help=f"give it: --plugin {files[0]}; {kept}")
    if plugin.sha256 != sha256:
        message = f"{told}, but {plugin.spec_file.path} or its Keras file differs from it"
        raise PluginError("RL510", message, help=kept)
    return plugin
