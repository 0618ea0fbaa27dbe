"""What simple_rnn, lstm and gru share: a cell run over the timesteps, in one direction or both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.cells import Cell, Contradiction, GatedCell, Weight
from rnnlab.layers.layer import LayerProblemError, LookAhead, Planned, Signal, WeightedLayer, times
from rnnlab.layers.sequence import read_sequence
from rnnlab.spec import Reference, Tuple

MergeMode = Literal["concat", "sum", "mul", "ave"] | None
KERAS_DEPTH = 2
MASK_OBSTACLES = {
    "pre": "`padding.padding` is pre, cuDNN masks only what stands at the end",
    "any": "`masking` masks timesteps wherever they stand, cuDNN only those at the end",
    "gaps": "`dataset.gaps: mask` masks timesteps wherever they stand, cuDNN only those at the end",
}


class RecurrentLayer(WeightedLayer):
    """Cells run over the timesteps: (T, F) to (U,), or to (T, U) with `return_sequences`."""

    reads_sequence: ClassVar[bool] = True
    keeps_sequence: ClassVar[bool] = False

    return_sequences: bool | None = None
    """Give the output of every timestep instead of the last. Follows from the layers below unless given."""
    go_backwards: bool = False
    """Read the sequence from its end."""
    unroll: bool = False
    """Build the loop as one long graph: faster for very short sequences, slow to build for long ones."""
    bidirectional: bool = False
    """Run a second copy over the reversed sequence and merge the two."""
    merge_mode: MergeMode = "concat"
    """How the two directions are merged; null keeps them apart, as NAME.forward and NAME.backward."""
    initial_state: Reference | Annotated[tuple[Reference, ...], Tuple, Field(min_length=1)] | None = None
    """States to start from: the name of a recurrent layer (all its states), or a list of tensors in Keras's order,
    such as `[encoder.state_h, encoder.state_c]`. Zeros unless given."""

    @property
    def default_name(self) -> str:
        """Return the name that Keras would count from: the wrapper's, where there is one."""
        return "bidirectional" if self.bidirectional else self.layer

    @property
    def stacked(self) -> tuple[Cell, ...]:
        """Return the cells that each timestep runs through, the first one first."""
        raise NotImplementedError

    @property
    def states_readable(self) -> bool:
        """Return whether Keras can give the states away: it works out the shapes of two levels of lists, no more."""
        return all(cell.state_depth + (len(self.stacked) > 1) <= KERAS_DEPTH for cell in self.stacked)

    @property
    def output_units(self) -> int:
        """Return the numbers per timestep that come out."""
        return self.stacked[-1].output_size * (2 if self.bidirectional and self.merge_mode == "concat" else 1)

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        timesteps, features = read_sequence(self.layer, signal)
        returns = sequences if self.return_sequences is None else self.return_sequences
        if sequences and not returns:
            raise LayerProblemError(
                "RL205",
                "a layer below needs every timestep, but `return_sequences` is false",
                key="return_sequences",
                help="remove `return_sequences`: it follows from the layers below",
            )
        if self.go_backwards and returns and signal.mask:
            raise LayerProblemError(
                "RL213",
                "`go_backwards` turns the timesteps round, but the mask of the padding stays as it was",
                key="go_backwards",
                help="use `bidirectional: true`, or return only the last output",
            )
        shape = (timesteps, self.output_units) if returns else (self.output_units,)
        output = Signal(shape, mask=signal.mask if returns else None)
        apart = {"forward": output, "backward": output} if self.bidirectional and self.merge_mode is None else {}
        return Planned(
            output=output,
            states=apart | self._states(),
            weights=self._weights(features),
            formula=self._formula(features),
            flops=times(
                timesteps, self.directions * sum(cell.flops_per_timestep(f) for cell, f in self._fed(features))
            ),
            activations=times(timesteps, self.directions * sum(cell.numbers_per_timestep for cell in self.stacked)),
            keras_arguments=self._layer_arguments(returns),
        )

    @property
    def state_names(self) -> tuple[str, ...]:
        """Return the names of the states, in Keras's order: those of both directions where there are two."""
        return tuple(self._states())

    @property
    def initial_states(self) -> tuple[str, ...]:
        """Return the references of `initial_state`; empty where it is left out."""
        if self.initial_state is None:
            return ()
        return (self.initial_state,) if isinstance(self.initial_state, str) else self.initial_state

    @property
    def directions(self) -> int:
        """Return 2 when bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    def cudnn_obstacle(self, signal: Signal | None) -> str | None:
        """Return why cuDNN cannot compute the layer, or None where it can on a GPU.

        Args:
            signal: what it reads; None where only the keys are asked about.
        """
        return "cuDNN has no rnn of cells"

    @property
    def cudnn_obstacle_key(self) -> str | None:
        """Return the first key that cuDNN cannot follow, or None."""
        return None

    @property
    def numba_obstacle(self) -> str | None:
        """Return why rnnlab's own kernels cannot compute the layer, or None where they can."""
        return "there is no kernel of an rnn of cells"

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        if self.bidirectional:
            yield LookAhead(0, "reads the sequence from its end, too", "bidirectional")
        elif self.go_backwards:
            yield LookAhead(0, "reads the sequence from its end", "go_backwards")

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        if self.departs("merge_mode") and not self.bidirectional:
            yield Contradiction(
                "merge_mode",
                "`merge_mode` has no second direction to merge",
                "add `bidirectional: true`, or remove it",
            )
        if self.bidirectional and self.go_backwards:
            yield Contradiction(
                "go_backwards",
                "`go_backwards` only swaps the two directions of a bidirectional layer",
                "remove it",
            )

    def _fed(self, features: int) -> Iterator[tuple[Cell, int]]:
        """Yield (cell, numbers per timestep that it reads)."""
        for cell in self.stacked:
            yield cell, features
            features = cell.output_size

    def _states(self) -> dict[str, Signal]:
        """Return the states by name, in Keras's order."""
        one: dict[str, Signal] = {}
        for index, cell in enumerate(self.stacked):
            suffix = f"_{index}" if len(self.stacked) > 1 else ""
            one |= {f"{state}{suffix}": Signal((size,)) for state, size in cell.state_sizes().items()}
        if not self.bidirectional:
            return one
        return {f"{direction}_{name}": signal for direction in ("forward", "backward") for name, signal in one.items()}

    def _formula(self, features: int) -> str:
        terms = " + ".join(cell.formula(reads) for cell, reads in self._fed(features))
        if not self.bidirectional:
            return terms
        return f"2·({terms})" if len(self.stacked) > 1 else f"2·{terms}"

    def _weights(self, features: int) -> tuple[Weight, ...]:
        weights = self._one_direction(features)
        if not self.bidirectional:
            return weights
        return tuple(
            replace(weight, path=f"{direction}_{{name}}/{weight.path}")
            for direction in ("forward", "backward")
            for weight in weights
        )

    def _one_direction(self, features: int) -> tuple[Weight, ...]:
        raise NotImplementedError

    def _layer_arguments(self, returns: bool) -> dict[str, Any]:
        return {
            "return_sequences": returns,
            "go_backwards": self.go_backwards,
            "unroll": self.unroll,
            "trainable": self.trainable,
        }


