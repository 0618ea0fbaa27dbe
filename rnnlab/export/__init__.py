"""The planned model for other eyes: a plain Keras script, and a diagram; neither needs TensorFlow.

The diagram's file imports matplotlib, so it is imported by its own name.
"""

from rnnlab.export.script import model_script as model_script
from rnnlab.export.script import write_script as write_script
