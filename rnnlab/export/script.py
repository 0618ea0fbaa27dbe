"""A planned model as the Keras script that a person would write."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.export.layers import layer_call, state_counts, use_cudnn
from rnnlab.export.masks import Masks, apply_layer
from rnnlab.export.python import Call, Variable, assign, comment, docstring, visible, write
from rnnlab.export.training import compile_call, fit_keywords, pinball_lines
from rnnlab.layers import Shape, Signal
from rnnlab.plan import HeadPlan, LayerPlan, Plan
from rnnlab.plan.kernels import no_cudnn
from rnnlab.plan.wiring import base_of

TAKEN = {"keras", "layers", "model", "train"}
LABELS_SHOWN = 10
FEW_STATES = 2


def model_script(plan: Plan, experiment: Experiment) -> str:
    """Return a Python script that builds, and with data compiles, the model with Keras alone.

    It makes the layers in the order in which `rnnlab.build.build_model` does, so that the same seed gives the same
    initial weights.

    Raises:
        CallError: a layer comes from a plugin, so that Keras alone cannot build it.
    """
    if plan.plugins:
        names = ", ".join(f"`{name}`" for name in plan.plugins)
        raise CallError(f"a script has Keras's own layers only, but this model has some of the plugin {names}")
    return _Script(plan, experiment).text()


def write_script(script: str, path: Path) -> None:
    """Write the script as UTF-8.

    Raises:
        CallError: the file cannot be written.
    """
    try:
        path.write_text(script, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CallError(f"cannot write {path}: {error.strerror}") from error


class _Script:
    def __init__(self, plan: Plan, experiment: Experiment) -> None:
        self.plan = plan
        self.experiment = experiment
        self.names: dict[str, str] = {}
        self.shared = {layer.shared_with for layer in plan.layers if layer.shared_with}
        self.shared |= {layer.name for layer in plan.layers if layer.layer == "average_pooling1d" and layer.input.mask}
        self.whole = passed_whole(plan)
        # Layers and inputs choose before states and helping variables do.
        for name in (*plan.inputs, *(layer.name for layer in plan.layers)):
            self.choose(name, name)
        self.inputs = {name: self.variable(name) for name in plan.inputs}
        flagged = frozenset(name for name, signal in plan.inputs.items() if not signal.is_ids)
        self.masks = Masks(self.choose, flagged=flagged)

    def text(self) -> str:
        plan = self.plan
        lines = docstring(f"{plan.name}: a Keras model, written by `rnnlab export`.", self.experiment.description)
        lines += ["", "import keras", "from keras import layers", ""]
        lines += [f"keras.utils.set_random_seed({self.experiment.seed})"]
        lines += [write(Call("keras.config.set_dtype_policy", (plan.dtype,)))] if plan.dtype != "float32" else []
        lines.append("")
        if starts := self.experiment.model.starts_from:
            taken = ", ".join(starts.layers) if starts.layers else "the model"
            lines += comment(f"the file starts from the weights of the run {starts.run}: give them to {taken}")
        for name, signal in plan.inputs.items():
            lines += self.input_lines(name, signal)
        lines.append("")
        for layer in plan.layers:
            lines += self.layer_lines(layer)
        lines += ["", assign("model", self.model_call())]
        if plan.head:
            lines += pinball_lines(plan.head)
            lines += [write(compile_call(plan, plan.head, self.experiment.optimizer)), "", ""]
            lines += self.train_lines(plan.head)
        lines += ["", "", 'if __name__ == "__main__":', "    model.summary()"] if plan.head else ["model.summary()"]
        return "\n".join([*lines, ""])

    def choose(self, reference: str, wanted: str) -> str:
        """Return the variable of a reference, chosen once: no keyword, and nobody else's."""
        if reference not in self.names:
            taken = TAKEN | set(self.names.values())
            while wanted in taken or keyword.iskeyword(wanted):
                wanted += "_"
            self.names[reference] = wanted
        return self.names[reference]

    def variable(self, reference: str) -> Variable:
        return Variable(self.choose(reference, reference.replace(".", "_")))

    def input_lines(self, name: str, signal: Signal) -> list[str]:
        arguments = (("shape", signal.shape), ("dtype", signal.dtype), ("name", name))
        call = Call("keras.Input", (), tuple(each for each in arguments if each != ("dtype", "float32")))
        lines = comment(_say_input(signal)) if signal.is_ids else []
        return [*lines, assign(self.variable(name).name, call)]

    def layer_lines(self, layer: LayerPlan) -> list[str]:
        lines = [line for text in self.remarks(layer) for line in comment(text)]
        read = [self.variable(source) for source in layer.sources]
        maker: str | Call = layer_call(layer, self.plan.dtype)
        if layer.shared_with or layer.name in self.shared:
            owner = layer.shared_with or layer.name
            maker = self.choose(f"{owner} as a layer", f"{owner}_layer")
            lines += [] if layer.shared_with else [assign(maker, layer_call(layer, self.plan.dtype))]
        for mask in self.masks.needs(layer):
            lines += comment("true where there are data, for the layers to which Keras hands no mask on")
            lines.append(assign(self.masks.variable(mask).name, self.masks.value(mask, self.inputs)))
        applied = apply_layer(maker, layer, read, self.masks)
        self.masks.note(layer, read[0])
        lines += comment(applied.remark) if applied.remark else []
        lines += [assign(variable.name, value) for variable, value in applied.before]
        call = applied.value
        if layer.initial_state:
            call = replace(call, keywords=(("initial_state", self.nested(layer)), *call.keywords))
        return [*lines, assign(self.targets(layer), call)]

    def remarks(self, layer: LayerPlan) -> Iterator[str]:
        if layer.keras_arguments.get("mask_zero") and not layer.shared_with:
            yield "mask_zero: id 0 is padding, and the layers below skip it"
        file = getattr(self.experiment.model.layers[layer.entry], "weights_file", None)
        if file and not layer.shared_with:
            yield f"the file gives its rows the vectors of {visible(file)}: this script has only the initializer's"
        if layer.shared_with:
            yield f"the weights of `{layer.shared_with}` again"
        elif layer.layer in ("lstm", "gru") and use_cudnn(layer) != "auto":
            yield f"use_cudnn: {no_cudnn(layer.kernel_reason)}"

    def nested(self, layer: LayerPlan) -> Any:
        """Return the initial states as the layer wants them: in a list for each stacked cell with several."""
        owner = base_of(layer.initial_state[0])
        if owner in self.whole:
            return self.variable(f"{owner}.states")
        states = [self.variable(state) for state in layer.initial_state]
        return _group(states, state_counts(layer)) if state_counts(layer) else states

    def targets(self, layer: LayerPlan) -> tuple[Any, ...]:
        """Return what stands left of the `=`: the outputs, then the states, grouped as Keras gives them."""
        states = states_of(layer)
        names = [self.variable(reference) for reference in layer.tensors if reference not in states]
        if layer.name in self.whole:
            return (*names, Variable(f"*{self.variable(f'{layer.name}.states').name}"))
        rest = [self.variable(reference) for reference in states]
        counts = state_counts(layer)
        return (*names, *(_group(rest, counts) if rest and counts else rest))

    def model_call(self) -> Call:
        inputs = [self.variable(name) for name in self.plan.inputs]
        outputs = [self.variable(reference) for reference in self.plan.outputs]
        name = "".join(character if character.isalnum() else "_" for character in self.plan.name)
        return Call(
            "keras.Model",
            (),
            (
                ("inputs", inputs[0] if len(inputs) == 1 else inputs),
                ("outputs", outputs[0] if len(outputs) == 1 else outputs),
                ("name", name),
            ),
        )

    def train_lines(self, head: HeadPlan) -> list[str]:
        """Return a function that takes the arrays, and says what they have to be."""
        *names, aim = _arguments((*self.plan.inputs, head.target))
        data = [Variable(name) for name in names]
        target = Variable(aim)
        fit = Call(
            "model.fit",
            (data[0] if len(data) == 1 else data, target),
            (("validation_data", Variable("validation_data")), *fit_keywords(self.plan, self.experiment)),
        )
        lines = [f"def train({', '.join([*names, aim, 'validation_data=None'])}):"]
        for name, signal in zip(names, self.plan.inputs.values(), strict=True):
            lines += comment(f"{name}: {_say_array(signal)}", indent=4)
        lines += comment(f"{target.name}: {_say_target(head, self.plan)}", indent=4)
        if self.experiment.training.class_weight is not None:
            lines += comment("the file weighs the classes: give model.fit their class_weight", indent=4)
        return [*lines, f"    return {write(fit, indent=4, before=7)}"]


