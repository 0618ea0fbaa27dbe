"""The `optimizer` section, with Keras's own names and defaults."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.spec import Choice, NonNegative, Positive, PositiveInt, Spec, Tuple

Decay = Annotated[float, Field(ge=0, lt=1)]


class _Schedule(Spec):
    keras_class: ClassVar[str]
    initial_learning_rate: Positive
    """Learning rate at step 0."""

    def keras_arguments(self) -> dict[str, Any]:
        """Return the arguments of the Keras schedule."""
        return self.model_dump(exclude={"kind"}, exclude_none=True)


class ExponentialDecay(_Schedule):
    """rate · decay_rate^(step / decay_steps)."""

    keras_class = "ExponentialDecay"
    kind: Literal["exponential_decay"] = "exponential_decay"
    decay_steps: PositiveInt
    """Steps (batches) to decay once by `decay_rate`."""
    decay_rate: Positive
    """Factor per `decay_steps`."""
    staircase: bool = False
    """Decay in jumps, at whole multiples of `decay_steps`."""


class CosineDecay(_Schedule):
    """Half a cosine from the initial rate (or after a warm-up) to alpha times it."""

    keras_class = "CosineDecay"
    kind: Literal["cosine_decay"] = "cosine_decay"
    decay_steps: PositiveInt
    """Steps (batches) until the end of the cosine."""
    alpha: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Last learning rate as a fraction of the initial one."""
    warmup_target: Positive | None = None
    """Learning rate to warm up to before the decay; needs `warmup_steps`."""
    warmup_steps: Annotated[int, Field(ge=0)] = 0
    """Steps of linear warm-up."""


class PolynomialDecay(_Schedule):
    """Polynomial from the initial rate to the end rate."""

    keras_class = "PolynomialDecay"
    kind: Literal["polynomial_decay"] = "polynomial_decay"
    decay_steps: PositiveInt
    """Steps (batches) until the end rate."""
    end_learning_rate: Positive = 1e-4
    """Last learning rate."""
    power: Positive = 1.0
    """1 is linear."""
    cycle: bool = False
    """Start again after `decay_steps`."""


class InverseTimeDecay(_Schedule):
    """rate / (1 + decay_rate · step / decay_steps)."""

    keras_class = "InverseTimeDecay"
    kind: Literal["inverse_time_decay"] = "inverse_time_decay"
    decay_steps: PositiveInt
    """Steps (batches) per unit of decay."""
    decay_rate: Positive
    """How fast it decays."""
    staircase: bool = False
    """Decay in jumps."""


class PiecewiseConstantDecay(Spec):
    """A constant rate between boundaries."""

    keras_class: ClassVar[str] = "PiecewiseConstantDecay"
    kind: Literal["piecewise_constant_decay"] = "piecewise_constant_decay"
    boundaries: Annotated[tuple[PositiveInt, ...], Tuple, Field(min_length=1)]
    """Steps (batches) at which the rate changes, ascending."""
    values: Annotated[tuple[Positive, ...], Tuple, Field(min_length=2)]
    """Learning rates: one more than there are boundaries."""

    def keras_arguments(self) -> dict[str, Any]:
        """Return the arguments of the Keras schedule."""
        return {"boundaries": list(self.boundaries), "values": list(self.values)}


Schedule = Annotated[
    ExponentialDecay | CosineDecay | PolynomialDecay | InverseTimeDecay | PiecewiseConstantDecay, Choice("kind")
]


class _Optimizer(Spec):
    keras_class: ClassVar[str]
    learning_rate: Positive | Schedule = 1e-3
    """A number, or a schedule by step: `{kind: cosine_decay, initial_learning_rate: …, decay_steps: …}`."""
    weight_decay: NonNegative | None = None
    """Decoupled weight decay per step."""
    clipnorm: Positive | None = None
    """Clip the gradient of each weight to this norm."""
    global_clipnorm: Positive | None = None
    """Clip the gradient of all weights together to this norm."""
    clipvalue: Positive | None = None
    """Clip every element of the gradient to this absolute value."""

    def keras_arguments(self) -> dict[str, Any]:
        """Return the arguments of the Keras optimizer, but for the learning rate."""
        return self.model_dump(exclude={"kind", "learning_rate"}, exclude_none=True)

    def slots(self) -> int:
        """Return how many numbers the optimizer keeps for each trainable parameter."""
        raise NotImplementedError


