"""Conditions as Python functions: written once from the checked tree, compiled, and called for every row.

The text that is compiled holds numbers and fixed words alone; every id and value of a catalogue stays an object that
it names by number. A condition `{all: [a, {any: [b, c]}]}` becomes

    def c0(view):                       def c1(o, p):
        o = view.outcomes                   t0, w0 = o[L1]
        p = view.proposal.outcomes          t1, w1 = p[L2]
        t0, w0 = found = o[L0]              if t0 or t1:
        if t0 is False:                         return True, (w0 if t0 else ()) + (w1 if t1 else ())
            return found                    if t0 is None or t1 is None:
        t1, w1 = found = c1(o, p)               return None, once([w0 if t0 is None else (), …])
        …                                   return False, w0 + w1

where `o` holds what each leaf comes to on the row, and `p` on the proposal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from riskassess.engine.leaves import Condition, Leaf, once


@dataclass(frozen=True, slots=True)
class Read:
    """A leaf, on the row at hand or on the proposal."""

    leaf: Leaf
    on_row: bool
    reads: frozenset[str]  # ids of the questions, facts and kinds of rows that may stand among its reasons


@dataclass(frozen=True, slots=True)
class Joined:
    how: Literal["all", "any", "not"]
    parts: tuple[Node, ...]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(part.reads for part in self.parts))


Node = Read | Joined


def emit(node: Node) -> Condition:
    """The condition as a function of a view."""
    if isinstance(node, Read):
        return _reader(node)
    text = _Text()
    name = text.function(node)
    names: dict[str, Any] = {"once": once, **{f"L{number}": leaf for leaf, number in text.leaves.items()}}
    entry = f"def condition(view):\n    return {name}(view.outcomes, view.proposal.outcomes)\n"
    exec(compile("\n".join([*text.functions, entry]), "<condition>", "exec"), names)  # noqa: S102
    condition: Condition = names["condition"]
    return condition


def _reader(node: Read) -> Condition:
    leaf = node.leaf
    if node.on_row:
        return lambda view: view.outcomes[leaf]
    return lambda view: view.proposal.outcomes[leaf]


class _Text:
    """The functions of one condition, inner ones first."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.leaves: dict[Leaf, int] = {}

    def function(self, node: Joined) -> str:
        """Write the node's function; its name."""
        calls = [self._call(part) for part in node.parts]
        lines = {"all": _all, "any": _any, "not": _not}[node.how](calls, _repeats(node))
        name = f"c{len(self.functions)}"
        self.functions.append("\n    ".join([f"def {name}(o, p):", *lines]))
        return name

    def _call(self, part: Node) -> str:
        if isinstance(part, Joined):
            return f"{self.function(part)}(o, p)"
        number = self.leaves.setdefault(part.leaf, len(self.leaves))
        return f"{'o' if part.on_row else 'p'}[L{number}]"


def _all(calls: list[str], repeats: bool) -> Iterator[str]:
    """The first part that is false decides; else all that is unknown, else everything."""
    count = range(len(calls))
    for n, call in enumerate(calls):
        yield f"t{n}, w{n} = found = {call}"
        yield f"if t{n} is False:"
        yield "    return found"
    yield f"if {' and '.join(f't{n}' for n in count)}:"
    yield f"    return True, {_together([f'w{n}' for n in count], repeats)}"
    yield f"return None, {_together([f'(() if t{n} else w{n})' for n in count], len(calls) > 1)}"


def _any(calls: list[str], repeats: bool) -> Iterator[str]:
    """Everything that is true; else all that is unknown, else everything."""
    count = range(len(calls))
    for n, call in enumerate(calls):
        yield f"t{n}, w{n} = {call}"
    yield f"if {' or '.join(f't{n}' for n in count)}:"
    yield f"    return True, {_together([f'(w{n} if t{n} else ())' for n in count], repeats)}"
    yield f"if {' or '.join(f't{n} is None' for n in count)}:"
    yield f"    return None, {_together([f'(w{n} if t{n} is None else ())' for n in count], len(calls) > 1)}"
    yield f"return False, {_together([f'w{n}' for n in count], repeats)}"


def _not(calls: list[str], repeats: bool) -> Iterator[str]:
    yield f"t0, w0 = {calls[0]}"
    yield "return (None if t0 is None else not t0), w0"


def _together(parts: list[str], repeats: bool) -> str:
    """Reasons one after the other. What is open may be so for one reason, so the unknown are always told once each."""
    return f"once([{', '.join(parts)}])" if repeats else " + ".join(parts)


def _repeats(node: Joined) -> bool:
    """Whether two parts may give one reason."""
    reads = [part.reads for part in node.parts]
    return sum(len(each) for each in reads) > len(frozenset().union(*reads))
