"""`kind: tagged`: sentences of your own whose tokens have tags."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Choice, PositiveInt, Spec, Tuple

TEXT, TAGS = "text", "tags"


class ConllFormat(Spec):
    """A token per line with its tag in another column, and a blank line after each sentence."""

    kind: Literal["conll"] = "conll"
    token: PositiveInt = 1
    """The column of tokens, counted from 1. Columns are apart by tabs where the line has one, else by blanks."""
    tag: PositiveInt | None = None
    """The column of tags, counted from 1; the last one unless given."""
    comment: Annotated[str, Field(min_length=1)] | None = None
    """What lines begin with that are no tokens. None unless given, for `#` may be a token."""


class ConlluFormat(Spec):
    """The columns of Universal Dependencies.

    Comments, the lines of tokens that are several words (`1-2`) and those of words that are not written (`5.1`) are
    left out.
    """

    kind: Literal["conllu"] = "conllu"
    tag: Literal["upos", "xpos", "deprel"] = "upos"
    """Which column is the tag: universal or own part of speech, or the word's relation to its head."""


class WordTagFormat(Spec):
    """A sentence per line, each token with its tag behind it: `the/DT cat/NN`."""

    kind: Literal["word_tag"] = "word_tag"
    separator: Annotated[str, Field(min_length=1, pattern=r"^\S+$")] = "/"
    """What stands between token and tag; where a token has it too, the last one counts."""


TaggedFormat = Annotated[ConllFormat | ConlluFormat | WordTagFormat, Choice("kind", short=True)]


class TaggedDataset(DatasetSpec):
    """A UTF-8 file of sentences with a tag for every token: named entities, parts of speech, slots."""

    kind: Literal["tagged"] = "tagged"
    path: str
    """The file, relative to the experiment's file."""
    format: TaggedFormat = ConllFormat()
    """How the file is written: `conll`, `conllu`, `word_tag`, or one of them with its keys."""
    labels: Annotated[tuple[str, ...], Tuple, Field(min_length=2)] | None = None
    """The tags, in the order of their indices; sorted as found unless given. With them `check` knows how many units
    the head needs."""
    split: Split = RandomSplit()
    """How the sentences are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (TEXT,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts."""
        return (TEXT,)

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return TAGS

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("tags", len(self.labels) if self.labels else None, self.labels, per="timestep", reads=TEXT)
