import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from rnnlab.data import read_table
from rnnlab.data.files import read_running_text
from rnnlab.errors import DatasetError


def labelled(path):
    table = read_table(path, ("text", "label"))
    return table.values("text"), table.values("label")


def texts(path, column):
    return read_table(path, (column,)).values(column)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(code: str, path: Path, *columns: str) -> str:
    def read() -> None:
        table = read_table(path, columns or ("text", "label"))
        for column in table.columns:
            table.values(column)

    with pytest.raises(DatasetError) as raised:
        read()
    assert raised.value.code == code
    return str(raised.value)


def test_words_that_look_like_missing_values_are_words(tmp_path):
    path = write(tmp_path, "a.csv", "text,label\nNA,null\nnan,007\n")
    assert labelled(path) == (["NA", "nan"], ["null", "007"])


def test_quoted_fields_hold_commas_quotes_and_line_ends(tmp_path):
    path = write(tmp_path, "a.csv", 'text,label\r\n"a, ""b""\nc",1\r\n')
    assert labelled(path) == (['a, "b"\nc'], ["1"])


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path):
    assert texts(write(tmp_path, "a.csv", b"\xef\xbb\xbftext,label\na,1\n"), "text") == ["a"]


def test_tsv_is_divided_at_tabs(tmp_path):
    assert texts(write(tmp_path, "A.TSV", "label\ttext\n1\ta, b\n"), "text") == ["a, b"]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_csv_without_commas_in_its_header_is_divided_at_what_stands_there(tmp_path, sign):
    path = write(tmp_path, "a.csv", f'\n"label"{sign}text\n1{sign}a, b\n')
    assert labelled(path) == (["a, b"], ["1"])


def test_a_csv_of_one_column_is_not_divided(tmp_path):
    assert texts(write(tmp_path, "a.csv", "a;b\n1;2\n"), "a;b") == ["1;2"]


def test_a_field_may_be_longer_than_pythons_limit(tmp_path):
    assert len(texts(write(tmp_path, "a.csv", "text\n" + "ab " * 100_000 + "\n"), "text")[0]) == 300_000


def test_jsonl_keeps_the_form_of_its_values(tmp_path):
    rows = [{"text": "a\u2028b", "label": 1}, {"text": "NA", "label": 10**20}, {"text": "c", "label": 0.5}]
    path = write(tmp_path, "a.jsonl", "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert labelled(path) == (["a\u2028b", "NA", "c"], ["1", "1" + "0" * 20, "0.5"])


def test_parquet_gives_whole_numbers_as_they_are(tmp_path):
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a", "b"], "label": [1, 2], "more": [[1], [2]]}), path)
    assert labelled(path) == (["a", "b"], ["1", "2"])


def test_a_missing_file_is_named_with_its_neighbour(tmp_path):
    write(tmp_path, "reviews.csv", "text\na\n")
    assert "did you mean `reviews.csv`?" in refused("RL401", tmp_path / "review.csv")


def test_a_folder_is_not_a_table(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "cannot read" in refused("RL401", tmp_path / "a.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = write(tmp_path, "a.csv", "text\na\n")
    path.chmod(0)
    assert "Permission denied" in refused("RL401", path)


def test_an_unknown_ending_lists_the_known_ones(tmp_path):
    assert "`.csv`, `.jsonl`, `.parquet`, `.tsv`" in refused("RL401", write(tmp_path, "a.xlsx", "x"))


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", "txt,label\na,1\n"), ("a.jsonl", '{"txt": "a", "label": 1}\n')]
)
def test_a_missing_column_is_named_with_the_nearest(tmp_path, name, content):
    assert "did you mean `txt`?" in refused("RL402", write(tmp_path, name, content))


def test_a_missing_column_of_parquet_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"]}), path)
    assert "no column `label`" in refused("RL402", path)


def test_latin_1_is_refused_with_line_and_byte(tmp_path):
    message = refused("RL403", write(tmp_path, "a.csv", "text,label\nok,1\ncafé,2\n".encode("latin-1")))
    assert "line 3, byte 19 of the file: 0xe9" in message


def test_half_a_character_is_refused(tmp_path):
    assert "data row 2" in refused("RL403", write(tmp_path, "a.jsonl", '{"text": "a"}\n{"text": "\\ud800"}\n'), "text")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.jsonl", b" \n", "is empty"),
        ("a.csv", "text,label\na,1,\nb,2,\n", "data row 1 (line 2) has 3 fields, the header 2"),
        ("a.csv", "text,label\na,1\nb\n", "data row 2 (line 3) has 1 field, the header 2"),
        ("a.csv", "text,text,label\na,b,1\n", "more than one column `text`"),
        ("a.csv", 'text,label\n"a,1\nb,2\n', "a double quote that opens in the row of line 2 is never closed"),
        ("a.csv", 'text,label\n"a"b,1\n', "line 2"),
        ("a.jsonl", '{"text": "a", "label": 1}\n{"text"\n', "line 2 is not JSON"),
        ("a.jsonl", '["text", "label"]\n', "line 1 is not a JSON object"),
        ("a.jsonl", '{"text": "a", "text": "b", "label": 1}\n', "line 1 has a key twice"),
        ("a.jsonl", '{"text": ["a"], "label": 1}\n', "column `text`, line 1 holds a list"),
        ("a.jsonl", "[" * 100_000, "line 1 is not JSON"),
        ("a.parquet", b"PAR1 not really", "not a whole parquet file"),
    ],
)
def test_malformed_tables_say_what_is_wrong(tmp_path, name, content, said):
    assert said in refused("RL404", write(tmp_path, name, content))


