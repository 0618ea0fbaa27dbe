"""Texts that a language model writes."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlab.build import draw_ids
from rnnlab.errors import CallError
from rnnlab.prediction.model import load_model
from rnnlab.prediction.predict import find_model
from rnnlab.text import PADDING_ID, UNKNOWN_ID
from rnnlab.track.record import Record


@dataclass(frozen=True)
class Sample:
    """What a model wrote.

    Attributes:
        record: the run.
        prompt: as given.
        written: what follows it.
        unknown: units of the prompt that the vocabulary lacks.
    """

    record: Record
    prompt: str
    written: str
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the prompt and what follows it."""
        return self.prompt + self.written


def sample(
    selector: str,
    *,
    prompt: str,
    length: int = 300,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    store: str | None = None,
) -> Sample:
    """Return how a run's language model continues a prompt; the same for the same seed.

    Args:
        selector: a run: id prefix, name, LAST.
        prompt: what the text begins with.
        length: units to write.
        temperature: below 1 the probable becomes more probable; 0 always takes the most probable unit.
        top_k: draw among so many of the most probable units only.
        seed: of the draws.
        store: MLflow URI or folder.

    Raises:
        RnnlabError: the run has no language model, or a number is out of range.
    """
    opened, record = find_model(selector, store=store)
    saved = load_model(opened, record)
    if saved.sampler is None:
        raise CallError(f"run {record.name} is no language model: `rnnlab predict` asks it for answers")
    (vectorizer,) = saved.preparation.texts.values()
    ids = [int(number) for number in vectorizer.flat(prompt)]
    unknown = tuple(unit for unit in vectorizer.units(prompt) if unit not in vectorizer.ids)
    unused = range(len(vectorizer.words), vectorizer.rows)
    drawn = draw_ids(
        saved.sampler,
        ids,
        length,
        temperature=temperature,
        top_k=top_k,
        seed=seed,
        never=(PADDING_ID, UNKNOWN_ID, *unused),
    )
    written = vectorizer.join([vectorizer.words[number] for number in drawn])
    between = "" if vectorizer.unit == "character" else " "
    return Sample(record, prompt, between + written, unknown)
