"""`rnnlab probe`."""

from __future__ import annotations

import typer

from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins

SAYS = {
    "padding": ("padding never changes a result", "padding changes results"),
    "batch-mates": ("batch-mates do not matter", "other samples of the batch change results"),
}


def command(file: File, set_: Set = None, plugin: PluginOption = None, json: Json = False) -> None:
    """Prove on the built model that padding never changes a result, and that batch-mates do not matter.

    The same sample is given with 0, k and 2k pads, alone and among others. Exit code 1 if a result changes.
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
            good, bad = SAYS[probe.question]
            where = "" if probe.holds else f" at `{probe.output}`"
            print(
                f"{'ok   ' if probe.holds else 'FAILS'}  {good if probe.holds else bad}{where}: {probe.difference:.1e}"
            )
    if not all(probe.holds for probe in probes):
        raise typer.Exit(1)
