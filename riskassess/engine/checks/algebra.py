"""Truth in two forms: plain booleans for one given world, and formulas of a solver for all worlds at once.

The same encoding of a catalogue is read in both forms, so that what a solver proves can be compared with what the
engine computes. The solver (package z3-solver) is optional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

Bit = Any  # a bool, or a formula of the solver
Name = tuple[str, ...]


def can_prove() -> bool:
    """Whether the solver is installed."""
    try:
        return find_spec("z3") is not None
    except ValueError:  # barred in this process
        return False


@cache
def solver() -> Any:
    """The solver's module, loaded when it is first needed: it takes longer than a whole check without it."""
    return import_module("z3")


class Three(NamedTuple):
    """A three-valued truth on two rails; neither is unknown."""

    true: Bit
    false: Bit


class Algebra(Protocol):
    def var(self, name: Name) -> Bit: ...
    def all(self, parts: Iterable[Bit]) -> Bit: ...
    def any(self, parts: Iterable[Bit]) -> Bit: ...
    def no(self, part: Bit) -> Bit: ...
    def at_least(self, least: int, parts: Iterable[Bit]) -> Bit: ...


class Plain:
    """Truth in one world: a variable is true where the world names it."""

    def __init__(self, world: Mapping[Name, bool]) -> None:
        self.world = world

    def var(self, name: Name) -> Bit:
        return self.world.get(name, False)

    def all(self, parts: Iterable[Bit]) -> Bit:
        return all(list(parts))

    def any(self, parts: Iterable[Bit]) -> Bit:
        return any(list(parts))

    def no(self, part: Bit) -> Bit:
        return not part

    def at_least(self, least: int, parts: Iterable[Bit]) -> Bit:
        return sum(bool(part) for part in parts) >= least


class Symbolic:
    """Truth in every world: formulas over the solver's variables; `tag` tells two worlds of one question apart."""

    def __init__(self, tag: str = "") -> None:
        self.tag = tag
        self.names: dict[Name, Bit] = {}

    def var(self, name: Name) -> Bit:
        if name not in self.names:
            self.names[name] = solver().Bool("/".join((*name, self.tag)))
        return self.names[name]

    def all(self, parts: Iterable[Bit]) -> Bit:
        found = [part for part in parts if part is not True]
        if any(part is False for part in found):
            return False
        return True if not found else found[0] if len(found) == 1 else solver().And(found)

    def any(self, parts: Iterable[Bit]) -> Bit:
        found = [part for part in parts if part is not False]
        if any(part is True for part in found):
            return True
        return False if not found else found[0] if len(found) == 1 else solver().Or(found)

    def no(self, part: Bit) -> Bit:
        return (not part) if isinstance(part, bool) else solver().Not(part)

    def at_least(self, least: int, parts: Iterable[Bit]) -> Bit:
        found = [part for part in parts if part is not False]
        sure = sum(part is True for part in found)
        open_ = [part for part in found if part is not True]
        if least - sure <= 0:
            return True
        if least - sure > len(open_):
            return False
        return solver().PbGe([(part, 1) for part in open_], least - sure)


class Question:
    """Asks the solver about formulas that hold together; a question that takes too long has no answer."""

    def __init__(self, *always: Bit, most_seconds: float = 20) -> None:
        self.solver = solver().Solver()
        self.solver.set("timeout", int(most_seconds * 1000))
        self.solver.set("random_seed", 0)
        self.add(*always)

    def add(self, *formulas: Bit) -> None:
        self.solver.add(*[solver().BoolVal(part) if isinstance(part, bool) else part for part in formulas])

    def world(self, *formulas: Bit) -> Model | None:
        """A world in which all of these are true; None where there is none. Raises OpenQuestionError."""
        self.solver.push()
        try:
            self.add(*formulas)
            answer = self.solver.check()
            if answer == solver().unknown:
                raise OpenQuestionError
            return Model(self.solver.model()) if answer == solver().sat else None
        finally:
            self.solver.pop()


class OpenQuestionError(Exception):
    """The solver found neither a world nor a proof in its time."""


class Model:
    """A world that the solver found."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def holds(self, formula: Bit) -> bool:
        if isinstance(formula, bool):
            return formula
        return bool(solver().is_true(self.model.eval(formula, model_completion=True)))
