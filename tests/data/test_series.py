import pyarrow
import pyarrow.parquet
import pytest
from weather import DATASET, START, temperature, write_weather

from rnnlab.data.series import check_whole, read_series, show_time
from rnnlab.datasets import SeriesDataset
from rnnlab.errors import DatasetError


def dataset_of(**changes) -> SeriesDataset:
    return SeriesDataset.model_validate(DATASET | changes)


def table(tmp_path, *rows: str, header: str = "time,temp"):
    path = tmp_path / "x.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def single(**changes) -> SeriesDataset:
    keys = {"id": None, "past": [], "frequency": "1d"} | changes
    return dataset_of(**keys)


def refusal(path, dataset) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        read_series(path, dataset)
    return caught.value


def test_series_stand_on_their_grid_with_holes_where_rows_are_missing(tmp_path):
    path = write_weather(
        tmp_path / "w.csv", hours=10, leave_out=lambda station, hour: station == "B" and hour in (4, 5)
    )
    first, second = read_series(path, dataset_of())
    assert (first.name, second.name, len(first), len(second)) == ("A", "B", 10, 10)
    assert second.gaps == (2, 1)
    assert first.gaps == (0, 0)
    assert second.values[3, 0] == pytest.approx(temperature("B", 3), abs=1e-3)
    assert not second.given[4]
    assert show_time(second.times[5]) == "2024-01-01T05:00:00"


@pytest.mark.parametrize("word", ["", "NA", "NaN", "null"])
def test_what_was_not_measured_is_missing(tmp_path, word):
    (found,) = read_series(table(tmp_path, "2024-01-01,1", f"2024-01-02,{word}"), single())
    assert found.values[0] == 1.0
    assert found.values[1] != found.values[1]


def test_times_with_an_offset_are_read_as_utc(tmp_path):
    (found,) = read_series(table(tmp_path, "2024-01-01T02:00:00+02:00,1", "2024-01-02T00:00:00Z,2"), single())
    assert show_time(found.times[0]) == "2024-01-01T00:00:00"


@pytest.mark.parametrize(("frequency", "times"), [
    ("1mo", ("2024-01-31", "2024-02-29", "2024-04-30")),
    ("1q", ("2024-01-01", "2024-04-01", "2024-10-01")),
    ("1w", ("2024-01-01", "2024-01-08", "2024-01-22")),
])  # fmt: skip
def test_steps_longer_than_a_day_have_holes_too(tmp_path, frequency, times):
    (found,) = read_series(table(tmp_path, *(f"{time},1" for time in times)), single(frequency=frequency))
    assert found.given.tolist() == [True, True, False, True]


def test_parquet_keeps_its_times(tmp_path):
    columns = {"time": [START, START.replace(day=2)], "temp": [1.5, None]}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "x.parquet")
    (found,) = read_series(tmp_path / "x.parquet", single())
    assert show_time(found.times[1]) == "2024-01-02T00:00:00"


@pytest.mark.parametrize(("rows", "code", "words"), [
    (("yesterday,1",), "RL411", "x.csv, column `time`, data row 1 (the header is not counted): `yesterday` is no ISO"),
    (("2024-01-01,1", "2024-01-02T00:00Z,1"), "RL411", "`2024-01-02T00:00Z` has an offset, the first"),
    (("2024-01-02,1", "2024-01-01,1"), "RL412", "the time 2024-01-01T00:00:00 is earlier than"),
    (("2024-01-01,1", "2024-01-01,1"), "RL412", "the time 2024-01-01T00:00:00 stands twice"),
    (("2024-01-01,1", "2024-01-02T12:00,1"), "RL414", "2024-01-02T12:00:00 is not a whole number of 1d after"),
    (("2024-01-01,warm",), "RL410", "column `temp`, data row 1 (the header is not counted): `warm` is not a finite"),
    (("2024-01-01,1e999",), "RL410", "`1e999` is not a finite number"),
    (("2024-01-01,1_0",), "RL410", "`1_0` is not a finite number"),
    ((",1",), "RL405", "1 value is missing in `time`"),
])  # fmt: skip
def test_a_bad_table_is_refused_with_its_place(tmp_path, rows, code, words):
    error = refusal(table(tmp_path, *rows), single())
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(("which", "expected"), [("first", [1.0, 3.0]), ("last", [2.0, 4.0]), ("mean", [1.5, 3.5])])
def test_of_rows_with_the_same_time_the_file_says_which_counts(tmp_path, which, expected):
    path = table(tmp_path, "2024-01-01,1", "2024-01-01,2", "2024-01-02,3", "2024-01-02,4")
    (found,) = read_series(path, single(duplicates=which))
    assert found.values[:, 0].tolist() == expected
    assert (len(found), found.repeated, found.gaps) == (2, 2, (0, 0))


def test_the_mean_of_rows_leaves_out_what_is_missing(tmp_path):
    path = table(tmp_path, "2024-01-01,1", "2024-01-01,", "2024-01-01,3", "2024-01-02,", "2024-01-02,NA")
    (found,) = read_series(path, single(duplicates="mean"))
    assert found.values[0, 0] == 2.0
    assert found.values[1, 0] != found.values[1, 0]


def test_times_that_go_back_are_refused_whatever_counts_of_the_same(tmp_path):
    error = refusal(table(tmp_path, "2024-01-02,1", "2024-01-02,1", "2024-01-01,1"), single(duplicates="mean"))
    assert (error.code, error.help) == ("RL412", "sort the table by time")


def test_times_that_stand_twice_are_counted(tmp_path):
    error = refusal(table(tmp_path, "2024-01-01,1", "2024-01-01,1", "2024-01-02,1", "2024-01-02,1"), single())
    assert error.message.endswith("the time 2024-01-01T00:00:00 stands twice; 2 rows repeat the time before")
    assert "duplicates: first" in (error.help or "")


def test_times_are_read_as_the_file_says_they_are_written(tmp_path):
    path = table(tmp_path, "03.01.2024 6:00,1", "04.01.2024 6:00,2")
    (found,) = read_series(path, single(time_format="%d.%m.%Y %H:%M"))
    assert show_time(found.times[1]) == "2024-01-04T06:00:00"
    error = refusal(path, single(time_format="%d/%m/%Y"))
    assert "`03.01.2024 6:00` is not written as `%d/%m/%Y`" in error.message
    assert "time_format" in (refusal(path, single()).help or "")


def test_a_missing_column_is_named(tmp_path):
    assert refusal(table(tmp_path, "2024-01-01,1", header="time,tmp"), single()).code == "RL402"


def test_gaps_are_told_unless_the_file_says_what_to_do(tmp_path):
    path = write_weather(
        tmp_path / "w.csv", hours=10, leave_out=lambda station, hour: station == "B" and hour in (4, 7)
    )
    with pytest.raises(
        DatasetError, match=r"2024-01-01T04:00:00 of series `B`: the timestep is missing; 2 timesteps .* 2 gaps"
    ):
        check_whole(read_series(path, dataset_of()), dataset_of())
