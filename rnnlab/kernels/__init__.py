"""SimpleRNN, LSTM and GRU over whole sequences in numba: exact, on CPUs, in float32.

Importing the room compiles the kernels, which takes some seconds the first time on a machine and about one afterwards.
"""

from rnnlab.kernels.compiled import use_cache

use_cache()  # before the first kernel is declared

from rnnlab.kernels.kinds import KINDS as KINDS  # noqa: E402
from rnnlab.kernels.kinds import Kind as Kind  # noqa: E402
from rnnlab.kernels.layout import Memory as Memory  # noqa: E402
from rnnlab.kernels.layout import Weights as Weights  # noqa: E402
from rnnlab.kernels.sequence import Forward as Forward  # noqa: E402
from rnnlab.kernels.sequence import Gradients as Gradients  # noqa: E402
from rnnlab.kernels.sequence import run_backward as run_backward  # noqa: E402
from rnnlab.kernels.sequence import run_forward as run_forward  # noqa: E402
