"""`layer: rnn`: one cell or several stacked ones, run over the timesteps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.cells import AnyCell, Cell, Contradiction, Weight
from rnnlab.layers.layer import frozen_contradictions
from rnnlab.layers.recurrent import RecurrentLayer
from rnnlab.plugging import class_name
from rnnlab.spec import Tuple


class RNN(RecurrentLayer):
    """Cells run over the timesteps, each reading the one before it: (T, F) to the last cell's (U,)."""

    keras_class: ClassVar[str] = "RNN"
    layer: Literal["rnn"] = "rnn"
    cells: Annotated[tuple[AnyCell, ...], Tuple, Field(min_length=1)]
    """The cells, the first one first: `[{cell: lstm, units: 10}, {cell: gru, units: 5}]`."""

    @property
    def stacked(self) -> tuple[Cell, ...]:
        """Return the cells."""
        return self.cells

    @property
    def cell_names(self) -> tuple[str, ...]:
        """Return the Keras names of the cells: counted where a kind stands more than once."""
        counts: dict[str, int] = {}
        names = []
        for cell in self.cells:
            count = counts.get(cell.cell_name, 0)
            counts[cell.cell_name] = count + 1
            names.append(f"{cell.cell_name}_{count}" if count else cell.cell_name)
        return tuple(names)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        for index, cell in enumerate(self.cells):
            frozen = () if self.trainable else frozen_contradictions(cell)
            for problem in (*cell.contradictions(), *frozen):
                yield replace(problem, path=("cells", index))

    def _one_direction(self, features: int) -> tuple[Weight, ...]:
        stack = "stacked_rnn_cells/" if len(self.cells) > 1 else ""
        return tuple(
            replace(weight, path=f"{stack}{name}/{weight.path}")
            for (cell, reads), name in zip(self._fed(features), self.cell_names, strict=True)
            for weight in cell.weights(reads)
        )

    def _layer_arguments(self, returns: bool) -> dict[str, Any]:
        cells = [
            (class_name(type(cell), cell.keras_cell_class), {"name": name, **cell.keras_arguments()})
            for cell, name in zip(self.cells, self.cell_names, strict=True)
        ]
        return {"cells": cells} | super()._layer_arguments(returns)