class _Adaptive(_Optimizer):
    beta_1: Decay = 0.9
    """Decay of the mean of gradients."""
    beta_2: Decay = 0.999
    """Decay of the mean of squared gradients."""
    epsilon: Positive = 1e-7
    """Added to the denominator."""

    def slots(self) -> int:
        """Return 2: the mean and the mean square."""
        return 2


class Adam(_Adaptive):
    """Kingma & Ba 2015."""

    keras_class = "Adam"
    kind: Literal["adam"] = "adam"
    amsgrad: bool = False
    """Keep the maximum of the mean squares (Reddi et al. 2018)."""

    def slots(self) -> int:
        """Return 2, or 3 with amsgrad."""
        return 3 if self.amsgrad else 2


class AdamW(_Adaptive):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    keras_class = "AdamW"
    kind: Literal["adamw"] = "adamw"
    weight_decay: NonNegative = 0.004
    """Decoupled weight decay per step."""
    amsgrad: bool = False
    """Keep the maximum of the mean squares."""

    def slots(self) -> int:
        """Return 2, or 3 with amsgrad."""
        return 3 if self.amsgrad else 2


class Nadam(_Adaptive):
    """Adam with Nesterov momentum (Dozat 2016)."""

    keras_class = "Nadam"
    kind: Literal["nadam"] = "nadam"


class Adamax(_Adaptive):
    """Adam with the infinity norm (Kingma & Ba 2015, section 7)."""

    keras_class = "Adamax"
    kind: Literal["adamax"] = "adamax"


class RMSprop(_Optimizer):
    """Tieleman & Hinton 2012."""

    keras_class = "RMSprop"
    kind: Literal["rmsprop"] = "rmsprop"
    rho: Decay = 0.9
    """Decay of the mean of squared gradients."""
    momentum: Decay = 0.0
    """Momentum."""
    epsilon: Positive = 1e-7
    """Added to the denominator."""
    centered: bool = False
    """Divide by the variance instead of the mean square."""

    def slots(self) -> int:
        """Return 1, one more with momentum, one more when centered."""
        return 1 + (self.momentum > 0) + self.centered


class SGD(_Optimizer):
    """Gradient descent, with momentum if wanted."""

    keras_class = "SGD"
    kind: Literal["sgd"] = "sgd"
    learning_rate: Positive | Schedule = 0.01
    """A number, or a schedule by step."""
    momentum: Decay = 0.0
    """Momentum."""
    nesterov: bool = False
    """Nesterov momentum; needs `momentum`."""

    def slots(self) -> int:
        """Return 1 with momentum, else 0."""
        return int(self.momentum > 0)


class Adagrad(_Optimizer):
    """Duchi et al. 2011."""

    keras_class = "Adagrad"
    kind: Literal["adagrad"] = "adagrad"
    initial_accumulator_value: NonNegative = 0.1
    """First value of the sum of squares."""
    epsilon: Positive = 1e-7
    """Added to the denominator."""

    def slots(self) -> int:
        """Return 1: the sum of squares."""
        return 1


class Adadelta(_Optimizer):
    """Zeiler 2012."""

    keras_class = "Adadelta"
    kind: Literal["adadelta"] = "adadelta"
    rho: Decay = 0.95
    """Decay of the means."""
    epsilon: Positive = 1e-7
    """Added to the denominator."""

    def slots(self) -> int:
        """Return 2: squared gradients and squared updates."""
        return 2


class Lion(_Optimizer):
    """Chen et al. 2023."""

    keras_class = "Lion"
    kind: Literal["lion"] = "lion"
    beta_1: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Rate to combine the gradient with the momentum."""
    beta_2: Decay = 0.99
    """Decay of the momentum."""

    def slots(self) -> int:
        """Return 1: the momentum."""
        return 1


Optimizer = Annotated[
    Adam | AdamW | RMSprop | SGD | Nadam | Adagrad | Adadelta | Adamax | Lion, Choice("kind", short=True)
]
