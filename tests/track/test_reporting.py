import pytest

from rnnlab.errors import StoreError
from rnnlab.track.reporting import reported, store_error


class Database:
    uri = "postgresql://me:secret@host/db"

    def __init__(self, *answers):
        self.answers = list(answers)

    @reported("write", (OSError,))
    def write(self):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_what_a_library_raises_is_one_line_with_the_cause():
    cause = OSError("disk full at postgresql://me:secret@host/db\nmore")
    with pytest.raises(StoreError) as raised:
        Database(cause).write()
    text = str(raised.value)
    assert text == "cannot write in postgresql://me:***@host/db: disk full at postgresql://me:***@host/db"
    assert raised.value.__cause__ is cause


def test_a_locked_database_is_tried_again():
    locked = OSError("(sqlite3.OperationalError) database is locked")
    assert Database(locked, locked, "written").write() == "written"


def test_a_database_that_stays_locked_is_an_error_in_the_end():
    database = Database(*[OSError("database is locked")] * 9)
    with pytest.raises(StoreError, match="database is locked"):
        database.write()
    assert database.answers


def test_other_errors_are_not_tried_again():
    database = Database(OSError("disk full"), "written")
    with pytest.raises(StoreError):
        database.write()
    assert database.answers == ["written"]


def test_a_defect_stays_a_defect():
    with pytest.raises(ZeroDivisionError):
        Database(ZeroDivisionError()).write()


def test_an_error_without_words_is_named_by_its_class():
    assert str(store_error("cannot read", OSError())) == "cannot read: OSError"