def test_a_truncated_parquet_file_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"] * 999, "label": ["b"] * 999}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "not a whole parquet file" in refused("RL404", path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,label\na,1\n,2\nb,3\n,4\n"),
        (
            "a.jsonl",
            '{"text": "a", "label": 1}\n{"label": 2}\n{"text": "b", "label": 3}\n{"text": null}\n',
        ),
    ],
)
def test_missing_values_are_counted_and_placed(tmp_path, name, content):
    assert "2 values are missing in `text`" in (message := refused("RL405", write(tmp_path, name, content)))
    assert "data rows 2, 4 (the header is not counted)" in message


def test_a_blank_line_in_a_table_of_one_column_is_a_missing_value(tmp_path):
    assert "data row 2" in refused("RL405", write(tmp_path, "a.csv", "text\na\n\nb\n"), "text")
    assert texts(write(tmp_path, "b.csv", "text\na\nb\n\n\n"), "text") == ["a", "b"]


@pytest.mark.parametrize("content", ["text,label\n", "\ufefftext,label"])
def test_a_header_alone_has_no_samples(tmp_path, content):
    assert "no data rows" in refused("RL406", write(tmp_path, "a.csv", content))


def test_a_byte_order_mark_alone_is_an_empty_file(tmp_path):
    assert "is empty" in refused("RL404", write(tmp_path, "a.csv", "\ufeff"))


def test_old_macs_lines_and_blank_lines_are_lines(tmp_path):
    assert labelled(write(tmp_path, "a.csv", "text,label\ra,1\r\rb,2\r")) == (["a", "b"], ["1", "2"])
    assert texts(write(tmp_path, "a.jsonl", '{"text": "a"}\r\n\r\n{"text": "b"}\r\n'), "text") == ["a", "b"]


def test_parquet_gives_decimals_categories_and_dates_as_they_are_written(tmp_path):
    path = tmp_path / "a.parquet"
    columns = {
        "text": pyarrow.array(["a", "b", "a"]).dictionary_encode(),
        "label": [Decimal("1.50"), Decimal("2.00"), Decimal("1.50")],
        "day": [date(2024, 2, 29)] * 3,
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    assert labelled(path) == (["a", "b", "a"], ["1.50", "2.00", "1.50"])
    assert texts(path, "day") == ["2024-02-29"] * 3


def test_a_running_text_has_one_kind_of_line_end(tmp_path):
    assert read_running_text(write(tmp_path, "a.txt", b"\xef\xbb\xbfa\r\nb\rc\n")) == "a\nb\nc\n"
