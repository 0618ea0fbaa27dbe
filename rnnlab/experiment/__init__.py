"""The contract: the whole file as one frozen value, its rules, its overrides, its schema."""

from rnnlab.experiment.experiment import Experiment as Experiment
from rnnlab.experiment.load import load_document as load_document
from rnnlab.experiment.overrides import PathError as PathError
from rnnlab.experiment.overrides import apply_values as apply_values
from rnnlab.experiment.overrides import resolve_path as resolve_path
from rnnlab.experiment.prepared import describe as describe
from rnnlab.experiment.rules import quantities as quantities
from rnnlab.experiment.target import target_kind as target_kind
from rnnlab.experiment.target import task_of as task_of
from rnnlab.experiment.validate import Validated as Validated
from rnnlab.experiment.validate import errors_of as errors_of
from rnnlab.experiment.validate import validate as validate
from rnnlab.experiment.validate import validate_document as validate_document
from rnnlab.experiment.where import owner_of as owner_of
