"""A pace that is fitted to what was measured."""

import pytest

from rnnlab.plan.pace import Probed, Timing, Work
from rnnlab.run.pace import fit_pace


def work(operations, timesteps=10, kernel="numba"):
    batch = {"batch": 1.0, f"{kernel} operations": operations, f"{kernel} timesteps": timesteps}
    return Work((f"lstm {kernel}",), int(operations), batch, {"model": 1.0, f"{kernel} layers": 1.0}, 100, 1)


def law(each, kernel="numba"):
    return 0.002 + 3e-9 * each.batch[f"{kernel} operations"] + 5e-5 * each.batch[f"{kernel} timesteps"]


def timed(each, **kept):
    kernel = each.cells[0].split()[1]
    return Probed(each, Timing(**{"start": 0.7, "again": 0.05, "batch": law(each, kernel)} | kept))


def test_a_linear_law_is_found():
    works = [work(1e6), work(4e6, 30), work(2e7, 5), work(9e6, 80)]
    pace = fit_pace([timed(each) for each in works], workers=2, took=3.0)
    for each in [*works, work(5e6, 50)]:
        assert pace.steady(each) / each.batches == pytest.approx(law(each), rel=1e-3)
        assert pace.first(each) == pytest.approx(0.7, rel=1e-3)
    assert (pace.again, pace.workers, pace.probed, pace.took) == (0.05, 2, 4, 3.0)


def test_the_others_foretell_each_point_of_a_law_and_not_one_beside_it():
    works = [work(1e6), work(4e6), work(2e7), work(9e6), work(1.4e7)]
    assert fit_pace([timed(each) for each in works], workers=1, took=1.0).error < 0.02
    odd = [timed(each, batch=law(each) * (1.5 if index % 2 else 1.0)) for index, each in enumerate(works)]
    assert fit_pace(odd, workers=1, took=1.0).error > 0.1


def test_two_points_foretell_nothing():
    assert fit_pace([timed(work(1e6)), timed(work(2e6))], workers=1, took=1.0).error is None


def test_what_a_first_training_takes_longer_belongs_to_the_start_of_the_worker():
    first = [timed(work(1e6), start=2.7, ready=6.0, is_first=True) for _ in range(2)]
    pace = fit_pace([*first, timed(work(4e6)), timed(work(9e6))], workers=2, took=1.0)
    assert pace.boot == pytest.approx(6.0 + 2.0, rel=1e-2)
    assert pace.first(work(5e6)) == pytest.approx(0.7, rel=1e-2)
    assert pace.probed == 3


def test_a_space_of_one_shape_is_told_by_the_first_trainings_alone():
    pace = fit_pace([timed(work(1e6), start=2.7, ready=6.0, is_first=True)], workers=1, took=1.0)
    assert pace.first(work(1e6)) == pytest.approx(2.7, rel=1e-2)
    assert pace.steady(work(1e6)) == pytest.approx(100 * law(work(1e6)), rel=1e-2)
    assert pace.boot == pytest.approx(6.0, rel=1e-2)


def test_kernels_have_paces_of_their_own():
    works = [work(1e6), work(2e7), work(1e6, 20, "keras"), work(2e7, 40, "keras")]
    slow = [
        timed(each, batch=law(each, each.cells[0].split()[1]) * (1 + 9 * ("keras" in each.cells[0]))) for each in works
    ]
    pace = fit_pace(slow, workers=1, took=1.0)
    assert pace.knows(works[0])
    assert not pace.knows(work(1e6, 10, "xla"))
    assert pace.steady(works[3]) > 5 * pace.steady(works[1])
