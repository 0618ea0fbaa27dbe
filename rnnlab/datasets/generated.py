"""`kind: generated`: data made from a seed, for trying things out and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import InputFacts, TargetFacts
from rnnlab.datasets.sequences import X, Y
from rnnlab.datasets.split import RandomSplit, Seed, Split
from rnnlab.datasets.tagged import TAGS, TEXT
from rnnlab.datasets.text_pairs import SOURCE, TARGET

GeneratedName = Literal["adding-problem", "temporal-order", "copy-memory", "digit-addition", "tagged-sentences"]
ORDERS = ("XX", "XY", "YX", "YY")
SYMBOLS = ("a", "b", "c", "d", "X", "Y", "B", "E")
BLANK, COPIED, DIGITS = 0, 10, 8
"""Of copy memory: the symbol between, how many are copied, and their kinds; the recall signal is one more symbol."""
SENTENCE_TAGS = ("B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O")
COPY_SYMBOLS = ("blank", *(str(symbol) for symbol in range(1, DIGITS + 1)))


@dataclass(frozen=True)
class GeneratedTask:
    """What a generator makes.

    Attributes:
        target: all that is to be known of it.
        target_name: its name.
        texts: the inputs that are texts; without any the input is `x`, numbers.
        features: F of that.
        keys: that act on it beside `samples` and `seed`, with their defaults.
        least: the smallest number of timesteps.
        length: the timesteps of the input for the value of `timesteps`.
    """

    target: TargetFacts
    target_name: str = Y
    texts: tuple[str, ...] = ()
    features: int = 0
    keys: Mapping[str, int] = field(default_factory=dict)
    least: int = 1
    length: Callable[[int], int] = int


GENERATED: dict[str, GeneratedTask] = {
    "adding-problem": GeneratedTask(TargetFacts("number"), features=2, keys={"timesteps": 100}, least=8),
    "temporal-order": GeneratedTask(
        TargetFacts("classes", len(ORDERS), ORDERS), features=len(SYMBOLS), keys={"timesteps": 100}, least=10
    ),
    "copy-memory": GeneratedTask(
        TargetFacts("classes", len(COPY_SYMBOLS), COPY_SYMBOLS, per="timestep"),
        features=len(COPY_SYMBOLS) + 1,
        keys={"timesteps": 100},
        length=lambda delay: delay + 2 * COPIED,
    ),
    "digit-addition": GeneratedTask(
        TargetFacts("sequence", per="timestep", reads=TARGET),
        TARGET,
        texts=(SOURCE, TARGET),
        keys={"digits": 3},
    ),
    "tagged-sentences": GeneratedTask(
        TargetFacts("tags", len(SENTENCE_TAGS), SENTENCE_TAGS, per="timestep", reads=TEXT),
        TAGS,
        texts=(TEXT,),
    ),
}


class GeneratedDataset(DatasetSpec):
    """Data made from a seed; nothing is read or fetched.

    `adding-problem`: each timestep is a number from -1 to 1 and a marker; the target is 0.5 + a quarter of the sum of
    the two marked numbers. `temporal-order`: among random letters stand two, each X or Y; the class is which, in order.
    `copy-memory`: ten symbols, a delay, and a signal at which they are to be given again. `digit-addition`: texts such
    as `12+7`, to which `19` is to be written. `tagged-sentences`: English sentences of a small grammar with persons,
    places and organisations as BIO tags. Many names are ambiguous (Jordan, Florence, Ford): which they are follows from
    the words around them, sometimes behind.
    Sources: Hochreiter & Schmidhuber 1997 (experiments 4 and 6a); Arjovsky, Shah & Bengio 2016; Zaremba & Sutskever
    2014.
    """

    version: ClassVar[int] = 1  # counts changes of what a seed gives

    kind: Literal["generated"] = "generated"
    name: GeneratedName
    """What is made."""
    samples: Annotated[int, Field(ge=10, le=1_000_000)] = 4000
    """How many samples, before they are divided."""
    timesteps: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Of `adding-problem` and `temporal-order` the timesteps of a sample, of `copy-memory` those of the delay; 100
    unless given."""
    digits: Annotated[int, Field(ge=1, le=9)] | None = None
    """Of `digit-addition`: the most digits of a number that is added; 3 unless given."""
    seed: Seed = 0
    """Seed of the samples. It is not the experiment's `seed`, so that replicates share the data."""
    split: Split = RandomSplit.standard()
    """How the samples are divided."""

    @property
    def task(self) -> GeneratedTask:
        """Return what is made."""
        return GENERATED[self.name]

    def value_of(self, key: str) -> int:
        """Return the value of a key of this task: given, or its default."""
        return getattr(self, key) or self.task.keys[key]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return self.task.texts or (X,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts."""
        return self.task.texts

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.task.target_name

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target: everything but the rows of a vocabulary."""
        return self.task.target

    def input_facts(self) -> dict[str, InputFacts]:
        """Return what is known of the inputs that are numbers: everything."""
        if self.task.texts:
            return {}
        return {X: InputFacts("features", self.task.length(self.value_of("timesteps")), (self.task.features,))}
