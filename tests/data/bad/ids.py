"""Bad sequences of ids, and bad files of words, vocabularies and vectors."""

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import Malicious, header, members, npz
from .case import Case

LISTS = [[1, 2, 3], [2, 4]] * 10
CSV = "text,label\n" + "a good film,pos\na bad film,neg\n" * 10
GLOVE = "good 0.1 0.2\nfilm 0.3 0.4\n"


def lists(*values: Any) -> np.ndarray:
    array = np.empty(len(values), object)
    array[:] = values
    return array


def jsonl(*more: Any) -> str:
    rows = [{"ids": each, "label": "pos" if row % 2 else "neg"} for row, each in enumerate(LISTS)]
    return "".join(json.dumps(row) + "\n" for row in (*rows, *more))


def case(name: str, content: Any, ending: str = "jsonl", files: Any = None, **keys: Any) -> Case:
    dataset = {"kind": "ids", "path": f"ids.{ending}", "num_words": 10} | keys
    return Case(f"ids-{name}", {f"ids.{ending}": content} | (files or {}), dataset)


def of_npz(name: str, x: Any, **arrays: Any) -> Case:
    return case(name, npz(x=x, **arrays), "npz", ids="x", target="y")


def repeated(path: Path) -> None:
    """Write one list under a million names."""
    once = [1] * 10_000
    content = pickle.dumps(lists(*[once] * 20), protocol=4)
    members(x=header((20,), "'|O'") + content)(path)


def bomb(path: Path) -> None:
    """Write a pickle that claims to be three gibibytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("y.npy", header((20,)) + bytes(80))
        archive.writestr("x.npy", header((20,), "'|O'") + bytes(2**20))
        archive.infolist()[1].file_size = 3 * 2**30


def packed(path: Path) -> None:
    """Write two million empty lists into two kilobytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("y.npy", header((20,)) + bytes(80))
        archive.writestr("x.npy", header((2_000_000,), "'|O'") + b"\x80\x04](" + b"]" * 2_000_000 + b"e.")


def of_pickle(name: str, content: bytes) -> Case:
    return case(name, members(x=header((20,), "'|O'") + content), "npz", ids="x", target="y")


def vocabulary(name: str, content: Any, **text: Any) -> Case:
    sections = {"text": {"vocabulary_file": "words.txt"} | text}
    return Case(
        f"vocabulary-{name}",
        {"reviews.csv": CSV, "words.txt": content},
        {"kind": "text_table", "path": "reviews.csv"},
        sections=sections,
    )


def vectors(name: str, content: Any, files: Any = None) -> Case:
    layers = [
        {"layer": "embedding", "output_dim": 2, "weights_file": "glove.txt"},
        {"layer": "lstm", "units": 2},
        {"layer": "dense", "units": 1},
    ]
    return Case(
        f"vectors-{name}",
        {"reviews.csv": CSV, "glove.txt": content} | (files or {}),
        {"kind": "text_table", "path": "reviews.csv"},
        sections={"model": {"layers": layers}},
    )


