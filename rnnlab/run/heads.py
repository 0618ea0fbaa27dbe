"""What is known of a run before it starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml

from rnnlab import __version__
from rnnlab.experiment import Experiment
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.plan import Plan
from rnnlab.plan.table import plan_text
from rnnlab.plugging import loaded_plugins, plugins_in
from rnnlab.source import Document, resolve_plain
from rnnlab.track.environment import git_tags, installed_version
from rnnlab.track.flatten import flatten
from rnnlab.track.record import RunHead

RECORDED_VERSIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    **{name: (name,) for name in ("keras", "numpy", "pandas", "mlflow", "scikit-learn", "optuna", "pydantic")},
}


def run_head(
    document: Document,
    experiment: Experiment,
    plan: Plan,
    *,
    kind: Literal["run", "trial", "replicate", "sweep", "replicates"],
    folder: Path,
    parent: str | None = None,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> RunHead:
    """Return what is known of a run before it starts."""
    config = experiment.to_data()
    plugins = loaded_plugins() if kind == "sweep" else plugins_in(experiment.model)  # any trial may have any of them
    return RunHead(
        experiment=experiment.name,
        kind=kind,
        params=flatten({key: value for key, value in config.items() if key not in ("tags", "description", "sweep")}),
        texts={
            "experiment.yaml": document.text,
            "experiment.resolved.yaml": resolved_yaml(config),
            "plan.txt": plan_text(plan),
            "plan.json": json.dumps(plan.to_data(), indent=2),
            **{f"plugins/{file.path.name}": file.text for plugin in plugins for file in plugin.files},
        },
        tags={
            **experiment.tags,
            **git_tags(folder),
            **{
                f"rnnlab.version.{name}": installed_version(*distributions) or "unknown"
                for name, distributions in RECORDED_VERSIONS.items()
            },
            "rnnlab.fingerprint": config_fingerprint(experiment),
            "rnnlab.file": document.name,
            "rnnlab.version": __version__,
            **{f"rnnlab.plugin.{plugin.name}": plugin.sha256 for plugin in plugins},
            **{f"rnnlab.kernel.{layer.name}": layer.kernel for layer in plan.layers if layer.kernel},
            **({"rnnlab.initial_weights": starts.run} if (starts := experiment.model.starts_from) else {}),
            **(tags or {}),
        },
        description=experiment.description,
        parent=parent,
        name=name,
    )


def resolved_yaml(config: Mapping[str, Any]) -> str:
    """Return the resolved file as YAML that rnnlab reads back as the same experiment."""
    return yaml.dump(dict(config), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Writes texts so that YAML 1.2 reads them as texts: PyYAML leaves `1e5` bare, which is a number there."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    try:
        bare = isinstance(resolve_plain(text), str)
    except ValueError:
        bare = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else '"')


_Dumper.add_representer(str, _write_text)
