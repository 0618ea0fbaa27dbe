"""Bad sequences of numbers: .ts files, tables in long form, arrays with lengths or offsets."""

from pathlib import Path
from typing import Any

import numpy as np

from .arrays import npz
from .case import Case

HEADER = "@problemName walk\n@timeStamps false\n@univariate false\n@dimensions 2\n@equalLength false\n"
EQUAL = "@equalLength true\n@seriesLength 3"
CLASSES = "@classLabel true a b\n@data\n"
DATA = "1,2,3:4,5,6:a\n1,2:3,4:b\n" * 10
LONG = "id,time,x,label\n" + "".join(f"s{n},{t},{n * t},{'ab'[n % 2]}\n" for n in range(20) for t in range(1 + n % 3))
X = np.zeros((20, 3, 2), np.float32)
FLAT = np.zeros((60, 2), np.float32)


def ts(name: str, content: Any, **keys: Any) -> Case:
    return Case(f"ts-{name}", {"walk.ts": content}, {"kind": "ts", "path": "walk.ts"} | keys)


def long(name: str, content: Any, target: str = "classes", **keys: Any) -> Case:
    dataset = {"kind": "sequence_table", "path": "long.csv", "values": ["x"]} | keys
    return Case(f"long-{name}", {"long.csv": content}, dataset, target)


def lengths(name: str, array: Any, x: Any = X, **keys: Any) -> Case:
    dataset = {"kind": "arrays", "path": "data.npz", "lengths": "n"} | keys
    return Case(f"lengths-{name}", {"data.npz": npz(x=x, n=array)}, dataset)


def offsets(name: str, array: Any, x: Any = FLAT) -> Case:
    dataset = {"kind": "arrays", "path": "data.npz", "offsets": "at"}
    return Case(f"offsets-{name}", {"data.npz": npz(x=x, at=np.asarray(array))}, dataset)


WHOLE = np.arange(21) * 3

CASES = (
    ts("empty", ""),
    ts("folder", Path.mkdir),
    ts("is-a-csv", LONG),
    ts("no-data-line", HEADER),
    ts("no-samples", HEADER + CLASSES),
    ts("no-targets", HEADER + "@data\n" + DATA),
    ts("one-class-named", HEADER + "@classLabel true a\n@data\n" + DATA),
    ts("class-named-twice", HEADER + "@classLabel true a b a\n@data\n" + DATA),
    ts("class-unknown", HEADER + CLASSES + DATA + "1,2:3,4:c\n"),
    ts("class-missing", HEADER + CLASSES + DATA + "1,2:3,4:\n"),
    ts("timestamps", HEADER.replace("@timeStamps false", "@timeStamps true") + CLASSES + DATA),
    ts("dimensions-no-number", HEADER.replace("@dimensions 2", "@dimensions two") + CLASSES + DATA),
    ts("dimensions-zero", HEADER.replace("@dimensions 2", "@dimensions 0") + CLASSES + DATA),
    ts("channel-too-many", HEADER + CLASSES + DATA + "1,2:3,4:5,6:a\n"),
    ts("channel-too-few", HEADER + CLASSES + DATA + "1,2:a\n"),
    ts("channels-of-other-lengths", HEADER + CLASSES + DATA + "1,2,3:4,5:a\n"),
    ts("channel-empty", HEADER + CLASSES + DATA + ":1,2:a\n"),
    ts("length-is-another", HEADER.replace("@equalLength false", EQUAL) + CLASSES + DATA),
    ts("number-missing", HEADER + CLASSES + DATA + "1,?:3,4:a\n"),
    ts("number-nan", HEADER + CLASSES + DATA + "1,NaN:3,4:a\n"),
    ts("number-1e999", HEADER + CLASSES + DATA + "1,1e999:3,4:a\n"),
    ts("number-beyond-float32", HEADER + CLASSES + DATA + "1,1e39:3,4:a\n"),
    ts("number-with-underscore", HEADER + CLASSES + DATA + "1,1_0:3,4:a\n"),
    ts("number-is-a-word", HEADER + CLASSES + DATA + "1,two:3,4:a\n"),
    ts("latin-1", HEADER.encode() + CLASSES.encode() + "1,2:3,4:caf\xe9\n".encode("latin-1")),
    ts("utf-16", (HEADER + CLASSES + DATA).encode("utf-16")),
    ts("nul", HEADER + CLASSES + DATA + "1,2\0:3,4:a\n"),
    ts("header-line-of-a-million-signs", "@classLabel true " + "a" * 1_000_000),
    Case(
        "ts-test-has-other-channels",
        {
            "walk.ts": HEADER + CLASSES + DATA,
            "test.ts": HEADER.replace("@dimensions 2", "@dimensions 1") + CLASSES + "1,2:a\n",
        },
        {"kind": "ts", "path": "walk.ts", "test": "test.ts"},
    ),
    Case(
        "ts-test-is-missing",
        {"walk.ts": HEADER + CLASSES + DATA},
        {"kind": "ts", "path": "walk.ts", "test": "test.ts"},
    ),
    long("column-missing", LONG, values=["y"]),
    long("id-missing", LONG + ",1,2,a\n"),
    long("time-missing", LONG + "s1,,2,a\n"),
    long("value-missing", LONG + "s1,9,,a\n"),
    long("value-nan", LONG + "s1,9,nan,a\n"),
    long("value-infinite", LONG + "s1,9,1e999,a\n"),
    long("value-is-a-word", LONG + "s1,9,many,a\n"),
    long("time-twice", LONG + "s1,0,2,b\n"),
    long("time-is-a-word", LONG + "s1,noon,2,b\n"),
    long("time-infinite", LONG + "s1,inf,2,b\n"),
    long("times-of-two-kinds", LONG + "s1,2024-01-01,2,b\n"),
    long("two-labels", LONG + "s1,9,2,a\n"),
    long("labels-differ-in-blanks", LONG + "s99,0,1,a \n"),
    long("label-not-listed", LONG + "s99,0,1,c\n", labels=["a", "b"]),
    long("label-is-no-number", LONG, "number"),
    long("one-sequence", "id,time,x,label\ns,0,1,a\ns,1,2,a\n"),
    lengths("zero", np.where(np.arange(20) == 4, 0, 3)),
    lengths("negative", np.where(np.arange(20) == 4, -1, 3)),
    lengths("beyond-the-timesteps", np.where(np.arange(20) == 4, 4, 3)),
    lengths("fewer-than-samples", np.full(19, 3)),
    lengths("real-numbers", np.full(20, 3.0)),
    lengths("of-two-dimensions", np.full((20, 1), 3)),
    lengths("missing", None),
    lengths("nan-in-the-data", np.full(20, 2), np.where(np.arange(3)[None, :, None] == 1, np.nan, X)),
    lengths("of-two-dimensional-data", np.full(20, 2), X[..., 0]),
    offsets("begin-late", WHOLE + 1),
    offsets("end-early", WHOLE[:-1]),
    offsets("descend", np.concatenate([WHOLE[:5], [9], WHOLE[6:]])),
    offsets("empty-sequence", np.concatenate([WHOLE[:5], WHOLE[4:5], WHOLE[6:]])),
    offsets("one", [0]),
    offsets("real-numbers", WHOLE.astype(float)),
    offsets("of-three-dimensional-data", WHOLE, X),
    offsets("fewer-than-targets", np.arange(11) * 6),
)
