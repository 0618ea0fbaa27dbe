"""The shelf of tasks: what kind of target, which losses, metrics and baselines."""

from typing import Annotated

from rnnlab.spec import Choice
from rnnlab.tasks.classification import Classification as Classification
from rnnlab.tasks.forecasting import Forecasting as Forecasting
from rnnlab.tasks.language_model import LanguageModel as LanguageModel
from rnnlab.tasks.losses import LOSSES as LOSSES
from rnnlab.tasks.losses import AnyLoss as AnyLoss
from rnnlab.tasks.losses import HeadKind as HeadKind
from rnnlab.tasks.losses import Loss as Loss
from rnnlab.tasks.losses import Pinball as Pinball
from rnnlab.tasks.losses import read_loss as read_loss
from rnnlab.tasks.metrics import METRICS as METRICS
from rnnlab.tasks.metrics import Direction as Direction
from rnnlab.tasks.metrics import Metric as Metric
from rnnlab.tasks.metrics import direction_of as direction_of
from rnnlab.tasks.regression import Regression as Regression
from rnnlab.tasks.sequence_to_sequence import Beam as Beam
from rnnlab.tasks.sequence_to_sequence import Greedy as Greedy
from rnnlab.tasks.sequence_to_sequence import SequenceToSequence as SequenceToSequence
from rnnlab.tasks.tagging import Tagging as Tagging

AnyTask = Classification | Regression | SequenceToSequence | Tagging | LanguageModel | Forecasting
Task = Annotated[AnyTask, Choice("kind")]
