"""Turns an object file into a shared library that the dynamic loader opens: users' machines have no linker.

It knows what LLVM emits for kernels on Linux and x86-64, position independent and in the small code model, and refuses
the rest. The library has two segments, each at the same place in memory as in the file: what is read and executed, then
what is written.

    ELF header, program headers, .hash, .dynsym, .dynstr, .rela, stubs, code and constants   | read, execute
    .dynamic, .got, data with addresses in them, zeros                                       | read, write

Source: System V ABI, chapters 4 (Object Files) and 5 (Dynamic Linking), and its AMD64 supplement, 4.4 (Relocation).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

HEADER, SECTION, SEGMENT = "<16sHHIQQQIHHHHHH", "<IIQQQQIIQQ", "<IIQQQQQQ"
SYMBOL, RELOCATION, ENTRY = "<IBBHQQ", "<QQq", "<qQ"
MAGIC = b"\x7fELF\x02\x01\x01" + bytes(9)  # 64 bits, little-endian, version 1, System V
RELOCATABLE, SHARED, X86_64 = 1, 3, 62
PROGBITS, SYMTAB, RELA, NOBITS = 1, 2, 4, 8  # section types
WRITE, ALLOC, TLS = 1, 2, 0x400  # section flags
LOAD, DYNAMIC, STACK = 1, 2, 0x6474E551  # segment types
EXECUTED, WRITTEN = 5, 6  # segment flags
GLOBAL, FUNCTION = 0x10, 0x12  # symbols
UNDEFINED, HERE, RESERVED = 0, 1, 0xFF00  # sections of symbols
DIRECT, PC32, PLT32, GLOB_DAT, RELATIVE, GOTS = 1, 2, 4, 6, 8, (9, 41, 42)  # relocations
PAGE, STUB, SLOT = 4096, 8, 8


class LinkError(Exception):
    """The object holds what this linker does not know."""


@dataclass
class Section:
    """A section of the object, and where it comes to lie."""

    name: str
    kind: int
    flags: int
    size: int
    alignment: int
    data: bytearray
    link: int
    info: int
    address: int = 0

    @property
    def kept(self) -> bool:
        """Return whether it is there at run time; nobody unwinds through kernels."""
        return bool(self.flags & ALLOC) and self.name != ".eh_frame"


@dataclass(frozen=True)
class Symbol:
    """A name of the object: `section` is a number, `place` counts from there."""

    name: str
    binding: int
    section: int
    place: int


@dataclass
class Library:
    """What is being put together.

    Attributes:
        sections: of the object.
        symbols: of the object.
        imported: names that the loader finds elsewhere.
        slots: the place of each symbol in .got, by its number.
        dynamic: relocations left to the loader: (address, kind, name, addend).
    """

    sections: list[Section]
    symbols: list[Symbol]
    imported: list[str] = field(default_factory=list)
    slots: dict[int, int] = field(default_factory=dict)
    dynamic: list[tuple[int, int, str, int]] = field(default_factory=list)
    stubs: int = 0
    got: int = 0

    def address(self, symbol: Symbol) -> int:
        """Return where a defined symbol lies."""
        return self.sections[symbol.section].address + symbol.place

    @property
    def exported(self) -> list[Symbol]:
        """Return what others may call."""
        return [each for each in self.symbols if each.binding == 1 and each.section != UNDEFINED]


def link(code: bytes) -> bytes:
    """Return a shared library with the global symbols of an object file.

    Raises:
        LinkError: the object is not what LLVM emits for kernels.
    """
    library = _read(code)
    relocations = [found for section in library.sections for found in _relocations(library, section)]
    for number in sorted({number for _, _, number, kind, _ in relocations if kind in GOTS or _is_far(library, number)}):
        library.slots[number] = SLOT * len(library.slots)
    library.imported = [library.symbols[n].name for n in library.slots if _is_far(library, n)]
    pointers = sum(kind == DIRECT for *_, kind, _ in relocations) + len(library.slots)
    tables = _Tables.of(library, pointers)
    end, start = _lay_out(library, tables)
    for section, place, number, kind, addend in relocations:
        _relocate(library, section, place, number, kind, addend)
    for number, slot in library.slots.items():
        symbol, at = library.symbols[number], library.got + slot
        far = symbol.section == UNDEFINED
        library.dynamic.append((at, GLOB_DAT, symbol.name, 0) if far else (at, RELATIVE, "", library.address(symbol)))
    return _write(library, tables, end, start)


def _read(code: bytes) -> Library:
    """Return the sections and symbols of an object file (chapter 4, ELF Header, Sections, Symbol Table)."""
    try:
        magic, kind, machine, _, _, _, at, _, _, _, _, _, count, names = struct.unpack_from(HEADER, code)
        rows = [struct.unpack_from(SECTION, code, at + place * struct.calcsize(SECTION)) for place in range(count)]
    except struct.error as error:
        raise LinkError(f"no object file: {error}") from error
    if (magic[:7], kind, machine) != (MAGIC[:7], RELOCATABLE, X86_64):
        raise LinkError("no object file of x86-64")
    strings = code[rows[names][4] :]
    sections = [
        Section(_name(strings, name), kind, flags, size, max(1, alignment),
                bytearray(b"" if kind == NOBITS else code[offset : offset + size]), link, info)
        for name, kind, flags, _, offset, size, link, info, alignment, _ in rows
    ]  # fmt: skip
    for section in sections:
        if section.kept and (section.kind not in (PROGBITS, NOBITS) or section.flags & TLS):
            raise LinkError(f"section {section.name} of type {section.kind}")
    table = next((each for each in sections if each.kind == SYMTAB), None)
    symbols = [] if table is None else list(_symbols(table.data, bytes(sections[table.link].data)))
    return Library(sections, symbols)


def _symbols(table: bytes | bytearray, names: bytes) -> Iterable[Symbol]:
    for name, info, _, section, place, _ in struct.iter_unpack(SYMBOL, table):
        if section >= RESERVED and info & 15 != 4:  # the name of the source file is the only one that is harmless
            raise LinkError(f"symbol {_name(names, name)} in section {section:#x}")
        yield Symbol(_name(names, name), info >> 4, section, place)


def _name(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode()


def _relocations(library: Library, table: Section) -> Iterable[tuple[Section, int, int, int, int]]:
    """Yield (section, place, number of the symbol, kind, addend) of a section with relocations."""
    if table.kind != RELA or not library.sections[table.info].kept:
        return
    for place, info, addend in struct.iter_unpack(RELOCATION, table.data):
        yield library.sections[table.info], place, info >> 32, info & 0xFFFFFFFF, addend


def _is_far(library: Library, number: int) -> bool:
    return library.symbols[number].section == UNDEFINED


@dataclass(frozen=True)
class _Tables:
    """What the loader reads: .hash, .dynsym, .dynstr and room for .rela (chapter 5, Dynamic Section, Hash Table)."""

    names: list[str]
    strings: bytes
    offsets: dict[str, int]
    pointers: int

    @staticmethod
    def of(library: Library, pointers: int) -> _Tables:
        names = [*library.imported, *(each.name for each in library.exported)]
        offsets, strings = {}, b"\0"
        for name in names:
            offsets[name] = len(strings)
            strings += name.encode() + b"\0"
        return _Tables(names, strings, offsets, pointers)

    @property
    def hash(self) -> bytes:
        """Return one bucket with all names in a chain: there are few."""
        count = len(self.names) + 1
        return struct.pack(f"<{3 + count}I", 1, count, min(1, count - 1), 0, *range(2, count), *[0] * (count > 1))

    def sizes(self) -> list[tuple[int, int]]:
        """Return size and alignment of .hash, .dynsym, .dynstr and .rela."""
        symbols = (len(self.names) + 1) * struct.calcsize(SYMBOL)
        return [(len(self.hash), 8), (symbols, 8), (len(self.strings), 1), (self.pointers * 24, 8)]

    def symbols(self, library: Library) -> bytes:
        """Return .dynsym: what is imported, then what is exported."""
        rows = [struct.pack(SYMBOL, 0, 0, 0, 0, 0, 0)]
        rows += [struct.pack(SYMBOL, self.offsets[name], GLOBAL, 0, UNDEFINED, 0, 0) for name in library.imported]
        for each in library.exported:
            at = library.address(each)
            rows.append(struct.pack(SYMBOL, self.offsets[each.name], FUNCTION, 0, HERE, at, 0))
        return b"".join(rows)


SEGMENTS, ENTRIES = 4, 10
HEADERS = struct.calcsize(HEADER) + SEGMENTS * struct.calcsize(SEGMENT)


def _places(tables: _Tables) -> tuple[list[int], int]:
    """Return where .hash, .dynsym, .dynstr and .rela begin, and where they end."""
    at, begins = HEADERS, []
    for size, alignment in tables.sizes():
        at += -at % alignment
        begins.append(at)
        at += size
    return begins, at


def _lay_out(library: Library, tables: _Tables) -> tuple[int, int]:
    """Give everything its address; return where the first segment ends, and where the second one begins."""
    _, at = _places(tables)
    library.stubs = at + -at % STUB
    at = library.stubs + STUB * len(library.slots)
    kept = [section for section in library.sections if section.kept]
    at = _place(at, [section for section in kept if not section.flags & WRITE])
    start = at + -at % PAGE
    library.got = start + ENTRIES * struct.calcsize(ENTRY)
    written = [section for section in kept if section.flags & WRITE]
    end = _place(library.got + SLOT * len(library.slots), [each for each in written if each.kind != NOBITS])
    _place(end, [each for each in written if each.kind == NOBITS])
    return at, start


def _place(at: int, sections: list[Section]) -> int:
    for section in sections:
        section.address = at + -at % section.alignment
        at = section.address + section.size
    return at


def _relocate(library: Library, section: Section, place: int, number: int, kind: int, addend: int) -> None:
    """Write an address into a section, or leave that to the loader (AMD64, table 4.9)."""
    symbol, here = library.symbols[number], section.address + place
    if kind == DIRECT and section.flags & WRITE:
        far = symbol.section == UNDEFINED
        library.dynamic.append(
            (here, DIRECT, symbol.name, addend) if far else (here, RELATIVE, "", library.address(symbol) + addend)
        )
        return
    if kind in GOTS:
        target = library.got + library.slots[number]
    elif kind == PLT32 and symbol.section == UNDEFINED:
        target = library.stubs + library.slots[number] // SLOT * STUB
    elif kind in (PC32, PLT32) and symbol.section != UNDEFINED and library.sections[symbol.section].kept:
        target = library.address(symbol)
    else:
        raise LinkError(f"relocation {kind} of {symbol.name or 'a section'} in {section.name}")
    struct.pack_into("<i", section.data, place, target + addend - here)


def _write(library: Library, tables: _Tables, end: int, start: int) -> bytes:
    """Return the file."""
    (hashed, symbols, strings, rela), _ = _places(tables)
    kept = [section for section in library.sections if section.kept]
    filled = max([library.got + SLOT * len(library.slots)] + [s.address + s.size for s in kept if s.kind != NOBITS])
    behind = max([filled] + [section.address + section.size for section in kept])
    out = bytearray(filled)
    dynamic = [(4, hashed), (5, strings), (6, symbols), (10, len(tables.strings)), (11, 24), (7, rela),
               (8, 24 * len(library.dynamic)), (9, 24), (30, 8), (0, 0)]  # fmt: skip
    parts = [
        (0, struct.pack(HEADER, MAGIC, SHARED, X86_64, 1, 0, 64, 0, 0, 64, 56, SEGMENTS, 64, 0, 0)),
        (64, struct.pack(SEGMENT, LOAD, EXECUTED, 0, 0, 0, end, end, PAGE)),
        (120, struct.pack(SEGMENT, LOAD, WRITTEN, start, start, start, filled - start, behind - start, PAGE)),
        (176, struct.pack(SEGMENT, DYNAMIC, WRITTEN, start, start, start, 16 * ENTRIES, 16 * ENTRIES, 8)),
        (232, struct.pack(SEGMENT, STACK, WRITTEN, 0, 0, 0, 0, 0, 16)),
        (hashed, tables.hash), (symbols, tables.symbols(library)), (strings, tables.strings),
        (rela, b"".join(_relocation(tables, *each) for each in library.dynamic)),
        (start, b"".join(struct.pack(ENTRY, *each) for each in dynamic)),
        *((section.address, bytes(section.data)) for section in kept if section.kind != NOBITS),
    ]  # fmt: skip
    for slot in library.slots.values():
        at = library.stubs + slot // SLOT * STUB
        parts.append((at, b"\xff\x25" + struct.pack("<i", library.got + slot - (at + 6))))  # jmp *slot(%rip)
    for at, data in parts:
        out[at : at + len(data)] = data
    return bytes(out)


def _relocation(tables: _Tables, at: int, kind: int, name: str, addend: int) -> bytes:
    symbol = tables.names.index(name) + 1 if name else 0
    return struct.pack(RELOCATION, at, symbol << 32 | kind, addend)
