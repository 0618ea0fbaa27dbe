"""The shelf of recurrent cells: one file per cell, its keys, states, weights and cost."""

from rnnlab.cells.cell import BiasInitializer as BiasInitializer
from rnnlab.cells.cell import Cell as Cell
from rnnlab.cells.cell import Contradiction as Contradiction
from rnnlab.cells.cell import StateSize as StateSize
from rnnlab.cells.cell import Weight as Weight
from rnnlab.cells.choice import CELLS as CELLS
from rnnlab.cells.choice import AnyCell as AnyCell
from rnnlab.cells.gated import GatedCell as GatedCell
from rnnlab.cells.gru import GRUCell as GRUCell
from rnnlab.cells.lstm import LSTMCell as LSTMCell
from rnnlab.cells.simple_rnn import SimpleRNNCell as SimpleRNNCell
