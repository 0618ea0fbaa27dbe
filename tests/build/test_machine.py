import os

import pytest

pytestmark = pytest.mark.tensorflow


def test_the_machine_has_the_cores_of_this_process_and_its_versions():
    import keras
    import tensorflow as tf

    from rnnlab.build import configure
    from rnnlab.runtime import Runtime

    machine = configure(Runtime(), 7)
    assert machine.threads == len(os.sched_getaffinity(0))
    assert machine.versions == {"tensorflow": tf.__version__, "keras": keras.__version__}


def test_a_tensorflow_that_already_runs_is_used_as_it_is_if_it_has_the_wanted_threads():
    import tensorflow as tf

    from rnnlab.build import configure
    from rnnlab.runtime import Runtime

    tf.zeros(1) + 1
    assert configure(Runtime(), 7) == configure(Runtime(threads=len(os.sched_getaffinity(0))), 7)


def test_other_threads_are_refused_once_tensorflow_runs():
    import tensorflow as tf

    from rnnlab.build import configure
    from rnnlab.errors import CallError
    from rnnlab.runtime import Runtime

    tf.zeros(1) + 1
    with pytest.raises(CallError, match="already runs in this process"):
        configure(Runtime(threads=len(os.sched_getaffinity(0)) + 1), 7)


@pytest.mark.parametrize("keys", [{"devices": "gpu"}, {"kernel": "cudnn"}])
def test_a_gpu_that_is_demanded_but_not_there_is_refused(keys):
    import tensorflow as tf

    from rnnlab.build import configure
    from rnnlab.errors import CallError
    from rnnlab.runtime import Runtime

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    ((key, value),) = keys.items()
    with pytest.raises(CallError, match=rf"error\[RL502\].*`runtime\.{key}: {value}`"):
        configure(Runtime(**keys), 7)


def test_the_seed_decides_the_initial_weights(assemble):
    first, again, other = (assemble(f"seed={seed}").learner().model.get_weights()[0].tobytes() for seed in (3, 3, 4))
    assert first == again
    assert first != other