def _arguments(names: tuple[str, ...]) -> list[str]:
    """Return a parameter for each name: a column of a table can be called anything."""
    found: list[str] = []
    for name in names:
        argument = name if name.isascii() and name.isidentifier() else "target"
        while argument in (*found, *TAKEN, "validation_data") or keyword.iskeyword(argument):
            argument += "_"
        found.append(argument)
    return found


def states_of(layer: LayerPlan) -> tuple[str, ...]:
    """Return the references of the states that somebody reads."""
    return tuple(f"{layer.name}.{part}" for part in layer.states if part not in ("forward", "backward"))


def passed_whole(plan: Plan) -> set[str]:
    """Return the layers whose many states only ever start other layers of the same form, all together."""
    found = set()
    for layer in plan.layers:
        states = states_of(layer)
        readers = [each for each in plan.layers if set(each.initial_state) & set(states)]
        alike = all(each.initial_state == states and state_counts(each) == state_counts(layer) for each in readers)
        elsewhere = {*plan.outputs, *(source for each in plan.layers for source in each.sources)}
        if len(states) > FEW_STATES and readers and alike and not elsewhere & set(states):
            found.add(layer.name)
    return found


def _group(states: list[Any], counts: list[int]) -> list[Any]:
    """Return the states cell by cell: in a list where a cell has several."""
    found: list[Any] = []
    start = 0
    for count in counts:
        part = states[start : start + count]
        found.append(part if count > 1 else part[0])
        start += count
    return found