CASES = (
    case("sequence-empty", jsonl({"ids": [], "label": "pos"})),
    case("sequence-of-padding", jsonl({"ids": [0, 0], "label": "pos"})),
    case("padding-inside", jsonl({"ids": [1, 0, 2], "label": "pos"})),
    case("beyond-num-words", jsonl({"ids": [1, 10], "label": "pos"})),
    case("negative", jsonl({"ids": [1, -2], "label": "pos"})),
    case("beyond-int32", jsonl({"ids": [1, 2**40], "label": "pos"})),
    case("of-real-numbers", jsonl({"ids": [1, 2.5], "label": "pos"})),
    case("of-words", jsonl({"ids": ["a", "b"], "label": "pos"})),
    case("of-true", jsonl({"ids": [True], "label": "pos"})),
    case("of-lists", jsonl({"ids": [[1], [2]], "label": "pos"})),
    case("missing", jsonl({"label": "pos"})),
    case("null", jsonl({"ids": None, "label": "pos"})),
    case("csv-of-words", "ids,label\n1 2,pos\n1 two,neg\n", "csv"),
    case("csv-with-commas", 'ids,label\n1 2,pos\n"1,2",neg\n', "csv"),
    case("csv-of-blanks", "ids,label\n1 2,pos\n  ,neg\n", "csv"),
    case("csv-labels-differ-in-blanks", "ids,label\n" + "1 2,pos\n3 4,neg\n" * 9 + "1,neg \n", "csv"),
    case("csv-column-missing", "id,label\n1 2,pos\n", "csv"),
    of_npz("npz-of-real-numbers", np.ones((20, 3))),
    of_npz("npz-of-three-dimensions", np.ones((20, 3, 1), int)),
    of_npz("npz-beyond-int32", np.full((20, 3), 2**32 + 5)),
    of_npz("npz-lists-of-words", lists(*[["a"]] * 20)),
    of_npz("npz-lists-of-real-numbers", lists(*[[1.5]] * 20)),
    of_npz("npz-other-number-of-targets", lists(*LISTS[:9])),
    of_npz("npz-array-missing", None),
    of_npz("npz-pickle-that-runs-code", lists(*[Malicious()] * 20)),
    of_npz("npz-pickle-of-dictionaries", lists(*[{"a": 1}] * 20)),
    of_npz("npz-target-is-a-pickle", lists(*LISTS), y=lists(*[Malicious()] * 20)),
    case("npz-pickle-cut", members(x=header((20,), "'|O'") + pickle.dumps(lists(*LISTS))[:-30]), "npz", ids="x",
         target="y"),
    case("npz-one-list-under-many-names", repeated, "npz", ids="x", target="y"),
    case("npz-bomb", bomb, "npz", ids="x", target="y"),
    of_pickle("npz-memo-of-16-gib", b"\x80\x04Nr\xff\xff\xff\x7f."),
    of_pickle("npz-bytes-of-a-tebibyte", b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"x."),
    of_pickle("npz-text-beyond-the-file", b"\x80\x04X\xff\xff\xff\xffx."),
    of_pickle("npz-more-lists-than-numbers", b"\x80\x04](" + b"]" * 2000 + b"e."),
    case("npz-lists-packed-a-thousandfold", packed, "npz", ids="x", target="y"),
    case("word-index-missing", jsonl(), word_index="words.json"),
    case("word-index-is-no-json", jsonl(), files={"words.json": "the 1\n"}, word_index="words.json"),
    case("word-index-is-a-list", jsonl(), files={"words.json": '["the"]'}, word_index="words.json"),
    case("word-index-word-twice", jsonl(), files={"words.json": '{"the": 1, "the": 2}'}, word_index="words.json"),
    case("word-index-number-twice", jsonl(), files={"words.json": '{"the": 1, "a": 1}'}, word_index="words.json"),
    case("word-index-of-real-numbers", jsonl(), files={"words.json": '{"the": 1.0}'}, word_index="words.json"),
    case("word-index-lone-surrogate", jsonl(), files={"words.json": '{"a": 1, "\\ud800": 2}'}, word_index="words.json"),
    case("word-index-latin-1", jsonl(), files={"words.json": b'{"caf\xe9": 1}'}, word_index="words.json"),
    vocabulary("empty", ""),
    vocabulary("latin-1", b"good\ncaf\xe9\n"),
    vocabulary("word-twice", "good\nfilm\ngood\n"),
    vocabulary("two-words-on-a-line", "good film\n"),
    vocabulary("capital", "Good\n"),
    vocabulary("blank-line", "good\n\nfilm\n"),
    vocabulary("nul", "good\nfi\0lm\n"),
    vocabulary("folder", Path.mkdir),
    vectors("empty", ""),
    vectors("no-numbers", "good film\n"),
    vectors("number-is-none", GLOVE + "bad 0.1 x\n"),
    vectors("fewer-numbers", GLOVE + "bad 0.1\n"),
    vectors("nan", GLOVE + "bad nan 0.1\n"),
    vectors("infinity", GLOVE + "bad 1e999 0.1\n"),
    vectors("other-size", "good 0.1 0.2 0.3\n"),
    vectors("no-known-word", "gut 0.1 0.2\n"),
    vectors("line-over-a-mebibyte", GLOVE + "a" * 2**20 + " 0.1 0.2\n"),
    vectors("folder", Path.mkdir),
)  # fmt: skip
