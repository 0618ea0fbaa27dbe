"""Runs side by side: what differs between them, and what came out."""

from rnnlab.compare.comparison import Comparison as Comparison
from rnnlab.compare.comparison import compare_runs as compare_runs
