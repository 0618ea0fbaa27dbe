"""SimpleRNN, LSTM and GRU over whole sequences: exact, on CPUs, in float32.

`kernels.sequence` is the door. From the outside in: `sequence` runs a layer; `reading` knows where its inputs come from
and `schedule` who is computed when; `layout`, `packing` and `weights` arrange what goes in and comes out; `adam` is the
optimizer's step. All of that is Python, and computes by calling the `entries`.

What they lead to is written for numba, in `compiled`. The first time on a machine, `ahead` has another process compile
it, some twenty seconds, into a file of machine code, which `library` loads: in milliseconds, and without numba or LLVM
in the process. Where there can be no such file (not on Linux and x86-64), numba compiles in the process.
"""

from rnnlab.kernels.ahead import COMPILING as COMPILING
from rnnlab.kernels.ahead import await_compiled as await_compiled
from rnnlab.kernels.ahead import compile_ahead as compile_ahead
from rnnlab.kernels.ahead import kernels_compiled as kernels_compiled
from rnnlab.kernels.ahead import load_kernels as load_kernels
from rnnlab.kernels.cache import kernel_cache as kernel_cache
from rnnlab.kernels.cache import kernels_obstacle as kernels_obstacle
