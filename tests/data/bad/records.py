"""Bad jsonl and parquet."""

import decimal
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from .case import table


def jsonl(*rows: Any, more: str = "") -> str:
    good = [{"text": f"film {row}", "label": "pos" if row % 2 else "neg"} for row in range(20)]
    return "".join(json.dumps(row) + "\n" for row in (*good, *rows)) + more


def parquet(cut: slice = slice(None), **columns: Any):
    """Return what writes a parquet file, or a part of its bytes."""

    def write(path: Path) -> None:
        given = {"text": [f"film {row}" for row in range(20)], "label": ["neg", "pos"] * 10} | columns
        pyarrow.parquet.write_table(pyarrow.table(given), path)
        path.write_bytes(path.read_bytes()[cut])

    return write


def flipped(path: Path) -> None:
    """Write a parquet file whose pages are not what its footer says."""
    parquet(text=[f"{row} " * 50 for row in range(20)])(path)
    content = bytearray(path.read_bytes())
    content[8:40] = bytes(255 - each for each in content[8:40])
    path.write_bytes(bytes(content))


def many_rows(path: Path) -> None:
    """Write a few kilobytes that are 120 million rows."""
    empty = pyarrow.nulls(30_000_000, pyarrow.bool_())
    part = pyarrow.table({"text": empty, "label": empty})
    with pyarrow.parquet.ParquetWriter(path, part.schema) as writer:
        for _ in range(4):
            writer.write_table(part)


def long_text_many_times(path: Path) -> None:
    """Write a mebibyte that unpacks to five gibibytes."""
    rows = 5 * 1024
    text = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * rows, pyarrow.int32()), ["a" * 2**20])
    pyarrow.parquet.write_table(pyarrow.table({"text": text, "label": ["b"] * rows}), path)


def no_utf_8() -> Any:
    words = [b"ok", b"caf\xe9"] * 10
    binary = pyarrow.array(words, pyarrow.binary())
    return binary.view(pyarrow.string()) if hasattr(binary, "view") else binary


CASES = (
    table("jsonl-empty", "", "jsonl"),
    table("jsonl-list", jsonl(more='["text", "label"]\n'), "jsonl"),
    table("jsonl-number", jsonl(more="17\n"), "jsonl"),
    table("jsonl-array-of-objects", '[{"text": "a", "label": "b"}]\n', "jsonl"),
    table("jsonl-pretty", '{\n  "text": "a",\n  "label": "b"\n}\n', "jsonl"),
    table("jsonl-cut", jsonl(more='{"text": "a", "lab'), "jsonl"),
    table("jsonl-two-on-a-line", jsonl(more='{"text": "a"} {"text": "b"}\n'), "jsonl"),
    table("jsonl-single-quotes", "{'text': 'a', 'label': 'b'}\n", "jsonl"),
    table("jsonl-key-twice", jsonl(more='{"text": "a", "text": "b", "label": "c"}\n'), "jsonl"),
    table("jsonl-key-missing", jsonl({"text": "a"}), "jsonl"),
    table("jsonl-column-missing", jsonl().replace('"label"', '"lable"'), "jsonl"),
    table("jsonl-null", jsonl({"text": None, "label": "pos"}), "jsonl"),
    table("jsonl-empty-text", jsonl({"text": "", "label": "pos"}), "jsonl"),
    table("jsonl-list-in-text", jsonl({"text": ["a", "b"], "label": "pos"}), "jsonl"),
    table("jsonl-object-in-label", jsonl({"text": "a", "label": {"is": "pos"}}), "jsonl"),
    table("jsonl-mixed-types", jsonl({"text": "a", "label": 1}), "jsonl"),
    table("jsonl-true-and-words", jsonl({"text": "a", "label": True}), "jsonl"),
    table("jsonl-number-as-text", jsonl({"text": 12345, "label": "pos"}), "jsonl"),
    table("jsonl-nan", jsonl(more='{"text": "a", "label": NaN}\n'), "jsonl"),
    table("jsonl-infinity", jsonl(more='{"text": "a", "label": -Infinity}\n'), "jsonl"),
    table("jsonl-1e999", '{"text": "a", "label": 1e999}\n', "jsonl"),
    table("jsonl-number-of-10000-digits", jsonl(more='{"text": "a", "label": ' + "9" * 10_000 + "}\n"), "jsonl"),
    table("jsonl-nested-100000-deep", "[" * 100_000, "jsonl"),
    table("jsonl-lone-surrogate", jsonl(more='{"text": "\\ud800", "label": "pos"}\n'), "jsonl"),
    table("jsonl-bad-escape", jsonl(more='{"text": "\\u12", "label": "pos"}\n'), "jsonl"),
    table("jsonl-control-sign", jsonl(more='{"text": "a\tb", "label": "pos"}\n'), "jsonl"),
    table("jsonl-nul-escape-in-label", jsonl({"text": "a", "label": "pos\0"}), "jsonl"),
    table("jsonl-latin-1", '{"text": "caf\xe9", "label": "pos"}\n'.encode("latin-1"), "jsonl"),
    table("jsonl-whole-and-real-label", jsonl().replace('"pos"', "1").replace('"neg"', "0") +
          '{"text": "a", "label": 1.0}\n', "jsonl"),
    table("parquet-empty", b"", "parquet"),
    table("parquet-is-csv", "text,label\na,b\n", "parquet"),
    table("parquet-first-bytes-only", parquet(slice(4)), "parquet"),
    table("parquet-cut-in-pages", parquet(slice(100)), "parquet"),
    table("parquet-cut-in-footer", parquet(slice(-20)), "parquet"),
    table("parquet-start-missing", parquet(slice(50, None)), "parquet"),
    table("parquet-pages-damaged", flipped, "parquet"),
    table("parquet-column-missing", parquet(), "parquet", label="stars"),
    table("parquet-no-rows", parquet(text=pyarrow.array([], pyarrow.string()), label=[]), "parquet"),
    table("parquet-null", parquet(text=[None, "a"] * 10), "parquet"),
    table("parquet-lists", parquet(text=[["a", "b"]] * 20), "parquet"),
    table("parquet-structs", parquet(text=[{"a": 1}] * 20), "parquet"),
    table("parquet-bytes", parquet(text=[b"a"] * 20), "parquet"),
    table("parquet-decimals-for-classes", parquet(label=[decimal.Decimal("1.25"), decimal.Decimal("2.50")] * 10),
          "parquet"),
    table("parquet-nan-label", parquet(label=[1.0, float("nan")] * 10), "parquet"),
    table("parquet-infinite-label", parquet(label=[1.0, float("inf")] * 10), "parquet"),
    table("parquet-dates-for-regression", parquet(label=[date(2020, 1, 1)] * 20), "parquet", target="number"),
    table("parquet-date-beyond-9999",
          parquet(label=pyarrow.array([10**8] * 20, pyarrow.int32()).cast(pyarrow.date32())), "parquet"),
    table("parquet-not-utf-8", parquet(text=no_utf_8()), "parquet"),
    table("parquet-durations", parquet(label=pyarrow.array([1] * 20, pyarrow.duration("s"))), "parquet"),
    table("parquet-120-million-rows", many_rows, "parquet"),
    table("parquet-one-text-5000-times", long_text_many_times, "parquet"),
)  # fmt: skip
