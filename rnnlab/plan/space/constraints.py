"""The language of `sweep.constraints`: one comparison of sums of products. Nothing in it is ever executed."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rnnlab.sizes import UNITS

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
DEEPEST = 20  # brackets within brackets
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign><=|>=|==|!=|[-<>+*/()]))"
)

Look = Callable[[str], float | None]
"""Returns the number that a name stands for; None where it has none."""


class ConstraintError(Exception):
    """The text is no constraint.

    Attributes:
        start: offset of what is wrong, in the text.
        end: where it ends.
        help: what to write.
    """

    def __init__(self, message: str, start: int, end: int, help: str | None = None) -> None:
        self.start = start
        self.end = max(end, start + 1)
        self.help = help
        super().__init__(message)


@dataclass(frozen=True)
class Number:
    """A number, in bytes where a unit was given."""

    value: float


@dataclass(frozen=True)
class Quantity:
    """A path of the file or a number of the plan.

    Attributes:
        start: its offset in the text.
    """

    name: str
    start: int


@dataclass(frozen=True)
class Operation:
    """Two terms and the sign between them."""

    sign: str
    left: Term
    right: Term


Term = Number | Quantity | Operation


@dataclass(frozen=True)
class Constraint:
    """A comparison that must hold of every trial."""

    text: str
    sign: str
    left: Term
    right: Term

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Return what it names, from left to right."""
        return tuple([*_quantities(self.left), *_quantities(self.right)])

    def missed(self, look: Look) -> str | None:
        """Return both sides where it does not hold: `8 >= 16`; None where it does, or a number is unknown."""
        try:
            left, right = value_of(self.left, look), value_of(self.right, look)
        except ArithmeticError:
            return "it divides by zero"
        if left is None or right is None or COMPARISONS[self.sign](left, right):
            return None
        return f"{_show(left)} {self.sign} {_show(right)}"


def value_of(term: Term, look: Look) -> float | None:
    """Return the number that a term comes to; None where one of its numbers is unknown.

    Raises:
        ArithmeticError: it divides by zero, or is too large.
    """
    if isinstance(term, Number):
        return term.value
    if isinstance(term, Quantity):
        return look(term.name)
    left, right = value_of(term.left, look), value_of(term.right, look)
    return None if left is None or right is None else ARITHMETIC[term.sign](left, right)


def parse_constraint(text: str) -> Constraint:
    """Return the constraint that a text is: `model.layers.rnn.units >= 2 * model.layers.dense.units`.

    Raises:
        ConstraintError: it is none.
    """
    reader = _Reader(text)
    left = reader.sum()
    sign = reader.take("sign", *COMPARISONS)
    if sign is None:
        raise reader.wanted("a comparison", "write < <= > >= == or !=")
    right = reader.sum()
    if not reader.is_done:
        again = reader.peek in COMPARISONS
        raise reader.wanted(
            "the end", "one comparison each: list two" if again else "the signs are + - * / and < <= > >= == !="
        )
    constraint = Constraint(text, sign, left, right)
    if not constraint.quantities:
        raise ConstraintError("it names nothing of a trial", 0, len(text), "name a path, or `parameters`")
    return constraint


class _Reader:
    """Reads a text token by token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    @property
    def is_done(self) -> bool:
        """Return whether only blanks are left."""
        return not self.text[self.position :].strip()

    @property
    def peek(self) -> str:
        """Return the next token."""
        match = _TOKEN.match(self.text, self.position)
        return match.group().strip() if match else self.text[self.position :].strip()[:1]

    def take(self, kind: str, *known: str) -> str | None:
        """Return the next token where it is of a kind and among those that are known, and go behind it."""
        match = _TOKEN.match(self.text, self.position)
        if match is None or match.group(kind) is None or (known and match.group(kind) not in known):
            return None
        self.position = match.end()
        return match.group(kind)

    def wanted(self, what: str, help: str | None = None) -> ConstraintError:
        """Return the error that the next token is not what was wanted."""
        start = self.position + len(self.text[self.position :]) - len(self.text[self.position :].lstrip())
        found = f"found `{self.peek}`" if not self.is_done else "it ends here"
        if self.is_done:
            start = max(len(self.text.rstrip()) - 1, 0)
        return ConstraintError(f"{what} was wanted, {found}", start, start + len(self.peek), help)

    def sum(self) -> Term:
        """Return products joined by + and -."""
        term = self.product()
        while sign := self.take("sign", "+", "-"):
            term = Operation(sign, term, self.product())
        return term

    def product(self) -> Term:
        """Return factors joined by * and /."""
        term = self.factor()
        while sign := self.take("sign", "*", "/"):
            term = Operation(sign, term, self.factor())
        return term

    def factor(self) -> Term:
        """Return a number, a name, or a sum in brackets."""
        if self.take("sign", "-"):
            return Operation("-", Number(0), self.nested(self.factor))
        if self.take("sign", "("):
            term = self.nested(self.sum)
            if self.take("sign", ")") is None:
                raise self.wanted("`)`")
            return term
        if number := self.take("number"):
            value = float(number) if re.search("[.eE]", number) else int(number)
            unit = self.take("name", *UNITS)
            return Number(value * UNITS[unit] if unit else value)
        name = self.take("name")
        if name is None:
            raise self.wanted("a path or a number")
        return Quantity(name, self.position - len(name))

    def nested(self, read: Callable[[], Term]) -> Term:
        """Return what is read within brackets, or behind a minus."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wanted(f"at most {DEEPEST} brackets within each other")
        term = read()
        self.depth -= 1
        return term


def _quantities(term: Term) -> Iterator[Quantity]:
    if isinstance(term, Quantity):
        yield term
    elif isinstance(term, Operation):
        yield from _quantities(term.left)
        yield from _quantities(term.right)


def _show(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
