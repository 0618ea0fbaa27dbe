"""The union of cells, for `layer: rnn`."""

from __future__ import annotations

from typing import Annotated, Literal

from rnnlab.cells.cell import Cell
from rnnlab.cells.gru import GRUCell
from rnnlab.cells.lstm import LSTMCell
from rnnlab.cells.simple_rnn import SimpleRNNCell
from rnnlab.plugging import PluginShelf
from rnnlab.spec import Choice, choices_of


class NamedSimpleRNNCell(SimpleRNNCell):
    """The simple recurrent cell (Elman 1990): U(F + U + 1) parameters."""

    cell: Literal["simple_rnn"] = "simple_rnn"


class NamedLSTMCell(LSTMCell):
    """The long short-term memory cell (Hochreiter & Schmidhuber 1997): 4U(F + U + 1) parameters."""

    cell: Literal["lstm"] = "lstm"


class NamedGRUCell(GRUCell):
    """The gated recurrent unit (Cho et al. 2014): 3U(F + U + 2) parameters."""

    cell: Literal["gru"] = "gru"


CellUnion = NamedSimpleRNNCell | NamedLSTMCell | NamedGRUCell
CELLS: dict[str, type[Cell]] = dict(choices_of(CellUnion, "cell"))  # type: ignore[arg-type]
AnyCell = Annotated[CellUnion, Choice("cell", shelf=PluginShelf("cell", Cell, CELLS))]
