"""A saved model with its preparation: answers on new raw data."""

import rnnlab.build  # noqa: F401  before anything imports keras: it sets the backend and its log level
from rnnlab.prediction.answers import answer as answer
from rnnlab.prediction.evaluation import Evaluation as Evaluation
from rnnlab.prediction.evaluation import evaluate as evaluate
from rnnlab.prediction.model import SavedModel as SavedModel
from rnnlab.prediction.model import load_model as load_model
from rnnlab.prediction.predict import activations as activations
from rnnlab.prediction.predict import predict as predict
from rnnlab.prediction.sample import Sample as Sample
from rnnlab.prediction.sample import sample as sample
from rnnlab.prediction.states import write_arrays as write_arrays
