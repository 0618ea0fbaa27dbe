"""A saved model with its preparation: answers on new raw data."""

import rnnlab.build  # noqa: F401  before anything imports keras: it sets the backend and its log level
from rnnlab.prediction.decoding import Decoded as Decoded
from rnnlab.prediction.decoding import Hypotheses as Hypotheses
from rnnlab.prediction.decoding import beam as beam
from rnnlab.prediction.decoding import greedy as greedy
from rnnlab.prediction.model import SavedModel as SavedModel
from rnnlab.prediction.model import load_model as load_model
from rnnlab.prediction.predict import Evaluation as Evaluation
from rnnlab.prediction.predict import evaluate as evaluate
from rnnlab.prediction.predict import predict as predict
from rnnlab.prediction.predict import predict_texts as predict_texts
