"""What `kind: imdb` and `kind: reuters` share: Keras's own keys, with Keras's own meaning.

Source: keras.datasets.imdb.load_data and keras.datasets.reuters.load_data, Keras 3.15.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.keras_files import KERAS_FILES, KerasFiles
from rnnlab.datasets.split import RandomSplit, Seed, Split

IDS = "ids"
Id = Annotated[int, Field(ge=1, lt=2**31)]
NumWords = Annotated[int, Field(ge=2, lt=2**31)]


class KerasSequences(DatasetSpec):
    """Texts that are ranks of words already, with a test set of their own."""

    kind: str
    path: str | None = None
    """A file like Keras's own, relative to the experiment's file. Unless given, Keras's file is taken from Keras's
    cache (`$KERAS_HOME/datasets`, `~/.keras/datasets`), from rnnlab's, or from its address. It is only ever read."""
    word_index: str | None = None
    """A JSON file of words and their ranks, so that texts can be shown and answered as words; Keras's own unless `path`
    is given."""
    num_words: NumWords = 10_000
    """Rows of the embedding: ids from here on become `oov_char`. (Keras's `None` stands for the greatest id of the
    file, which it cuts too.)"""
    skip_top: Annotated[int, Field(ge=0)] = 0
    """Ids below become `oov_char`: the most frequent words, and `start_char` where it is below."""
    start_char: Id | None = 1
    """The id that stands before every text; null for none."""
    oov_char: Id | None = 2
    """The id of words that are cut; null leaves them out."""
    index_from: Annotated[int, Field(ge=0, lt=2**31)] = 3
    """Added to the rank of every word."""
    seed: Seed = 113
    """Seed of the shuffling, as in Keras."""
    split: Split = RandomSplit.standard()
    """Which of the training samples are for validation; the data bring their own test set. `{kind: tail, validation:
    0.2}` is Keras's `validation_split=0.2`."""

    @property
    def files(self) -> KerasFiles:
        """Return Keras's files of the dataset."""
        return KERAS_FILES[self.kind]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (IDS,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none, the words are ids already."""
        return ()
