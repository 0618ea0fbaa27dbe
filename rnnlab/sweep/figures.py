"""Pictures of a sweep by Optuna: history, parallel coordinates, importances, slices; as HTML and as PNG."""

from __future__ import annotations

import warnings
from typing import Any

import matplotlib
import numpy as np
import optuna
from matplotlib import pyplot
from matplotlib.figure import Figure
from optuna import visualization as interactive
from optuna.exceptions import ExperimentalWarning
from optuna.trial import TrialState, create_trial
from optuna.visualization import matplotlib as still

from rnnlab.sweep.names import short_names
from rnnlab.sweep.trial import REPEATED
from rnnlab.track.store import Store

FEWEST = 2  # complete trials that a picture needs
WIDTH, HEIGHT = 9.0, 4.5  # inches
PER_PLACE = 2.4  # inches of a picture that has a part for each place
PICTURES = ("history", "parallel_coordinate", "importances", "slice")
MARGINS = {
    "history": {"left": 0.1, "right": 0.75, "bottom": 0.13},
    "parallel_coordinate": {"bottom": 0.25},
    "importances": {"left": 0.25, "right": 0.95, "bottom": 0.13},
    "slice": {},  # a scale of colours has its place there, which adjusting does not move
}


def log_figures(store: Store, run_id: str, study: optuna.Study, objective: str) -> dict[str, str]:
    """Write the sweep's pictures into its parent run; return why those that are left out cannot be drawn, by name."""
    shown = readable(study)
    missing = undrawable(shown)
    if matplotlib.get_backend(auto_select=False) is None:
        matplotlib.use("agg")  # draws into memory, also where there is a display
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        for told in ("Some regimes for parameter", "Attempting to set identical low and high"):
            warnings.filterwarnings("ignore", message=told, category=UserWarning)
        for name in PICTURES:
            if name not in missing:
                store.log_figure(run_id, f"figures/{name}.html", _draw(interactive, name, shown, objective))
                store.log_figure(run_id, f"figures/{name}.png", _still(name, shown, objective))
    if missing:
        lines = (f"{name}: {reason}\n" for name, reason in missing.items())
        store.log_text(run_id, "figures/left_out.txt", "".join(lines))
    return missing


def readable(study: optuna.Study) -> optuna.Study:
    """Return a study whose trials have the numbers that the sweep gave them, and places their short names."""
    ended = {each.user_attrs["ended"]["number"]: each for each in study.trials if _is_trial(each)}
    names = short_names(list(dict.fromkeys(path for each in ended.values() for path in each.params)))
    shown = optuna.create_study(direction=study.direction)
    for number in range(max(ended, default=-1) + 1):
        each = ended.get(number)
        if each is None or each.state != TrialState.COMPLETE:
            shown.add_trial(create_trial(state=TrialState.FAIL))
            continue
        params = {names[path]: value for path, value in each.params.items()}
        ranges = {names[path]: given for path, given in each.distributions.items()}
        shown.add_trial(create_trial(value=each.value, params=params, distributions=ranges))
    return shown


def undrawable(study: optuna.Study) -> dict[str, str]:
    """Return why pictures cannot be drawn, by name."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < FEWEST:
        return dict.fromkeys(PICTURES, f"{len(complete)} of the trials have a value, and it takes {FEWEST}")
    common = set.intersection(*({*each.params} for each in complete))
    varying = [name for name in common if len({each.params[name] for each in complete}) > 1]
    if len(varying) < FEWEST:
        reason = f"places that vary in all trials that have a value: {len(varying)}, and it takes {FEWEST}"
        return {"parallel_coordinate": reason, "importances": reason}
    if len({each.value for each in complete}) == 1:
        return {"importances": "all trials have the same value"}
    return {}


def _is_trial(frozen: optuna.trial.FrozenTrial) -> bool:
    ended = frozen.user_attrs.get("ended")
    return ended is not None and ended["state"] != "invalid" and ended["number"] != REPEATED


def _draw(kind: Any, name: str, study: optuna.Study, objective: str) -> Any:
    """Return a picture of Optuna's plotly module, or of its matplotlib one."""
    if name == "history":
        return kind.plot_optimization_history(study, target_name=objective)
    if name == "parallel_coordinate":
        return kind.plot_parallel_coordinate(study, target_name=objective)
    if name == "importances":
        return kind.plot_param_importances(study, target_name=objective)
    return kind.plot_slice(study, target_name=objective)


def _still(name: str, study: optuna.Study, objective: str) -> Figure:
    axes = np.ravel(_draw(still, name, study, objective))[0]
    figure: Figure = axes.figure
    places = len({path for each in study.get_trials(deepcopy=False) for path in each.params})
    wide = name in ("parallel_coordinate", "slice")
    figure.set_size_inches(max(WIDTH, PER_PLACE * (places + 1)) if wide else WIDTH, HEIGHT)
    figure.set_layout_engine("none")  # axes that lie over each other, and legends beside them, suit no engine
    if MARGINS[name]:
        figure.subplots_adjust(**MARGINS[name])
    pyplot.close(figure)  # out of pyplot's list; it can still be written
    return figure
