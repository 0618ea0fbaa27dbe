"""The shelf of dataset kinds: the keys of each and what is known without loading it.

A new kind is one file here, one line in `Dataset`, and its loader in `rnnlab/data`.
"""

from typing import Annotated

from rnnlab.datasets.arrays import ArraysDataset as ArraysDataset
from rnnlab.datasets.catalog import CatalogDataset as CatalogDataset
from rnnlab.datasets.dataset import DatasetSpec as DatasetSpec
from rnnlab.datasets.entries import CATALOG as CATALOG
from rnnlab.datasets.entries import CatalogEntry as CatalogEntry
from rnnlab.datasets.entries import PackageArchive as PackageArchive
from rnnlab.datasets.facts import Facts as Facts
from rnnlab.datasets.facts import InputFacts as InputFacts
from rnnlab.datasets.facts import TargetFacts as TargetFacts
from rnnlab.datasets.generated import GENERATED as GENERATED
from rnnlab.datasets.generated import GeneratedDataset as GeneratedDataset
from rnnlab.datasets.ids import IdsDataset as IdsDataset
from rnnlab.datasets.imdb import ImdbDataset as ImdbDataset
from rnnlab.datasets.keras_files import RemoteFile as RemoteFile
from rnnlab.datasets.keras_sequences import KerasSequences as KerasSequences
from rnnlab.datasets.reuters import ReutersDataset as ReutersDataset
from rnnlab.datasets.sequence_table import SequenceTableDataset as SequenceTableDataset
from rnnlab.datasets.series import SeriesDataset as SeriesDataset
from rnnlab.datasets.split import FilesSplit as FilesSplit
from rnnlab.datasets.split import GroupSplit as GroupSplit
from rnnlab.datasets.split import RandomSplit as RandomSplit
from rnnlab.datasets.split import Split as Split
from rnnlab.datasets.split import StratifiedSplit as StratifiedSplit
from rnnlab.datasets.split import TailSplit as TailSplit
from rnnlab.datasets.split import TimeSplit as TimeSplit
from rnnlab.datasets.tagged import ConllFormat as ConllFormat
from rnnlab.datasets.tagged import ConlluFormat as ConlluFormat
from rnnlab.datasets.tagged import TaggedDataset as TaggedDataset
from rnnlab.datasets.tagged import TaggedFormat as TaggedFormat
from rnnlab.datasets.tagged import WordTagFormat as WordTagFormat
from rnnlab.datasets.text_file import TextFileDataset as TextFileDataset
from rnnlab.datasets.text_pairs import TextPairsDataset as TextPairsDataset
from rnnlab.datasets.text_table import TextTableDataset as TextTableDataset
from rnnlab.datasets.ts import TsDataset as TsDataset
from rnnlab.spec import Choice

IdDataset = ImdbDataset | ReutersDataset | IdsDataset
AnyDataset = (
    CatalogDataset
    | TextTableDataset
    | TextPairsDataset
    | TextFileDataset
    | ArraysDataset
    | TsDataset
    | SequenceTableDataset
    | IdDataset
    | TaggedDataset
    | GeneratedDataset
    | SeriesDataset
)
SequencesDataset = TsDataset | SequenceTableDataset | ArraysDataset | CatalogDataset
"""Kinds whose inputs may be sequences of numbers of different lengths."""
Dataset = Annotated[AnyDataset, Choice("kind")]


def id_inputs(dataset: AnyDataset) -> tuple[str, ...]:
    """Return the inputs that become ids: texts, and sequences of ids."""
    return dataset.input_names if isinstance(dataset, IdDataset) else dataset.text_inputs


def sequence_inputs(dataset: AnyDataset) -> tuple[str, ...]:
    """Return the inputs that are sequences of numbers of their own lengths."""
    return dataset.sequence_inputs if isinstance(dataset, SequencesDataset) else ()


def padded_inputs(dataset: AnyDataset) -> tuple[str, ...]:
    """Return the inputs that `padding` acts on: all whose samples may have different lengths."""
    return (*id_inputs(dataset), *sequence_inputs(dataset))


def has_own_test(dataset: AnyDataset) -> bool:
    """Return whether the data bring their own test set, so that only validation is taken from train."""
    return isinstance(dataset, KerasSequences) or (isinstance(dataset, SequencesDataset) and dataset.own_test)
