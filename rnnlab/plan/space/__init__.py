"""The space of a sweep: its places, conditions, ties and constraints, and the files of its trials."""

from rnnlab.plan.space.goals import Goal as Goal
from rnnlab.plan.space.goals import goals_of as goals_of
from rnnlab.plan.space.limits import Limits as Limits
from rnnlab.plan.space.limits import limits_of as limits_of
from rnnlab.plan.space.limits import over_budget as over_budget
from rnnlab.plan.space.place import Condition as Condition
from rnnlab.plan.space.place import Place as Place
from rnnlab.plan.space.place import plain as plain
from rnnlab.plan.space.place import same as same
from rnnlab.plan.space.places import Chosen as Chosen
from rnnlab.plan.space.places import base_value as base_value
from rnnlab.plan.space.places import base_values as base_values
from rnnlab.plan.space.places import nodes_of as nodes_of
from rnnlab.plan.space.places import places_of as places_of
from rnnlab.plan.space.places import values_of as values_of
from rnnlab.plan.space.trials import trial_document as trial_document
