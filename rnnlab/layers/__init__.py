"""The shelf of layer kinds: one file per kind, its keys, outputs, weights, mask rule, cost and Keras class.

A new kind is one file here and one line in `AnyLayer`.
"""

from typing import Annotated

from rnnlab.layers.activation import Activation
from rnnlab.layers.add import Add
from rnnlab.layers.additive_attention import AdditiveAttention
from rnnlab.layers.attending import CALL_ARGUMENTS as CALL_ARGUMENTS
from rnnlab.layers.attention import Attention
from rnnlab.layers.average_pooling1d import AveragePooling1D
from rnnlab.layers.batch_normalization import BatchNormalization
from rnnlab.layers.concatenate import Concatenate
from rnnlab.layers.conv1d import Conv1D
from rnnlab.layers.conv_lstm1d import ConvLSTM1D
from rnnlab.layers.conv_lstm2d import ConvLSTM2D
from rnnlab.layers.dense import Dense
from rnnlab.layers.dropout import Dropout
from rnnlab.layers.embedding import Embedding
from rnnlab.layers.flatten import Flatten
from rnnlab.layers.gaussian_noise import GaussianNoise
from rnnlab.layers.global_average_pooling1d import GlobalAveragePooling1D
from rnnlab.layers.global_max_pooling1d import GlobalMaxPooling1D
from rnnlab.layers.gru import GRU
from rnnlab.layers.layer import Layer as Layer
from rnnlab.layers.layer import LayerProblemError as LayerProblemError
from rnnlab.layers.layer import LookAhead as LookAhead
from rnnlab.layers.layer import Mask as Mask
from rnnlab.layers.layer import Planned as Planned
from rnnlab.layers.layer import Shape as Shape
from rnnlab.layers.layer import Signal as Signal
from rnnlab.layers.layer import WeightedLayer as WeightedLayer
from rnnlab.layers.layer_normalization import LayerNormalization
from rnnlab.layers.lstm import LSTM
from rnnlab.layers.masking import Masking
from rnnlab.layers.max_pooling1d import MaxPooling1D
from rnnlab.layers.multi_head_attention import MultiHeadAttention
from rnnlab.layers.multiply import Multiply
from rnnlab.layers.names import count_names as count_names
from rnnlab.layers.permute import Permute
from rnnlab.layers.recurrent import RecurrentLayer as RecurrentLayer
from rnnlab.layers.repeat_vector import RepeatVector
from rnnlab.layers.reshape import Reshape
from rnnlab.layers.reuse import Reuse as Reuse
from rnnlab.layers.rnn import RNN
from rnnlab.layers.sequence import show_dimensions as show_dimensions
from rnnlab.layers.simple_rnn import SimpleRNN
from rnnlab.layers.spatial_dropout1d import SpatialDropout1D
from rnnlab.layers.time_distributed import TimeDistributed
from rnnlab.plugging import PluginShelf
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
    | Masking
    | TimeDistributed
    | Conv1D
    | MaxPooling1D
    | AveragePooling1D
    | RepeatVector
    | Flatten
    | Reshape
    | Permute
    | Activation
    | BatchNormalization
    | GaussianNoise
    | Concatenate
    | Add
    | Multiply
    | Attention
    | AdditiveAttention
    | MultiHeadAttention
    | ConvLSTM1D
    | ConvLSTM2D
    | Reuse
)
LAYERS = choices_of(LayerUnion, "layer")
AnyLayer = Annotated[LayerUnion, Choice("layer", implied={"reuse": "reuse"}, shelf=PluginShelf("layer", Layer, LAYERS))]
