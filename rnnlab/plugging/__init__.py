"""Cells and layers of other people: spec files named with `--plugin`, or installed, and the shelves they stand on."""

from rnnlab.plugging.blame import FAULTS as FAULTS
from rnnlab.plugging.blame import blame as blame
from rnnlab.plugging.loading import load_plugin as load_plugin
from rnnlab.plugging.plugin import Plugin as Plugin
from rnnlab.plugging.plugin import PluginFile as PluginFile
from rnnlab.plugging.shelf import PluginShelf as PluginShelf
from rnnlab.plugging.shelf import class_name as class_name
from rnnlab.plugging.shelf import loaded_plugins as loaded_plugins
from rnnlab.plugging.shelf import plugin_named as plugin_named
from rnnlab.plugging.shelf import plugins_in as plugins_in
from rnnlab.plugging.shelf import seek_member as seek_member
from rnnlab.plugging.shelf import unload_plugins as unload_plugins
