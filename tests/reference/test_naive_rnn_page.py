"""The code of docs/naive_rnn.md runs, and prints what the page says."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "naive_rnn.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_prints_what_it_says(capsys):
    names: dict[str, object] = {}
    blocks = BLOCK.findall(PAGE)
    assert [kind for kind, _ in blocks] == ["python", "text"] * 4
    for (_, code), (_, printed) in zip(blocks[::2], blocks[1::2], strict=True):
        exec(compile(code, "docs/naive_rnn.md", "exec"), names)
        assert capsys.readouterr().out == printed
