"""The light half of the road: a file to a plan, with everything that is wrong with it in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnlab.datasets import Facts
from rnnlab.errors import DatasetError, InvalidExperimentError
from rnnlab.expect import Expect, meets
from rnnlab.experiment import Experiment, describe, errors_of, load_document, target_kind, validate
from rnnlab.experiment.named_files import named_file_findings
from rnnlab.plan.bucketed import bucket_findings
from rnnlab.plan.dtypes import memory_bytes
from rnnlab.plan.graph import plan_graph, plan_inputs
from rnnlab.plan.head import plan_head
from rnnlab.plan.initial import initial_findings
from rnnlab.plan.plan import Plan
from rnnlab.plan.space.findings import space_findings
from rnnlab.plan.stateful import stateful_findings
from rnnlab.plan.writing import writing_findings
from rnnlab.source import Diagnostic, Document, Finding, Parsed, Source, order_of, parse

GRAPH_NEEDS = {"model", "dataset", "text", "padding", "runtime"}
HEAD_NEEDS = GRAPH_NEEDS | {"task"}
QUANTITIES = {
    "parameters": "parameters",
    "trainable_parameters": "trainable parameters",
    "memory": "bytes of memory",
    "flops_per_sample": "FLOPs a sample",
}


@dataclass(frozen=True)
class Checked:
    """A file that was looked at.

    Attributes:
        document: its text with places; None where it is no YAML mapping.
        experiment: None where an error was found.
        plan: None where an error was found.
        facts: what is known of the data without loading them.
        diagnostics: errors and warnings in the order of the file.
        folder: relative paths of the file start here.
    """

    document: Document | None
    experiment: Experiment | None
    plan: Plan | None
    facts: Facts | None
    diagnostics: tuple[Diagnostic, ...]
    folder: Path

    def require(self) -> tuple[Document, Experiment, Plan]:
        """Return document, experiment and plan.

        Raises:
            InvalidExperimentError: there was an error.
        """
        if self.document is None or self.experiment is None or self.plan is None:
            raise InvalidExperimentError(errors_of(self.diagnostics))
        return self.document, self.experiment, self.plan


def check_experiment(path: Path, *, overrides: Sequence[str] = ()) -> Checked:
    """Return the experiment and plan of a file, with everything that is wrong with it; never imports TensorFlow."""
    try:
        parsed = load_document(path, overrides=overrides)
    except InvalidExperimentError as error:
        return Checked(None, None, None, None, error.diagnostics, path.parent)
    return check_document(parsed, path.parent)


def check_document(parsed: Parsed, folder: Path) -> Checked:
    """Return what `check_experiment` does, for a document already parsed."""
    document = parsed.document
    if document is None:
        return Checked(None, None, None, None, parsed.diagnostics, folder)
    validated = validate(parsed)
    partial, valid = validated.partial, validated.valid
    plan: Plan | None = None
    facts: Facts | None = None
    findings: list[Finding] = []
    broken = {diagnostic.code for diagnostic in validated.diagnostics if diagnostic.severity == "error"}
    if valid >= GRAPH_NEEDS and not broken & {"RL211"}:
        try:
            facts = describe(partial, folder, target_kind(partial))
            plan, findings = _plan(partial, facts, with_head="task" in valid and "RL207" not in broken)
            findings += named_file_findings(partial, folder)
        except DatasetError as error:
            findings = [Finding(error.code, error.message, ("dataset", "path"), help=error.help)]
    if plan and "expect" in valid:
        findings += _expectations(partial.expect, plan)
    if partial.sweep is not None and validated.experiment is not None and plan and not findings:
        findings += space_findings(
            partial, document, plan, lambda trial: check_document(Parsed(trial, ()), folder).diagnostics
        )
    diagnostics = (*validated.diagnostics, *(document.locate(finding) for finding in findings))
    ordered = tuple(sorted(diagnostics, key=order_of))
    failed = bool(errors_of(ordered))
    return Checked(document, None if failed else validated.experiment, None if failed else plan, facts, ordered, folder)


def load_experiment(path: Path | str, *, overrides: Sequence[str] = ()) -> Experiment:
    """Return the experiment of a file, checked as `rnnlab check` does.

    Raises:
        InvalidExperimentError: something is wrong with it; the message has every place.
    """
    _, experiment, _ = check_experiment(Path(path), overrides=overrides).require()
    return experiment


def validate_experiment(text: str, *, name: str = "<text>", folder: Path | None = None) -> Experiment:
    """Return the experiment of a YAML text, checked as `rnnlab check` does.

    Raises:
        InvalidExperimentError: something is wrong with it; the message has every place.
    """
    _, experiment, _ = check_document(parse(Source(name, text)), folder or Path()).require()
    return experiment


def plan_model(experiment: Experiment, facts: Facts | None = None) -> Plan:
    """Return the plan of an experiment.

    Args:
        experiment: a valid one.
        facts: of prepared data; what the keys alone tell unless given.

    Raises:
        InvalidExperimentError: the layers do not fit each other or the target.
    """
    if facts is None and experiment.dataset:
        facts = describe(experiment, Path(), target_kind(experiment))
    plan, findings = _plan(experiment, facts, with_head=True)
    if plan is None or findings:
        diagnostics = tuple(Diagnostic(found.code, found.message, None, help=found.help) for found in findings)
        raise InvalidExperimentError(diagnostics)
    return plan


def _plan(experiment: Experiment, facts: Facts | None, *, with_head: bool) -> tuple[Plan | None, list[Finding]]:
    targets = facts.targets.values() if facts else ()
    every_timestep = any(target.per == "timestep" for target in targets)
    graph = plan_graph(experiment, plan_inputs(experiment, facts), every_timestep=every_timestep)
    findings = list(graph.findings)
    if graph.layers is None:
        return None, findings
    head = None
    if facts is not None and with_head:
        head, problems = plan_head(experiment, facts, graph.layers)
        findings += problems
    plan = Plan(
        name=experiment.name,
        inputs=graph.inputs,
        outputs=graph.outputs,
        layers=graph.layers,
        head=head,
        batch_size=experiment.training.batch_size,
        memory_bytes=memory_bytes(
            graph.layers, slots=experiment.optimizer.slots(), batch_size=experiment.training.batch_size
        ),
        xla=experiment.runtime.kernel == "xla",
        dtype=experiment.runtime.dtype,
    )
    findings += [*stateful_findings(experiment, plan), *writing_findings(experiment, plan)]
    findings += [*initial_findings(experiment, plan), *bucket_findings(experiment, plan)]
    return plan, findings


def _expectations(expect: Expect, plan: Plan) -> list[Finding]:
    planned = {
        "parameters": plan.parameters,
        "trainable_parameters": plan.trainable_parameters,
        "memory": plan.memory_bytes,
        "flops_per_sample": plan.flops_per_sample,
    }
    findings = []
    for key, value in planned.items():
        bound = getattr(expect, key)
        if bound is not None and value is not None and not meets(value, bound):
            terms = [f"{layer.name} {layer.parameters:,}" for layer in plan.layers if layer.parameters]
            findings.append(
                Finding(
                    "RL217",
                    f"the plan has {value:,} {QUANTITIES[key]}, expected {_show(bound)}",
                    ("expect", key),
                    note=f"by layer: {' + '.join(terms)}" if key == "parameters" else None,
                    help="change the model, or the expectation",
                )
            )
    return findings


def _show(bound: float | str | tuple[str, ...]) -> str:
    if isinstance(bound, tuple):
        return " and ".join(f"`{each}`" for each in bound)
    return f"`{bound}`" if isinstance(bound, str) else f"{bound:,}"
