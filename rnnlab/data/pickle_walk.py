"""A look at a pickle before it is read: whether what it makes of its bytes fits into the memory.

A pickle of 20 bytes can ask for a memo of 16 GiB, a list for each byte, or a text of a tebibyte. Here nothing is made:
a regular expression passes over the numbers, so that six million of them take 0.2 seconds.

Source: the opcodes of pickle protocols 0 to 4, Lib/pickletools.py.
"""

from __future__ import annotations

import pickle
import re

PLAIN = re.compile(rb"(?:[Kqh\x80].|M..|[Jj]....|[N\x88\x89(aeb\x94]|[ILVSg][^\n]*\n)*+", re.DOTALL)
"""Numbers, none, marks, appends, BUILD, and a memo that grows by one: each makes at most some 20 bytes of one byte."""
OBJECTS = b"])lt\x85\x86\x87R"
"""Lists, tuples and calls: some 60 bytes of one byte."""
LENGTHS = {b"\x8a": 1, b"U": 1, b"C": 1, b"\x8c": 1, b"T": 4, b"B": 4, b"X": 4}
"""Bytes of the length that stands before a long number, bytes or a text."""
FRAME = b"\x95"
LONG_BINPUT = b"r"
OTHER_VALUES = b"GF}dsu"  # real numbers and dictionaries
PUT = re.compile(rb"p([0-9]{1,10})\n")
GLOBAL = re.compile(rb"c[^\n]*\n[^\n]*\n")
STACK_GLOBAL = b"\x93"
BYTES_EACH = 4  # of a list, a tuple or a call: an honest list of one number takes five
FEW = 1024  # objects that any file may have


def check_pickle(content: bytes, place: int) -> None:
    """Pass over the opcodes of a pickle up to its end.

    Args:
        content: what the pickle stands in.
        place: where it begins.

    Raises:
        UnpicklingError: it has an opcode that no array of lists needs.
        ValueError: it is cut, it holds something else than whole numbers, or it asks for more than its bytes can hold.
    """
    start, objects = place, 0
    while True:
        place = _after_plain(content, place)
        code = content[place : place + 1]
        if code == b".":
            return
        if code and code in OBJECTS:
            place += 1
            objects += 1
            if objects > FEW + (place - start) // BYTES_EACH:
                raise ValueError("its pickle has more lists than numbers")
        else:
            place = _after(code, content, place)


def _after_plain(content: bytes, place: int) -> int:
    found = PLAIN.match(content, place)
    return found.end() if found else place


def _after(code: bytes, content: bytes, place: int) -> int:
    """Return where the next opcode stands.

    Raises:
        UnpicklingError: no array of lists needs the opcode.
        ValueError: what it asks for is not there.
    """
    if code == STACK_GLOBAL:
        return place + 1
    if code in LENGTHS:
        body = place + 1 + LENGTHS[code]
        return _within(content, body + int.from_bytes(content[place + 1 : body], "little"))
    if code == FRAME:
        _within(content, place + 9 + int.from_bytes(content[place + 1 : place + 9], "little"))
        return place + 9
    if code == LONG_BINPUT:
        return _memoized(content, place, int.from_bytes(content[place + 1 : place + 5], "little"), place + 5)
    if found := PUT.match(content, place):
        return _memoized(content, place, int(found[1]), found.end())
    if found := GLOBAL.match(content, place):
        return found.end()
    if not code or code in b"MJjKqhILVSgpc\x80":
        raise ValueError("its pickle is cut")
    if code in OTHER_VALUES:
        raise ValueError("one of its sequences holds something else than whole numbers")
    raise pickle.UnpicklingError(f"its pickle has the opcode 0x{code.hex()}, which no array of lists needs")


def _within(content: bytes, end: int) -> int:
    if end > len(content):
        raise ValueError(f"its pickle asks for {end - len(content):,} bytes more than it has")
    return end


def _memoized(content: bytes, place: int, index: int, end: int) -> int:
    """Return the end of an opcode that fills a place of the memo, whose size is the largest index."""
    if index > place:
        raise ValueError(f"its pickle numbers an object {index:,} among {place:,} bytes")
    return _within(content, end)
