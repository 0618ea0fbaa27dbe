"""Prediction without TensorFlow: shapes, masks, weights, cost, what sees the future, whether the head fits."""

from rnnlab.plan.bucketed import is_bucketed as is_bucketed
from rnnlab.plan.bucketed import open_plan as open_plan
from rnnlab.plan.causality import Ahead as Ahead
from rnnlab.plan.causality import looks_ahead as looks_ahead
from rnnlab.plan.causality import outputs_per_timestep as outputs_per_timestep
from rnnlab.plan.check import Checked as Checked
from rnnlab.plan.check import check_document as check_document
from rnnlab.plan.check import check_experiment as check_experiment
from rnnlab.plan.check import plan_model as plan_model
from rnnlab.plan.inference import InferencePlan as InferencePlan
from rnnlab.plan.inference import plan_inference as plan_inference
from rnnlab.plan.late import Obstacle as Obstacle
from rnnlab.plan.plan import ForecastPlan as ForecastPlan
from rnnlab.plan.plan import HeadPlan as HeadPlan
from rnnlab.plan.plan import LayerPlan as LayerPlan
from rnnlab.plan.plan import Plan as Plan
from rnnlab.plan.stateful import stateful_plan as stateful_plan
