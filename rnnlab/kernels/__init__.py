"""SimpleRNN, LSTM and GRU over whole sequences in numba: exact, on CPUs, in float32.

`kernels.sequence` is the door. Importing it compiles the kernels, which takes some twenty seconds the first time on a
machine and one afterwards; what stands here imports no numba, and `ahead` lets another process compile meanwhile.

From the outside in: `sequence` runs a layer; `reading` knows where its inputs come from and `schedule` who is computed
when; `loop` goes through the timesteps of a shard and `back` returns, with `cells` for what happens within one step;
`product` multiplies, `gradients` sums up for the weights; `vector` is the value that all of them compute with.
"""

from rnnlab.kernels.ahead import COMPILING as COMPILING
from rnnlab.kernels.ahead import await_compiled as await_compiled
from rnnlab.kernels.ahead import compile_ahead as compile_ahead
from rnnlab.kernels.ahead import load_kernels as load_kernels
from rnnlab.kernels.cache import kernel_cache as kernel_cache
from rnnlab.kernels.cache import kernels_compiled as kernels_compiled
from rnnlab.kernels.cache import kernels_obstacle as kernels_obstacle
