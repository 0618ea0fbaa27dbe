"""Names that a person can remember and type."""

from __future__ import annotations

import re
import secrets

__all__ = ["random_name", "safe_folder"]

_FIRST = """
amber apt bold brave brisk calm clear clever cosy crisp deft eager early even fair fleet fond fresh gentle
glad golden grand green happy hardy keen kind light lively lucky mellow merry mild misty neat noble patient
plain polite proud quick quiet rapid ready rosy royal rustic serene sharp shy silent silver sleek smooth
snowy solid steady still sunny sure swift tidy vivid warm wise witty
"""
_SECOND = """
badger bear beaver bee bison cedar crane cricket crow deer dove eagle elk elm falcon fern finch fox gull
hare hawk heron ibis jay koala lark lemur linden lion lynx magpie maple marten mole moose newt oak orca
osprey otter owl panda pike pine plover puffin quail raven robin salmon seal shrew sparrow spruce stork swan
swift tern thrush tiger toad trout turtle vole walnut whale willow wolf wren
"""


def random_name() -> str:
    """Return a name such as `calm-heron-42`.

    Not MLflow's own: it draws from Python's global generator, so that a seeded run always gets the same name.
    """
    return f"{secrets.choice(_FIRST.split())}-{secrets.choice(_SECOND.split())}-{secrets.randbelow(90) + 10}"


def safe_folder(name: str) -> str:
    """Return the name as one folder that every file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).strip(".")[:100] or "_"
