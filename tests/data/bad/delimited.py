"""Bad csv, tsv and files that are none."""

import os
from pathlib import Path

from .case import Case, table

ROWS = "".join(f"film {row},{'pos' if row % 2 else 'neg'}\n" for row in range(20))
GOOD = "text,label\n" + ROWS
MEBIBYTE = 2**20


def one_long_line(path: Path) -> None:
    """Write a file whose third line takes no room on the disk."""
    path.write_bytes(b"text,label\nshort,pos\n")
    os.truncate(path, 100 * MEBIBYTE)


def open_quote(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'text,label\n"never closed,pos\n')
        for _ in range(65):
            file.write(b"a" * MEBIBYTE + b"\n")


CASES = (
    # Files
    Case("file-missing", {"review.csv": GOOD}, {"kind": "text_table", "path": "reviews.csv"}),
    table("file-is-a-folder", Path.mkdir),
    table("file-is-a-pipe", os.mkfifo),
    table("file-is-a-device", lambda path: path.symlink_to("/dev/zero")),
    table("file-is-a-link-to-nothing", lambda path: path.symlink_to("gone.csv")),
    table("file-is-a-link-to-itself", lambda path: path.symlink_to(path.name)),
    Case("file-name-with-nul", {}, {"kind": "text_table", "path": "reviews\0.csv"}),
    Case("file-name-too-long", {}, {"kind": "text_table", "path": f"{'a' * 300}.csv"}),
    Case("file-folder-missing", {}, {"kind": "text_table", "path": "nowhere/reviews.csv"}),
    Case("file-unknown-ending", {"reviews.xlsx": "PK"}, {"kind": "text_table", "path": "reviews.xlsx"}),
    Case(
        "file-of-a-split-missing",
        {"train.csv": GOOD},
        {
            "kind": "text_table",
            "path": "train.csv",
            "split": {"kind": "files", "validation": "validation.csv", "test": "test.csv"},
        },
    ),
    Case(
        "file-changed-while-read",
        {"reviews.csv": GOOD},
        {"kind": "text_table", "path": "reviews.csv"},
        say=lambda line: Path("reviews.csv").write_text(GOOD + f"{line},pos\n") and None,
    ),
    Case(
        "file-gone-while-read",
        {"reviews.csv": GOOD},
        {"kind": "text_table", "path": "reviews.csv"},
        say=lambda line: Path("reviews.csv").unlink(),
    ),
    # Bytes
    table("csv-empty", ""),
    table("csv-blanks", " \n\n\t\n"),
    table("csv-mark-alone", b"\xef\xbb\xbf"),
    table("csv-latin-1", "text,label\nok,neg\ncaf\xe9,pos\n".encode("latin-1")),
    table("csv-latin-1-behind-a-mark", b"\xef\xbb\xbf" + "text,label\ncaf\xe9,pos\n".encode("latin-1")),
    table("csv-windows-1252", "text,label\n\u201cgood\u201d,pos\n".encode("cp1252")),
    table("csv-utf-16", GOOD.encode("utf-16")),
    table("csv-utf-16-without-mark", GOOD.encode("utf-16-le")),
    table("csv-utf-32", GOOD.encode("utf-32")),
    table("csv-surrogates", b"text,label\n\xed\xa0\x80,pos\n"),
    table("csv-overlong-slash", b"text,label\n\xc0\xaf,pos\n"),
    table("csv-nul", b"text,label\nnice\0film,pos\n"),
    table("csv-is-a-zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
    table("csv-is-gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
    table("csv-line-over-64-mib", one_long_line),
    table("csv-quote-open-for-64-mib", open_quote),
    # Rows and columns
    table("csv-header-only", "text,label\n"),
    table("csv-no-header", ROWS),
    table("csv-column-missing", GOOD.replace("label", "lable", 1)),
    table("csv-column-in-other-case", GOOD.replace("label", "Label", 1)),
    table("csv-column-with-blank", GOOD.replace(",label", ", label", 1)),
    table("csv-header-twice", "text,label,label\na,b,c\n"),
    table("csv-semicolons-column-missing", GOOD.replace(",", ";").replace("text", "texts", 1)),
    table("csv-semicolons-one-field-too-many", GOOD.replace(",", ";") + "a; b;pos\n"),
    table("tsv-commas", GOOD, "tsv"),
    table("csv-one-field-too-many-everywhere", "text,label\n" + ROWS.replace("\n", ",\n")),
    table("csv-one-field-too-many", GOOD + "a, b,pos\n"),
    table("csv-one-field-too-few", GOOD + "a\n"),
    table("tsv-one-field-too-many", "text\tlabel\na\tb\tpos\n", "tsv"),
    table("csv-quote-open", GOOD + '"never closed,pos\nb,neg\n'),
    table("csv-quote-inside", GOOD + '"a "nice" film",pos\n'),
    table("csv-old-mac-ragged", "text,label\ra,pos\rb\r"),
    # Values
    table("csv-text-missing", GOOD + ",pos\n"),
    table("csv-text-of-blanks", GOOD + "   ,pos\n"),
    table("csv-label-missing", GOOD + "good,\nbad,\n"),
    table("csv-many-labels-missing", "text,label\n" + "a,\n" * 7 + ROWS),
    table("csv-group-missing", "text,label,by\n" + "a,pos,\nb,neg,x\n" * 9, split={"kind": "group", "column": "by"}),
    table("csv-one-column-blank-line", "text\na\n\nb\n", label="text"),
    # Labels
    table("label-not-listed", GOOD + "so so,meh\n", labels=["neg", "pos"]),
    table("label-not-listed-but-for-a-blank", GOOD + "fine,pos \n", labels=["neg", "pos"]),
    table("labels-differ-in-blanks", GOOD + "fine,pos \n"),
    table("labels-differ-in-a-hidden-sign", GOOD + "fine,pos\u200b\n"),
    table("labels-differ-in-composition", "text,label\n" + "a,\u00e9\nb,e\u0301\n" * 9),
    table("labels-one-number-twice", "text,label\n" + "a,1\nb,0\n" * 9 + "c,1.0\n"),
    table("labels-are-fractions", "text,label\n" + "".join(f"a,{row / 4}\n" for row in range(20))),
    table("label-is-infinite-for-regression", "text,label\n" + "a,1\nb,2\n" * 9 + "c,1e999\n", target="number"),
    table("label-is-nan-for-regression", "text,label\na,nan\n", target="number"),
    table("label-is-too-large-for-regression", "text,label\na,1\nb,1e39\n", target="number"),
    table("label-is-a-word-for-regression", "text,label\na,1\nb,good\n", target="number"),
    table("label-has-a-comma-for-regression", 'text,label\na,1\nb,"2,5"\n', target="number"),
    table("label-has-underscores-for-regression", "text,label\na,1_000\n", target="number"),
    table("label-is-true-for-regression", "text,label\na,1\nb,true\n", target="number"),
    # Splits
    table("split-one-class", "text,label\n" + "a,pos\n" * 20),
    table("split-one-sample", "text,label\na,pos\n"),
    table("split-two-samples", "text,label\na,pos\nb,neg\n"),
    table("split-one-class-in-train", "text,label\n" + "a,pos\n" * 20 + "b,neg\n" * 4, split={"kind": "tail"}),
    table(
        "split-label-unseen-in-train",
        "text,label\n" + "a,pos\nb,neg\n" * 9 + "c,new\nd,pos\n",
        split={"kind": "tail"},
    ),
    Case(
        "split-label-unseen-in-the-file-of-train",
        {"a.csv": GOOD, "b.csv": GOOD, "c.csv": GOOD + "so so,meh\n"},
        {"kind": "text_table", "path": "a.csv", "split": {"kind": "files", "validation": "b.csv", "test": "c.csv"}},
    ),
    table("split-stratified-single", GOOD + "so so,meh\n", split={"kind": "stratified"}),
    table("split-two-groups", "text,label,by\n" + "a,pos,x\nb,neg,y\n" * 9, split={"kind": "group", "column": "by"}),
    table("split-column-missing", GOOD, split={"kind": "group", "column": "critic"}),
)
