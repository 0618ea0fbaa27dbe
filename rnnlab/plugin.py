"""What the spec file of a plugin imports: `from rnnlab.plugin import Cell, Weight`. Nothing here loads Keras.

docs/plugins.md is the guide; `rnnlab plugin check FILE` proves a plugin.
"""

from rnnlab.cells import BiasInitializer as BiasInitializer
from rnnlab.cells import Cell as Cell
from rnnlab.cells import Contradiction as Contradiction
from rnnlab.cells import StateSize as StateSize
from rnnlab.cells import Weight as Weight
from rnnlab.initializers import Activation as Activation
from rnnlab.initializers import Constraint as Constraint
from rnnlab.initializers import Initializer as Initializer
from rnnlab.initializers import Rate as Rate
from rnnlab.initializers import Regularizer as Regularizer
from rnnlab.layers import Layer as Layer
from rnnlab.layers import LayerProblemError as LayerProblemError
from rnnlab.layers import Mask as Mask
from rnnlab.layers import Planned as Planned
from rnnlab.layers import Shape as Shape
from rnnlab.layers import Signal as Signal
from rnnlab.layers import WeightedLayer as WeightedLayer
from rnnlab.layers.layer import NOT_KERAS as NOT_KERAS
from rnnlab.layers.layer import times as times
from rnnlab.layers.layer import volume as volume
from rnnlab.layers.sequence import leaks as leaks
from rnnlab.layers.sequence import read_numbers as read_numbers
from rnnlab.layers.sequence import read_sequence as read_sequence
from rnnlab.spec import Fraction as Fraction
from rnnlab.spec import NonNegative as NonNegative
from rnnlab.spec import Positive as Positive
from rnnlab.spec import PositiveInt as PositiveInt