class CellLayer(RecurrentLayer, GatedCell):
    """A layer of one built-in cell, whose keys are its own: simple_rnn, lstm, gru."""

    @property
    def stacked(self) -> tuple[Cell, ...]:
        """Return itself."""
        return (self,)

    def cudnn_obstacle(self, signal: Signal | None) -> str | None:
        """Return why cuDNN cannot compute the layer, or None where it can on a GPU.

        Args:
            signal: what it reads; None where only the keys are asked about.

        Source: `cudnn_ok` in keras/src/backend/tensorflow/rnn.py.
        """
        if self.keras_cell == "simple_rnn_cell":
            return "cuDNN has no simple_rnn"
        if key := self.cudnn_obstacle_key:
            value = self._cudnn_wants()[key]
            return f"`{key}` is not {str(value).lower() if isinstance(value, bool) else value}"
        if signal and signal.mask:
            return MASK_OBSTACLES.get(signal.mask.side)
        return None

    @property
    def cudnn_obstacle_key(self) -> str | None:
        """Return the first key that cuDNN cannot follow, or None."""
        return next((key for key, value in self._cudnn_wants().items() if getattr(self, key) != value), None)

    @property
    def numba_obstacle(self) -> str | None:
        """Return why rnnlab's own kernels cannot compute the layer, or None where they can."""
        wanted = {"activation": "tanh", "recurrent_activation": "sigmoid", "unroll": False}
        departing = (key for key, value in wanted.items() if getattr(self, key, value) != value)
        key = next(departing, None)
        return f"`{key}` is not {str(wanted[key]).lower()}" if key else None

    def _cudnn_wants(self) -> dict[str, str | bool | int]:
        if self.keras_cell == "simple_rnn_cell":
            return {}
        wanted: dict[str, str | bool | int] = {
            "activation": "tanh",
            "recurrent_activation": "sigmoid",
            "use_bias": True,
            "unroll": False,
            "recurrent_dropout": 0,
        }
        return wanted | {"reset_after": True} if self.keras_cell == "gru_cell" else wanted

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from GatedCell.contradictions(self)
        yield from RecurrentLayer.contradictions(self)

    def _one_direction(self, features: int) -> tuple[Weight, ...]:
        return tuple(replace(weight, path=f"{self.keras_cell}/{weight.path}") for weight in self.weights(features))

    def _layer_arguments(self, returns: bool) -> dict[str, Any]:
        return self.keras_arguments() | super()._layer_arguments(returns)
