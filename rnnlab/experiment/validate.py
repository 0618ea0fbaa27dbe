"""From a document to an `Experiment`: keys and values located, then the rules across sections.

Sections are validated one by one, and a rule runs when the sections it needs are valid, so that one pass tells
as much as can be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rnnlab.errors import InvalidExperimentError
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.precision import PRECISION
from rnnlab.experiment.problems import findings_of
from rnnlab.experiment.rules import RULES
from rnnlab.source import Diagnostic, Document, Finding, Parsed, order_of


@dataclass(frozen=True)
class Validated:
    """What validation found.

    Attributes:
        experiment: None where an error was found.
        partial: an unchecked Experiment that holds the valid sections only.
        valid: names of the valid sections.
        diagnostics: errors and warnings in the order of the file.
    """

    experiment: Experiment | None
    partial: Experiment
    valid: frozenset[str]
    diagnostics: tuple[Diagnostic, ...]


def validate(parsed: Parsed) -> Validated:
    """Return the experiment of a parsed file, and everything that is wrong with it.

    Raises:
        InvalidExperimentError: the text gave no document at all.
    """
    document = parsed.document
    if document is None:
        raise InvalidExperimentError(parsed.diagnostics)
    data = document.to_data()
    findings: list[Finding] = []
    try:
        experiment = Experiment.model_validate(data)
        partial, valid = experiment, frozenset(Experiment.model_fields)
    except ValidationError as error:
        found = findings_of(error, document)
        findings += found
        partial, valid = _validate_sections(data, {finding.path[0] for finding in found if finding.path})
    for rule in (*RULES, *PRECISION):
        if rule.needs <= valid:
            broken = list(rule.check(partial))
            findings += broken
            valid -= {str(finding.path[0]) for finding in broken if finding.code.startswith("RL1")}
    unreadable = {(told.span.source, told.span.start) for told in parsed.diagnostics if told.span}
    located = [document.locate(finding) for finding in findings]
    readable = [each for each in located if each.span and (each.span.source, each.span.start) not in unreadable]
    diagnostics = (*parsed.diagnostics, *readable)
    ordered = tuple(sorted(diagnostics, key=order_of))
    failed = any(diagnostic.severity == "error" for diagnostic in ordered)
    return Validated(None if failed else partial, partial, valid, ordered)


def validate_document(document: Document) -> Experiment:
    """Return the experiment of a document.

    Raises:
        InvalidExperimentError: something is wrong with it.
    """
    validated = validate(Parsed(document, ()))
    if validated.experiment is None:
        raise InvalidExperimentError(errors_of(validated.diagnostics))
    return validated.experiment


def errors_of(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the errors among diagnostics."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity == "error")


def _validate_sections(data: dict[str, Any], broken: set[str | int]) -> tuple[Experiment, frozenset[str]]:
    """Return an Experiment of the sections without errors, defaults for those left out, None for the broken ones."""
    stand_in = {"rnnlab": 1, "name": "x", "model": {"layers": [{"layer": "dense", "units": 1}]}}
    good = {key: value for key, value in data.items() if key not in broken and key in Experiment.model_fields}
    partial = Experiment.model_validate(stand_in | good)
    missing = {key for key in stand_in if key not in data}
    return partial, frozenset(Experiment.model_fields) - {str(key) for key in broken} - missing
