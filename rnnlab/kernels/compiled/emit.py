"""The kernels as a shared library: compiled by numba, written as an object file by LLVM, linked."""

from __future__ import annotations

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba import njit

from rnnlab.kernels.compiled.bodies import BODIES
from rnnlab.kernels.compiled.doors import ARRAY_TYPE, MEMORY, add_door
from rnnlab.kernels.compiled.linker import link
from rnnlab.kernels.compiled.options import options, signature


def emit_library() -> bytes:
    """Return a shared library with all kernels, for this processor.

    Raises:
        LinkError: LLVM wrote what the linker does not know.
    """
    doors, texts = ir.Module("doors"), []
    for kernel, body in BODIES.items():
        dispatcher = njit(
            signature(kernel), **options(kernel), no_cpython_wrapper=True, no_cfunc_wrapper=True
        )(body)  # fmt: skip
        (compiled,) = dispatcher.overloads.values()
        texts.append(compiled.library.get_llvm_str())
        add_door(doors, kernel, compiled)
    triple, cpu, features = compiled.target_context.codegen().magic_tuple()
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=cpu, features=features, opt=int(numba.config.OPT), reloc="pic", codemodel="default"
    )
    doors.triple, doors.data_layout = triple, str(machine.target_data)
    return link(machine.emit_object(_joined([str(doors), MEMORY, *texts], machine)))


def _joined(texts: list[str], machine: llvm.TargetMachine) -> llvm.ModuleRef:
    """Return one module with what the doors reach; nothing is optimised anew."""
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    whole = llvm.parse_assembly(texts[0])
    builder.getModulePassManager().run(whole, builder)
    exported = {kernel.name for kernel in BODIES} | {ARRAY_TYPE}
    for text in texts[1:]:
        whole.link_in(llvm.parse_assembly(text))
    for each in (*whole.functions, *whole.global_variables):
        if not each.is_declaration and each.name not in exported:
            each.linkage = "internal"
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(whole, builder)
    whole.verify()
    return whole