def _say_input(signal: Signal) -> str:
    if not signal.is_ids:
        gaps = signal.mask is not None and signal.mask.side == "gaps"
        return "numbers, the last of a timestep is 1 where it was observed" if gaps else "numbers"
    sides = {"pre": ", before the data", "post": ", behind the data"}
    padding = f"; 0 is padding{sides.get(signal.mask.side, '')}" if signal.mask else ""
    return f"ids below {signal.vocabulary}{padding}"


def _say_array(signal: Signal) -> str:
    return f"{signal.dtype} of shape {_show(signal.shape)}: {_say_input(signal)}"


def _say_target(head: HeadPlan, plan: Plan) -> str:
    (output,) = plan.outputs.values()
    if head.forecast:
        numbers = head.forecast.steps * head.forecast.targets
        return f"float32 of shape (samples, {numbers}), the forecast: timestep by timestep, target by target"
    if head.kind == "number":
        return "float32 of shape (samples, 1), the number to predict"
    names = head.labels or ()
    shown = ", ".join(f"{index} {visible(' '.join(name.split()))}" for index, name in enumerate(names[:LABELS_SHOWN]))
    labels = f": {shown}{', …' if len(names) > LABELS_SHOWN else ''}" if shown else ""
    if head.loss.one_hot:
        return f"float32 of shape (samples, {output.shape[0]}), 1 at the class and 0 elsewhere{labels}"
    what = "0 or 1" if head.kind == "binary" else f"the number of the class, from 0 to {(output.shape[0] or 1) - 1}"
    return f"int32 of shape (samples, 1), {what}{labels}"


def _show(shape: Shape) -> str:
    return f"({', '.join(['samples', *('timesteps' if size is None else str(size) for size in shape)])})"
