"""The recurrent layers in plain NumPy: what Keras's must compute, forward and backward through time.

Nothing here is fast, and nothing is used in training: it is there to be read, and to hold other kernels against.
"""

from rnnlab.reference.activations import Activation as Activation
from rnnlab.reference.activations import Array as Array
from rnnlab.reference.cell import Cell as Cell
from rnnlab.reference.gru import GRU as GRU
from rnnlab.reference.loop import Forward as Forward
from rnnlab.reference.loop import Gradients as Gradients
from rnnlab.reference.loop import backward as backward
from rnnlab.reference.loop import forward as forward
from rnnlab.reference.lstm import LSTM as LSTM
from rnnlab.reference.simple_rnn import SimpleRNN as SimpleRNN
