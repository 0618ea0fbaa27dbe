"""Object files made into libraries that the dynamic loader opens."""

import ctypes
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")
TINY = """
@table = internal constant [4 x i64] [i64 3, i64 5, i64 7, i64 11]
@third = internal constant ptr getelementptr ([4 x i64], ptr @table, i64 0, i64 2)
@calls = internal global i64 0
@step = global i64 1
@PyExc_TypeError = external global ptr
declare ptr @malloc(i64)
declare void @free(ptr)

define double @half(double %x) {
  %y = fmul double %x, 0.5
  ret double %y
}

define i64 @through_memory(i64 %x) {
  %memory = call ptr @malloc(i64 64)
  store volatile i64 %x, ptr %memory
  %found = load volatile i64, ptr %memory
  call void @free(ptr %memory)
  ret i64 %found
}

define i64 @from_table() {
  %place = load volatile ptr, ptr @third
  %found = load i64, ptr %place
  ret i64 %found
}

define i64 @count() {
  %step = load volatile i64, ptr @step
  %calls = load volatile i64, ptr @calls
  %more = add i64 %calls, %step
  store volatile i64 %more, ptr @calls
  ret i64 %more
}

define i64 @error_type() {
  %found = load ptr, ptr @PyExc_TypeError
  %number = ptrtoint ptr %found to i64
  ret i64 %number
}
"""


def emit(code: str, *, reloc: str = "pic") -> bytes:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    machine = llvm.Target.from_triple(triple).create_target_machine(opt=3, reloc=reloc, codemodel="default")
    return machine.emit_object(llvm.parse_assembly(f'target triple = "{triple}"\n{code}'))


def load(code: str, folder) -> ctypes.CDLL:
    from rnnlab.kernels.compiled.linker import link

    path = folder / "tiny.so"
    path.write_bytes(link(emit(code)))
    return ctypes.CDLL(str(path))


def test_code_constants_numbers_that_change_and_functions_from_elsewhere(tmp_path):
    library = load(TINY, tmp_path)
    library.half.restype, library.half.argtypes = ctypes.c_double, [ctypes.c_double]
    for name in ("through_memory", "from_table", "count", "error_type"):
        getattr(library, name).restype = ctypes.c_int64
    assert library.half(3.0) == 1.5
    assert library.through_memory(42) == 42
    assert library.from_table() == 7
    assert [library.count(), library.count()] == [1, 2]
    ctypes.c_int64.in_dll(library, "step").value = 10
    assert library.count() == 12
    assert library.error_type() == id(TypeError)


def test_what_is_internal_cannot_be_found(tmp_path):
    assert not hasattr(load(TINY, tmp_path), "table")


def test_a_name_that_nobody_has_is_refused_by_the_loader(tmp_path):
    with pytest.raises(OSError, match="undefined symbol: nobody_has_it"):
        load("declare void @nobody_has_it()\ndefine void @call() {\ncall void @nobody_has_it()\nret void\n}", tmp_path)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("@own = thread_local global i64 1", "section .tdata"),
        ("@shared = common global i64 0", "symbol shared in section"),
        ("@far = external hidden global i64\ndefine i64 @get() {\n%x = load i64, ptr @far\nret i64 %x\n}",
         "relocation 2 of far in .text"),
    ],
)  # fmt: skip
def test_what_the_linker_does_not_know_is_refused(code, told):
    from rnnlab.kernels.compiled.linker import LinkError, link

    with pytest.raises(LinkError, match=told):
        link(emit(code))


def test_code_that_must_lie_at_one_place_is_refused():
    from rnnlab.kernels.compiled.linker import LinkError, link

    table = "@table = internal constant [2 x i64] [i64 3, i64 5]\n"
    code = "define ptr @get(i64 %i) {\n%p = getelementptr [2 x i64], ptr @table, i64 0, i64 %i\nret ptr %p\n}"
    with pytest.raises(LinkError, match="relocation"):
        link(emit(table + code, reloc="static"))


@pytest.mark.parametrize("code", [b"", b"\x7fELF", bytes(4096), b"MZ" + bytes(4096)])
def test_what_is_no_object_file_is_refused(code):
    from rnnlab.kernels.compiled.linker import LinkError, link

    with pytest.raises(LinkError, match="no object file"):
        link(code)


def test_an_object_file_cut_short_is_refused():
    from rnnlab.kernels.compiled.linker import LinkError, link

    code = emit(TINY)
    for size in range(0, len(code) - 1, 37):
        with pytest.raises(LinkError):
            link(code[:size])
