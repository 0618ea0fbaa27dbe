"""Bad tagged sentences, pairs of texts and running texts."""

from typing import Any

from .case import Case

CONLL = "The\tO\nCat\tB-X\n\nA\tO\nDog\tB-X\n\n" * 12
UNIVERSAL = ("1-2\tal" + "\t_" * 8 + "\n1\ta\t_\tADP" + "\t_" * 6 + "\n2\tel\t_\tDET" + "\t_" * 6 + "\n\n") * 12
WORD_TAG = "the/O cat/B\na/O dog/B\n" * 12
PAIRS = "source,target\n" + "ab,ba\nabc,cba\n" * 12


def tagged(name: str, content: Any, **keys: Any) -> Case:
    return Case(
        f"tagged-{name}", {"sentences.txt": content}, {"kind": "tagged", "path": "sentences.txt"} | keys, "tags"
    )


def pairs(name: str, content: Any, **keys: Any) -> Case:
    return Case(f"pairs-{name}", {"pairs.csv": content}, {"kind": "text_pairs", "path": "pairs.csv"} | keys, "sequence")


def running(name: str, content: Any, sections: Any = None, **keys: Any) -> Case:
    task = {"task": {"kind": "language_model", "window": 4}, "text": {"unit": "character", "vocabulary": 40}}
    dataset = {"kind": "text_file", "path": "book.txt"} | keys
    return Case(f"running-{name}", {"book.txt": content}, dataset, "continuation", task | (sections or {}))


CASES = (
    tagged("empty", ""),
    tagged("blank-lines-only", "\n\n \n"),
    tagged("documents-only", "-DOCSTART- O\n\n-DOCSTART- O\n"),
    tagged("one-column", CONLL + "lonely\n"),
    tagged("column-missing", CONLL, format={"kind": "conll", "tag": 4}),
    tagged("tag-empty", CONLL + "Bird\t\n"),
    tagged("token-empty", CONLL + "\tB-X\n"),
    tagged("latin-1", (CONLL + "caf\xe9\tO\n").encode("latin-1")),
    tagged("utf-16", CONLL.encode("utf-16")),
    tagged("nul", CONLL + "a\0\tO\n"),
    tagged("word-tag-without-tag", WORD_TAG + "bird\n", format="word_tag"),
    tagged("word-tag-tag-empty", WORD_TAG + "bird/\n", format="word_tag"),
    tagged("word-tag-token-empty", WORD_TAG + "/O\n", format="word_tag"),
    tagged("word-tag-other-separator", WORD_TAG.replace("/", "_"), format="word_tag"),
    tagged("conll-read-as-word-tag", CONLL, format="word_tag"),
    tagged("conllu-read-as-conll", UNIVERSAL, format={"kind": "conll", "token": 2, "tag": 4}),
    tagged("conllu-nine-columns", UNIVERSAL + "1\ta" + "\t_" * 7 + "\n", format="conllu"),
    tagged("conllu-without-numbers", UNIVERSAL + "a\ta" + "\t_" * 8 + "\n", format="conllu"),
    tagged("tag-not-listed", CONLL + "Bird\tB-Y\n", labels=["O", "B-X"]),
    tagged("tags-differ-in-a-hidden-sign", CONLL + "Bird\tB-X\u200b\n"),
    tagged("one-tag", CONLL.replace("B-X", "O")),
    tagged("one-sentence", "The\tO\nCat\tB-X\n"),
    tagged("tag-unseen-in-train", CONLL + "Bird\tB-Y\n\n", split={"kind": "tail"}),
    pairs("empty", ""),
    pairs("column-missing", PAIRS.replace("target", "answer", 1)),
    pairs("source-missing", PAIRS + ",ba\n"),
    pairs("target-missing", PAIRS + "ab,\n"),
    pairs("target-of-blanks", PAIRS + "ab,  \n"),
    pairs("one-pair", "source,target\nab,ba\n"),
    running("empty", ""),
    running("blanks", " \n\n"),
    running("latin-1", ("caf\xe9 " * 9).encode("latin-1")),
    running("utf-16", ("cafe " * 9).encode("utf-16")),
    running("nul", "cafe\0" * 9),
    running("one-sign", "a"),
    running("five-signs", "abcde"),
    running("no-words", "!? " * 99, {"text": {"unit": "word", "vocabulary": 40}}),
    running("folder", lambda path: path.mkdir()),
)
