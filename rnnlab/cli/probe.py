"""`rnnlab probe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins
from rnnlab.cli.terminal import show

if TYPE_CHECKING:
    from rnnlab.build.probes import Probe

SAYS = {
    "padding": ("padding never changes a result", "padding changes results"),
    "gaps": ("masked timesteps never change a result", "masked timesteps change results"),
    "batch-mates": ("batch-mates do not matter", "other samples of the batch change results"),
    "causality": ("no timestep sees the future", "timesteps see the future"),
    "decoding": ("unit by unit it writes what it learnt", "unit by unit it writes something else than it learnt"),
}


def command(file: File, set_: Set = None, plugin: PluginOption = None, json: Json = False) -> None:
    """Prove on the built model that padding, batch-mates and later timesteps never change a result.

    The same sample is given with 0, k and 2k pads, with other numbers in masked timesteps, alone and among others, and,
    where outputs have the timesteps of an input, with another future. Exit code 1 if a result changes that the plan
    says does not.
    """
    load_plugins(plugin)
    from rnnlab.plan import check_experiment

    check_experiment(file, overrides=set_ or ()).require()

    from rnnlab.build.probes import probe_experiment

    probes = probe_experiment(file, overrides=set_ or ())
    if json:
        from rnnlab.cli.output import print_json

        print_json([vars(probe) for probe in probes])
    else:
        for probe in probes:
            show(_line(probe))
    if any(probe.fails for probe in probes):
        raise typer.Exit(1)


def _line(probe: Probe) -> str:
    if probe.holds is None:
        return f"-      {probe.question} was not asked about: {probe.note}"
    good, bad = SAYS[probe.question]
    of = f" of `{probe.input}`" if probe.input else ""
    where = "" if probe.holds else f" at `{probe.output}`"
    through = f" {probe.note}," if probe.note and not probe.holds else ""
    word = "ok" if probe.holds else "FAILS" if probe.fails else "note"
    return f"{word:<5}  {good if probe.holds else bad}{of}{through}{where}: {probe.difference:.1e}"
