import pytest

from rnnlab.data.spans import is_bio, span_scores, spans_of, tag_scores


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O O", []),
        ("B-PER I-PER O B-LOC", [("PER", 0, 2), ("LOC", 3, 4)]),
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("B-PER I-LOC I-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),
        ("I-ORG I-ORG O I-ORG", [("ORG", 0, 2), ("ORG", 3, 4)]),
        ("B-A-B I-A-B", [("A-B", 0, 2)]),
    ],
)
def test_spans_are_those_of_conlleval(tags, spans):
    assert list(spans_of(tags.split())) == spans


def test_a_span_counts_where_type_and_both_ends_are_right():
    wanted = [["B-PER", "I-PER", "O", "B-LOC"], ["B-LOC", "O"]]
    found = [["B-PER", "O", "O", "B-LOC"], ["B-PER", "B-LOC"]]
    scores = span_scores(found, wanted)
    assert scores["all"] == {"precision": 1 / 4, "recall": 1 / 3, "f1-score": 2 / 7, "support": 3}
    assert scores["LOC"] == {"precision": 1 / 2, "recall": 1 / 2, "f1-score": 1 / 2, "support": 2}


def test_nothing_found_and_nothing_to_find_is_0():
    assert span_scores([["O"]], [["O"]])["all"]["f1-score"] == 0.0


@pytest.mark.parametrize(
    ("labels", "bio"),
    [(("B-X", "I-X", "O"), True), (("NN", "VB"), False), (("O", "I-X"), False), (("B-X", "E-X", "O"), False)],
)
def test_tags_mark_spans_where_all_are_bio(labels, bio):
    assert is_bio(labels) is bio


def test_tags_that_mark_no_spans_have_an_accuracy_only():
    assert tag_scores([[0, 1]], [[0, 0]], ("NN", "VB")) == {"accuracy": 0.5}
