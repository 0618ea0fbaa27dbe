"""English sentences of a small grammar with persons, places and organisations as BIO tags, made from a seed.

Three things make it a task: names that may be of either kind (Jordan, Ford), so that the words around them decide,
those behind as well as those before; names of several words; and new names that no training sentence has. A few
sentences fit a name of any kind: of a new one nobody can tell there, so that no model is right everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from rnnlab.data.tagged import Sentences

FIRST = ("Anna", "Boris", "Clara", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Karin", "Louis")
LAST = ("Abbott", "Berger", "Castillo", "Duval", "Eriksen", "Fischer", "Gupta", "Haddad", "Ivanov", "Jensen")
CITIES = ("Berlin", "Cairo", "Dublin", "Geneva", "Lagos", "Lima", "Mumbai", "Oslo", "Quito", "Rome", "Seoul", "Tokyo")
FIRMS = ("Apex", "Boreal", "Cobalt", "Delta", "Everest", "Fulcrum", "Granite", "Horizon", "Ionic", "Juniper")
EITHER = ("Austin", "Chelsea", "Florence", "Ford", "Jordan", "Lincoln", "Morgan", "Paris", "Sydney", "Washington")
SYLLABLES = ("ba", "cor", "den", "fa", "gil", "ho", "ka", "lem", "mo", "nar", "pel", "ri", "san", "tor", "vi", "zu")
COMPASS = ("New", "North", "South", "Port", "San", "East")
BUSINESS = ("Motors", "Bank", "Industries", "Airlines", "Group", "Energy")
DAYS = ("Monday", "Tuesday", "Thursday", "Friday", "Sunday")
KINDS = ("PER", "LOC", "ORG")
TEMPLATES = (
    "PER smiled at PER .",
    "PER was born in LOC .",
    "PER , a teacher from LOC , joined ORG last DAY .",
    "ORG hired PER as its new director .",
    "shares of ORG fell on DAY .",
    "the river runs through LOC and LOC .",
    "LOC lies north of LOC .",
    "LOC signed a treaty with LOC on DAY .",
    "LOC has nearly two million inhabitants .",
    "PER has nearly finished her second novel .",
    "ORG has nearly doubled its profit .",
    "PER told reporters that ORG would leave LOC .",
    "flights to LOC were late on DAY , said ORG .",
    "on DAY ORG opened a factory near LOC .",
    "the mayor of LOC thanked PER .",
    "PER and PER met on DAY .",
    "the lawyers of ORG and ORG met on DAY .",
    "nobody expected much of ANY .",
    "the paper wrote about ANY and ANY on DAY .",
    "she thought of ANY with a smile .",
    "PER moved from LOC to LOC .",
    "nobody in LOC remembers PER .",
)
NEW, AMBIGUOUS, LONG = 0.15, 0.35, 0.4  # shares of the names


def make_tagged_sentences(samples: int, seed: int) -> Sentences:
    """Return N sentences with a BIO tag for every token; the same for the same seed."""
    draw = random.Random(seed)
    pairs = [_sentence(draw) for _ in range(samples)]
    return Sentences(tuple(tokens for tokens, _ in pairs), tuple(tags for _, tags in pairs))


def _sentence(draw: random.Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens: list[str] = []
    tags: list[str] = []
    for word in _pick(draw, TEMPLATES).split():
        kind = _pick(draw, KINDS) if word == "ANY" else word
        if kind in KINDS:
            name = _name(draw, kind)
            tokens += name
            tags += [f"B-{kind}", *[f"I-{kind}"] * (len(name) - 1)]
        else:
            tokens.append(_pick(draw, DAYS) if word == "DAY" else word)
            tags.append("O")
    return tuple(tokens), tuple(tags)


def _name(draw: random.Random, kind: str) -> list[str]:
    """Return the words of a name of a person, a place or an organisation."""
    core = _core(draw, {"PER": FIRST, "LOC": CITIES, "ORG": FIRMS}[kind])
    if draw.random() >= LONG:
        return [core]
    if kind == "PER":
        return [core, _core(draw, LAST)]
    return [_pick(draw, COMPASS), core] if kind == "LOC" else [core, _pick(draw, BUSINESS)]


def _core(draw: random.Random, known: Sequence[str]) -> str:
    share = draw.random()
    if share < NEW:
        return "".join(_pick(draw, SYLLABLES) for _ in range(3)).capitalize()
    return _pick(draw, EITHER if share < NEW + AMBIGUOUS else known)


def _pick(draw: random.Random, among: Sequence[str]) -> str:
    # The stream of random() is promised for ever; that of choice() is not.
    return among[int(draw.random() * len(among))]
