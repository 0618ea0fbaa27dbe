"""The loop: an explicit state, listeners, checkpoints and exact resume."""

from rnnlab.train.checkpoint import Checkpoint as Checkpoint
from rnnlab.train.checkpoint import load_checkpoint as load_checkpoint
from rnnlab.train.checkpoint import save_checkpoint as save_checkpoint
from rnnlab.train.fit import Checkpointing as Checkpointing
from rnnlab.train.fit import Learner as Learner
from rnnlab.train.fit import evaluate as evaluate
from rnnlab.train.fit import fit as fit
from rnnlab.train.fit import make_learner as make_learner
from rnnlab.train.listener import Listener as Listener
from rnnlab.train.listener import Quiet as Quiet
from rnnlab.train.result import Epoch as Epoch
from rnnlab.train.result import Stop as Stop
from rnnlab.train.result import TrainingResult as TrainingResult
