"""`rnnlab data`: list, fetch, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnnlab.cli import terminal
from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins
from rnnlab.errors import CallError, InvalidExperimentError

if TYPE_CHECKING:
    from rnnlab.datasets import CatalogEntry
    from rnnlab.experiment import Experiment

app = typer.Typer(help="Public datasets, and what the network will see.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the catalog: name, what it is, what the cache holds of it, licence, citation."""
    from rnnlab.datasets import CATALOG

    described = [_described(entry) for entry in CATALOG.values()]
    if json:
        from rnnlab.cli.output import print_json

        print_json(described)
        return
    from rnnlab.cli.catalog_table import show_catalog

    show_catalog(described)


def _described(entry: CatalogEntry) -> dict[str, Any]:
    from rnnlab.data import catalog_file

    return {
        "name": entry.name,
        "title": entry.title,
        "targets": list(entry.targets),
        "bytes": entry.source.bytes,
        "cached": catalog_file(entry) is not None,
        "licence": entry.licence,
        "citation": entry.citation,
    }


@app.command("fetch")
def fetch_(name: Annotated[str, typer.Argument(help="A name of `rnnlab data list`.")], json: Json = False) -> None:
    """Fetch a catalog dataset into the cache; its hash is checked. What is there already is not fetched again."""
    from rnnlab.data import catalog_file, fetch
    from rnnlab.datasets import CATALOG
    from rnnlab.experiment.prepared import file_sha256
    from rnnlab.source import did_you_mean

    if name not in CATALOG:
        raise CallError(f"unknown dataset `{name}`; {did_you_mean(name, CATALOG)}")
    entry = CATALOG[name]
    there = catalog_file(entry) is not None
    path = fetch(entry, terminal.say)
    found: dict[str, Any] = {"name": name, "already_there": there, "path": str(path), "bytes": path.stat().st_size}
    found |= {"sha256": file_sha256(path), "archive": entry.source.requirement, "archive_sha256": entry.source.sha256}
    found |= {"licence": entry.licence, "citation": entry.citation}
    if json:
        from rnnlab.cli.output import print_json

        print_json(found)
        return
    terminal.show(f"{name}: {'already there' if there else 'fetched'}, {found['bytes'] / 1e6:.1f} MB")
    for key in ("path", "sha256", "archive", "archive_sha256", "licence", "citation"):
        terminal.show(f"  {key.replace('_', ' '):<14}  {found[key]}")


@app.command("show")
def show(
    file: File,
    set_: Set = None,
    plugin: PluginOption = None,
    samples: Annotated[int, typer.Option("--samples", min=0, help="How many decoded samples to show.")] = 3,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw class balance and lengths into this .png or .html file.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what the network will see: splits, classes, lengths, what padding and the vocabulary lose, duplicates.

    Some samples stand there as the network reads them, and warnings last: with `dataset.strict` they are errors.
    """
    load_plugins(plugin)
    if figure is not None and figure.suffix not in (".png", ".html"):
        raise CallError(f"`--figure` must end in .png or .html, found `{figure.name}`")
    from rnnlab.data import dataset_summary, decode_samples, padding_waste, prepare, refuse
    from rnnlab.experiment import target_kind

    experiment, strict = _experiment(file, set_)
    splits = prepare(experiment, file.parent, target=target_kind(experiment), say=terminal.say)
    found, decoded = dataset_summary(splits), decode_samples(splits, samples)
    waste = padding_waste(splits, experiment.training.batch_size)
    found |= {"waste": waste} if waste else {}
    if json:
        from rnnlab.cli.output import print_json

        print_json(found | {"shown": decoded})
    else:
        from rnnlab.cli.data_show import show_summary

        show_summary(found, decoded)
    if figure is not None:
        _draw(found, figure)
    if strict:
        refuse(splits.cautions)


def _experiment(file: Path, overrides: list[str] | None) -> tuple[Experiment, bool]:
    """Return (the experiment, its data as they are, whether they must be clean).

    The model is not asked: it may wait for what is shown.
    """
    from rnnlab.experiment import errors_of, load_document, validate

    validated = validate(load_document(file, overrides=overrides or ()))
    experiment = validated.experiment
    if experiment is None:
        raise InvalidExperimentError(errors_of(validated.diagnostics))
    if experiment.dataset is None or not experiment.dataset.strict:
        return experiment, False
    lenient = experiment.dataset.model_copy(update={"strict": False})
    return experiment.model_copy(update={"dataset": lenient}), True


def _draw(found: dict[str, Any], path: Path) -> None:
    from rnnlab.track.data_figures import data_figure, interactive_data

    drawn: Any = interactive_data(found) if path.suffix == ".html" else data_figure(found)
    if drawn is None:
        terminal.say("no picture: there are neither classes nor lengths to draw")
        return
    try:
        if path.suffix == ".html":
            drawn.write_html(path, include_plotlyjs=True, full_html=True)
        else:
            drawn.savefig(path, format="png", dpi=150)
    except OSError as error:
        raise CallError(f"cannot write {path}: {error.strerror or error}") from error
    terminal.say(f"picture: {path}")
