"""A plugin's spec file: read, executed, looked at, put on the shelves."""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from rnnlab.absent import shared_process
from rnnlab.errors import PluginError
from rnnlab.plugging.blame import blame
from rnnlab.plugging.plugin import Plugin, PluginFile
from rnnlab.plugging.shelf import PluginShelf, loaded_plugins, plugin_named, put, shelves
from rnnlab.spec import Spec

CODE = "RL510"
NAME = re.compile(r"^[a-z][a-z0-9_]*$")
HEAVY = ("keras", "tensorflow", "tf_keras")
KERAS_FILE = "KERAS_FILE"


def load_plugin(path: Path | str, *, sha256: str | None = None) -> Plugin:
    """Return a plugin whose cells and layers are known from now on; loading the same files again changes nothing.

    The spec file is executed as Python with all rights of this process. The Keras file it names is only read;
    it is executed when a model with one of its classes is built or loaded.

    Args:
        path: the spec file.
        sha256: what `Plugin.sha256` must be; nothing is executed otherwise.

    Raises:
        PluginError: RL510, the files cannot be read or used, or clash with what is there.
    """
    path = Path(path).absolute()
    name = path.stem
    if path.suffix != ".py" or not NAME.match(name):
        help_ = (
            "a plugin is one Python file; its name has lower-case letters, digits and underscores, as in my_cells.py"
        )
        raise PluginError(CODE, f"{path.name} cannot be a plugin", help=help_)
    spec_file = _read(path)
    tree = _parse(spec_file)
    keras_file = _read(_keras_path(spec_file, tree))
    plugin = Plugin(name, spec_file, keras_file, {})
    if sha256 is not None and plugin.sha256 != sha256:
        raise PluginError(CODE, f"plugin `{name}` was changed since this began", help="restore its files")
    known = plugin_named(name)
    if known is not None and known.sha256 == plugin.sha256:
        return known
    if known is not None:
        other = "its files were changed" if known.spec_file.path == path else f"that is {known.spec_file.path}"
        help_ = "start a new process" if known.spec_file.path == path else "rename one of the two files"
        raise PluginError(CODE, f"a plugin `{name}` is loaded already, and {other}", help=help_)
    shared_process()  # its Keras file may import what it likes
    loaded = Plugin(name, spec_file, keras_file, _members(spec_file, _execute(spec_file)))
    put(loaded)
    return loaded


def _read(path: Path) -> PluginFile:
    try:
        return PluginFile(path, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PluginError(CODE, f"cannot read the plugin's file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PluginError(CODE, f"the plugin's file {path} is not UTF-8") from error


def _parse(file: PluginFile) -> ast.Module:
    """Return the syntax tree of a spec file that imports nothing heavy."""
    with blame(CODE, f"plugin {file.path.name}", file.path):
        tree = ast.parse(file.text, str(file.path))
    for node in ast.walk(tree):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        heavy = next((name for name in imported if name.partition(".")[0] in HEAVY), None)
        if heavy:
            line = getattr(node, "lineno", 0)
            help_ = f"move everything that needs it into the file that `{KERAS_FILE}` names"
            raise PluginError(CODE, f"plugin {file.path.name}:{line}: a spec file imports no `{heavy}`", help=help_)
    return tree


def _keras_path(file: PluginFile, tree: ast.Module) -> Path:
    """Return the path of the Keras file, found without executing anything."""
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == KERAS_FILE for target in node.targets)
    ]
    if not values or not isinstance(values[-1], ast.Constant) or not isinstance(values[-1].value, str):
        help_ = f'write `{KERAS_FILE} = "{file.path.stem}_keras.py"` at its top level'
        raise PluginError(CODE, f"plugin {file.path.name} does not say where its Keras classes are", help=help_)
    named = values[-1].value
    path = (file.path.parent / named).resolve()
    if not path.is_relative_to(file.path.parent.resolve()) or path.suffix != ".py":
        help_ = "name a Python file that stands beside it"
        raise PluginError(CODE, f"plugin {file.path.name}: `{KERAS_FILE}` leads to {named}", help=help_)
    return path


def _execute(file: PluginFile) -> ModuleType:
    module = ModuleType(f"rnnlab_plugin_{file.path.stem}")
    module.__file__ = str(file.path)
    linecache.cache[str(file.path)] = (len(file.text), None, file.text.splitlines(keepends=True), str(file.path))
    sys.modules[module.__name__] = module  # where pydantic looks up the names in annotations
    with blame(CODE, f"plugin {file.path.name}", file.path):
        exec(compile(file.text, str(file.path), "exec"), module.__dict__)
    return module


def _members(file: PluginFile, module: ModuleType) -> dict[str, type[Spec]]:
    """Return the cells and layers of a module by name, in the order of its file."""
    what = f"plugin {file.path.name}"
    found: dict[str, type[Spec]] = {}
    for shelf, name, member in _declared(module):
        problem = _problem(shelf, name, member, found)
        if problem:
            raise PluginError(CODE, f"{what}: `{member.__name__}` {problem}")
        with blame(CODE, f"{what}: `{member.__name__}`", file.path):
            member.model_rebuild()
        found[name] = member
    if not found:
        help_ = 'give a class of `rnnlab.plugin.Cell` the field `cell: Literal["my_cell"] = "my_cell"`, a layer `layer`'
        raise PluginError(CODE, f"{what} has no cell and no layer", help=help_)
    return found


def _declared(module: ModuleType) -> Iterator[tuple[PluginShelf, str, type[Spec]]]:
    for member in list(vars(module).values()):
        if not isinstance(member, type) or not issubclass(member, Spec) or member.__module__ != module.__name__:
            continue
        for shelf in shelves():
            field = member.model_fields.get(shelf.key) if issubclass(member, shelf.base) else None
            if field is not None and isinstance(field.default, str):
                yield shelf, field.default, member


def _problem(shelf: PluginShelf, name: str, member: type[Spec], found: dict[str, type[Spec]]) -> str | None:
    """Return what keeps a member from its shelf, or None."""
    if not NAME.match(name):
        return f"is called `{name}`; names have lower-case letters, digits and underscores"
    if name in shelf.own:
        return f"is called `{name}`, as rnnlab's own {shelf.key}; choose another name"
    if name in found:
        return f"is called `{name}`, as `{found[name].__name__}`; choose another name"
    for plugin in loaded_plugins():
        if name in plugin.members:
            return f"is called `{name}`, as one of the plugin {plugin.spec_file.path}; choose another name"
    attribute = f"keras_{shelf.key}_class" if shelf.key == "cell" else "keras_class"
    if not isinstance(getattr(member, attribute, None), str):
        return f'does not name its Keras class: add `{attribute}: ClassVar[str] = "…"`'
    return None
