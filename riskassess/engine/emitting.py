"""Conditions as Python functions: written once from the checked tree, compiled, and called for every row.

The text that is compiled holds numbers and fixed words alone; every id and value of a catalogue stays an object that
it names by number. A condition `{all: [a, {any: [b, c]}]}` becomes

    def condition(o, p):
        t0, w0 = o[L0]
        if t0 is not False:
            t2, w2 = o[L1]
            t3, w3 = p[L2]
            if t2 or t3:
                t1 = True
                w1 = (w2 if t2 else ()) + (w3 if t3 else ())
            …
            if t1 is not False:
                return t0 and t1, …
            return False, w1
        return False, w0

where `o` holds what each leaf comes to on the row, and `p` on the proposal.
"""

from __future__ import annotations

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
    def on_row(self) -> bool:
        return any(part.on_row for part in self.parts)

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(part.reads for part in self.parts))


Node = Read | Joined


def emit(node: Node, decided_by: frozenset[str]) -> Condition:
    """The condition as a function of a view; `decided_by`: the questions that can change what it comes to."""
    text = _Text()
    truth, why = text.write(node, 1)
    names: dict[str, Any] = {"once": once, **{f"L{number}": leaf for leaf, number in text.leaves.items()}}
    lines = ["def condition(o, p):", *text.lines, f"    return {truth}, {why}"]
    exec(compile("\n".join(lines), "<condition>", "exec"), names)  # noqa: S102
    return Condition(names["condition"], decided_by)


class _Text:
    """The lines of one condition. Each part leaves its truth and its reasons in two variables of its own."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.leaves: dict[Leaf, int] = {}
        self._count = 0

    def write(self, node: Node, depth: int) -> tuple[str, str]:
        """Write the node's lines, this deep; the names of its truth and reasons."""
        truth, why = f"t{self._count}", f"w{self._count}"
        self._count += 1
        if isinstance(node, Read):
            number = self.leaves.setdefault(node.leaf, len(self.leaves))
            self._line(depth, f"{truth}, {why} = {'o' if node.on_row else 'p'}[L{number}]")
        elif node.how == "all":
            self._all(node, truth, why, depth)
        elif node.how == "any":
            self._any(node, truth, why, depth)
        else:
            inner, why = self.write(node.parts[0], depth)
            self._line(depth, f"{truth} = None if {inner} is None else not {inner}")
        return truth, why

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _all(self, node: Joined, truth: str, why: str, depth: int) -> None:
        """The first part that is false decides; else all that is unknown, else everything."""
        names, inside = [], depth
        for part in node.parts:
            names.append(self.write(part, inside))
            self._line(inside, f"if {names[-1][0]} is not False:")
            inside += 1
        everything = _together([w for _t, w in names], _repeats(node))
        unknown = _together([f"(() if {t} else {w})" for t, w in names], True)
        self._line(inside, f"if {' and '.join(t for t, _w in names)}: {truth} = True; {why} = {everything}")
        self._line(inside, f"else: {truth} = None; {why} = {unknown}")
        for _t, w in reversed(names):
            inside -= 1
            self._line(inside, f"else: {truth} = False; {why} = {w}")

    def _any(self, node: Joined, truth: str, why: str, depth: int) -> None:
        """Everything that is true; else all that is unknown, else everything."""
        names = [self.write(part, depth) for part in node.parts]
        repeats = _repeats(node)
        true = _together([f"({w} if {t} else ())" for t, w in names], repeats)
        unknown = _together([f"({w} if {t} is None else ())" for t, w in names], True)
        everything = _together([w for _t, w in names], repeats)
        self._line(depth, f"if {' or '.join(t for t, _w in names)}: {truth} = True; {why} = {true}")
        self._line(depth, f"elif {' or '.join(f'{t} is None' for t, _w in names)}: {truth} = None; {why} = {unknown}")
        self._line(depth, f"else: {truth} = False; {why} = {everything}")


def _together(parts: list[str], repeats: bool) -> str:
    """Reasons one after the other. What is open may be so for one reason, so the unknown are always told once each."""
    return f"once([{', '.join(parts)}])" if repeats else " + ".join(parts)


def _repeats(node: Joined) -> bool:
    """Whether two parts may give one reason."""
    reads = [part.reads for part in node.parts]
    return sum(len(each) for each in reads) > len(frozenset().union(*reads))
