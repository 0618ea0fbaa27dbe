import random
import re

from rnnlab.track.names import random_name, safe_folder


def test_names_can_be_typed():
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d\d", random_name())


def test_a_seed_does_not_decide_the_name():
    names = set()
    for _ in range(5):
        random.seed(7)
        names.add(random_name())
    assert len(names) > 1


def test_naming_leaves_the_global_generator_alone():
    random.seed(7)
    expected = random.random()
    random.seed(7)
    random_name()
    assert random.random() == expected


def test_experiment_names_become_one_folder():
    assert safe_folder("a b/../c") == "a_b_.._c"
    assert safe_folder("..") == "_"
