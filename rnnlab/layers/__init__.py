"""The shelf of layer kinds: one file per kind, its keys, outputs, weights, mask rule, cost and Keras class.

A new kind is one file here and one line in `AnyLayer`.
"""

from typing import Annotated

from rnnlab.layers.dense import Dense
from rnnlab.layers.dropout import Dropout
from rnnlab.layers.embedding import Embedding
from rnnlab.layers.global_average_pooling1d import GlobalAveragePooling1D
from rnnlab.layers.global_max_pooling1d import GlobalMaxPooling1D
from rnnlab.layers.gru import GRU
from rnnlab.layers.layer import Layer as Layer
from rnnlab.layers.layer import LayerProblemError as LayerProblemError
from rnnlab.layers.layer import Mask as Mask
from rnnlab.layers.layer import Planned as Planned
from rnnlab.layers.layer import Shape as Shape
from rnnlab.layers.layer import Signal as Signal
from rnnlab.layers.layer import WeightedLayer as WeightedLayer
from rnnlab.layers.layer_normalization import LayerNormalization
from rnnlab.layers.lstm import LSTM
from rnnlab.layers.names import count_names as count_names
from rnnlab.layers.recurrent import RecurrentLayer as RecurrentLayer
from rnnlab.layers.reuse import Reuse as Reuse
from rnnlab.layers.rnn import RNN
from rnnlab.layers.simple_rnn import SimpleRNN
from rnnlab.layers.spatial_dropout1d import SpatialDropout1D
from rnnlab.spec import Choice, choices_of

LayerUnion = (
    Embedding
    | SimpleRNN
    | LSTM
    | GRU
    | RNN
    | Dense
    | Dropout
    | SpatialDropout1D
    | LayerNormalization
    | GlobalMaxPooling1D
    | GlobalAveragePooling1D
    | Reuse
)
AnyLayer = Annotated[LayerUnion, Choice("layer", implied={"reuse": "reuse"})]
LAYERS = choices_of(LayerUnion, "layer")
