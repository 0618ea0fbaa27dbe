"""`rnnlab data`: list, fetch, show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins
from rnnlab.errors import CallError, InvalidExperimentError

app = typer.Typer(help="Public datasets, and what the network will see.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the catalog: name, what it is, licence, citation."""
    from rnnlab.datasets import CATALOG

    if json:
        from rnnlab.cli.output import print_json

        described = [
            {"name": each.name, "title": each.title, "licence": each.licence, "citation": each.citation}
            for each in CATALOG.values()
        ]
        targets = [list(each.targets) for each in CATALOG.values()]
        print_json([each | {"targets": names} for each, names in zip(described, targets, strict=True)])
        return
    for entry in CATALOG.values():
        print(f"{entry.name}: {entry.title}\n  targets   {', '.join(entry.targets)}")
        print(
            f"  download  {entry.source.bytes / 1e6:.1f} MB\n  licence   {entry.licence}\n  cite      {entry.citation}"
        )


@app.command("fetch")
def fetch_(name: Annotated[str, typer.Argument(help="A name of `rnnlab data list`.")]) -> None:
    """Fetch a catalog dataset into the cache; its hash is checked."""
    from rnnlab.cli.progress import say
    from rnnlab.data import fetch
    from rnnlab.datasets import CATALOG
    from rnnlab.source import did_you_mean

    if name not in CATALOG:
        raise CallError(f"unknown dataset `{name}`; {did_you_mean(name, CATALOG)}")
    print(fetch(CATALOG[name], say))


@app.command("show")
def show(file: File, set_: Set = None, plugin: PluginOption = None, json: Json = False) -> None:
    """Show what the network will see: samples, classes, lengths, what padding and the vocabulary lose."""
    load_plugins(plugin)
    from rnnlab.cli.progress import say
    from rnnlab.data import dataset_summary, prepare
    from rnnlab.experiment import errors_of, load_document, target_kind, validate

    validated = validate(
        load_document(file, overrides=set_ or ())
    )  # the model is not asked: it may wait for what is shown
    experiment = validated.experiment
    if experiment is None:
        raise InvalidExperimentError(errors_of(validated.diagnostics))
    splits = prepare(experiment, file.parent, target=target_kind(experiment), say=say)
    found = dataset_summary(splits)
    if json:
        from rnnlab.cli.output import print_json

        print_json(found)
        return
    _print({key: value for key, value in found.items() if key != "warnings"})
    for warning in splits.warnings:
        print(f"warning: {warning}")


def _print(value: dict[str, Any], indent: str = "") -> None:
    for key, inner in value.items():
        if isinstance(inner, dict):
            print(f"{indent}{key}")
            _print(inner, indent + "  ")
        else:
            print(f"{indent}{key:<24} {f'{inner:.4g}' if isinstance(inner, float) else inner}")
