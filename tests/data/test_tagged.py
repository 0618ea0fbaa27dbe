import numpy as np
import pytest

from rnnlab.data import dataset_summary, prepare
from rnnlab.data.tagged import read_tagged
from rnnlab.data.tagged_sentences import make_tagged_sentences
from rnnlab.datasets import ConllFormat, ConlluFormat, WordTagFormat
from rnnlab.errors import DatasetError

CONLL = "\ufeff-DOCSTART- -X- O O\n\nJordan NNP B-NP B-PER\nsmiled VBD B-VP O\r\n\n\n# SYM O O\n"


@pytest.fixture
def write(tmp_path):
    def run(text, name="x.conll"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return run


def test_columns_of_conll_are_token_and_last_column(write):
    found = read_tagged(write(CONLL), ConllFormat())
    assert found.tokens == (("Jordan", "smiled"), ("#",))
    assert found.tags == (("B-PER", "O"), ("O",))


def test_columns_of_conll_by_number_and_comments(write):
    found = read_tagged(write(CONLL), ConllFormat(token=1, tag=2, comment="# "))
    assert found.tags == (("NNP", "VBD"),)


def test_a_blank_inside_a_token_becomes_an_underscore(write):
    found = read_tagged(write("10\u00a0000 km\tB-Q\nx\tO\n"), ConllFormat())
    assert found.texts == ("10_000_km x",)


UNIVERSAL = """# sent_id = 1
# text = Vámonos al mar
1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
1\tVamos\tir\tVERB\tVB\t_\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\tPP\t_\t1\tobj\t_\t_
2.1\tir\tir\tVERB\tVB\t_\t_\t_\t_\t_

1\tNew York\tNew York\tPROPN\tNP\t_\t0\troot\t_\t_\r
2\t#\t#\tSYM\tSY\t_\t1\tdep\t_\t_
"""


def test_conllu_gives_its_words_and_nothing_else(write):
    found = read_tagged(write(UNIVERSAL, "x.conllu"), ConlluFormat())
    assert found.tokens == (("Vamos", "nos"), ("New_York", "#"))
    assert found.tags == (("VERB", "PRON"), ("PROPN", "SYM"))


def test_the_tags_of_conllu_are_one_of_its_columns(write):
    assert read_tagged(write(UNIVERSAL), ConlluFormat(tag="xpos")).tags[1] == ("NP", "SY")
    assert read_tagged(write(UNIVERSAL), ConlluFormat(tag="deprel")).tags[0] == ("root", "obj")


def test_word_tag_takes_the_last_separator(write):
    found = read_tagged(write("1/2/CD of/IN it/PRP\n\na/DT\n"), WordTagFormat())
    assert found.tokens == (("1/2", "of", "it"), ("a",))
    assert found.tags == (("CD", "IN", "PRP"), ("DT",))


@pytest.mark.parametrize(
    ("text", "layout", "code", "place"),
    [
        ("a O\nb\n", ConllFormat(), "RL420", "x.conll, line 2 has 1 column, and column 2 is asked for"),
        ("a O\n", ConllFormat(tag=4), "RL420", "line 1 has 2 columns, and column 4"),
        ("a\tO\n\tO\n", ConllFormat(), "RL420", "line 2: a token is empty"),
        ("a\t\n", ConllFormat(), "RL420", "line 1: a tag is empty"),
        ("a/X b\n", WordTagFormat(), "RL420", "line 1: `b` has no `/` before a tag"),
        ("a/\n", WordTagFormat(), "RL420", "line 1: a tag is empty"),
        (
            UNIVERSAL,
            ConllFormat(token=2, tag=4),
            "RL490",
            "x.conll is CoNLL-U, and read as plain columns: line 1 is a co",
        ),
        (UNIVERSAL, ConllFormat(comment="#"), "RL490", "line 3 is `1-2`"),
        ("a O\n", ConlluFormat(), "RL420", "line 1 is no line of CoNLL-U"),
        ("-DOCSTART- O\n\n", ConllFormat(), "RL406", "has no sentences"),
        (b"a O\n\xff O\n", ConllFormat(), "RL403", "line 2"),
        (" \n", ConllFormat(), "RL404", "is empty"),
    ],
)
def test_bad_files_say_where(write, text, layout, code, place):
    with pytest.raises(DatasetError) as caught:
        read_tagged(write(text), layout)
    assert caught.value.code == code
    assert place in caught.value.message


def sentences(count=20):
    return "\n\n".join(f"w{n} O\nBob B-PER\nw{n + 1} I-PER" + ("\nmore O" * (n % 3)) for n in range(count))


@pytest.mark.parametrize("side", ["pre", "post"])
def test_tags_stand_where_their_tokens_stand(experiment, write, tmp_path, side):
    write(sentences())
    file = experiment(
        dataset={"kind": "tagged", "path": "x.conll", "split": {"kind": "tail"}},
        text={"unit": "token", "vocabulary": 60},
        padding={"maxlen": 4, "padding": side, "truncating": side},
    )
    splits = prepare(file, tmp_path, target="tags", say=lambda line: None)
    assert splits.preparation.labels == ("B-PER", "I-PER", "O")
    train, vectorizer = splits.train, splits.preparation.texts["text"]
    bob, padded = vectorizer.ids["bob"], train.inputs["text"][:] == 0
    np.testing.assert_array_equal(train.targets["tags"][:][train.inputs["text"][:] == bob], 0)
    assert padded.any()
    assert (train.targets["tags"][:][padded] == 0).all()
    assert dataset_summary(splits)["classes"]["train"]["B-PER"] == 16
    assert splits.facts.targets["tags"].classes == 3


def test_a_tag_outside_the_labels_is_named(experiment, write, tmp_path):
    write(sentences())
    file = experiment(dataset={"kind": "tagged", "path": "x.conll", "labels": ["O", "B-PER"]})
    with pytest.raises(DatasetError, match=r"x.conll, sentence 1, token 3: `I-PER` is not among the labels"):
        prepare(file, tmp_path, target="tags", say=lambda line: None)


def test_generated_sentences_are_those_of_their_seed():
    first, again, other = (make_tagged_sentences(50, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert all(len(tokens) == len(tags) for tokens, tags in zip(first.tokens, first.tags, strict=True))
    assert first.texts[0] == " ".join(first.tokens[0])


def test_tokens_that_are_cut_away_are_told(experiment, write, tmp_path):
    write(sentences())
    dataset = {"kind": "tagged", "path": "x.conll", "split": {"kind": "tail"}}
    text = {"unit": "token", "vocabulary": 45}
    told = {
        maxlen: prepare(
            experiment(dataset=dataset, text=text, padding={"maxlen": maxlen}), tmp_path, target="tags", say=print
        ).cautions
        for maxlen in (4, "longest")
    }
    cut = [caution.text for caution in told[4] if caution.kind == "cut_tags"]
    assert cut[0] == "5 of 63 train tokens are cut away at 4: not scored."
    assert not [caution for caution in told["longest"] if caution.kind == "cut_tags"]
