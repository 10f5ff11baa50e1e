"""Static checks of a catalogue that loads: what an author could get wrong and no single evaluation would show.

`check_catalogue` is quick and runs wherever a release is published. `prove_catalogue` asks a solver about every world
there can be; it takes seconds and needs the package z3-solver.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.algebra import can_prove
from riskassess.engine.checks.coverage import safeguard_problems, source_problems, stop_problems
from riskassess.engine.checks.golden import golden_problems
from riskassess.engine.checks.laws import law_problems, prove_laws
from riskassess.engine.checks.problems import Problem
from riskassess.engine.checks.proving import Proof, prove_reach
from riskassess.engine.checks.shapes import question_problems, rule_problems, scale_problems
from riskassess.engine.checks.wording import wording_problems
from riskassess.engine.reaching import can_be_true

__all__ = ["Problem", "Proof", "can_prove", "check_catalogue", "prove_catalogue"]


def check_catalogue(catalogue: Catalogue) -> list[Problem]:
    """Everything that bars publishing, part by part; empty when it may be published."""
    checks = (
        scale_problems,
        question_problems,
        rule_problems,
        stop_problems,
        safeguard_problems,
        source_problems,
        wording_problems,
        law_problems,
        _dead_problems,
        golden_problems,
    )
    return [problem for check in checks for problem in check(catalogue)]


def prove_catalogue(catalogue: Catalogue) -> Proof:
    """What holds in every world; its problems are those that only a solver sees."""
    proof = Proof()
    known = {*check_catalogue(catalogue), *law_problems(catalogue, proof)}
    prove_reach(catalogue, proof)
    prove_laws(catalogue, proof)
    proof.problems = [problem for problem in dict.fromkeys(proof.problems) if problem not in known]
    return proof


def _dead_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Found by trying, where that is quick; the solver proves it for all."""
    for question in catalogue.questions:
        if question.when is not None and can_be_true(catalogue, [question.when], question.scope) is False:
            yield Problem("questions", question.id, "is never asked, whatever the answers; mend its 'when'.")
    for rule in catalogue.rules:
        if can_be_true(catalogue, [rule.when], rule.scope) is False:
            yield Problem("rules", rule.id, "never fires, whatever the answers and facts; mend its 'when'.")
            continue
        for number, row in enumerate(rule.rows, 1):
            if row.when is not None and can_be_true(catalogue, [rule.when, row.when], rule.scope) is False:
                reason = f"row {number} never fires, whatever the answers and facts; mend it or leave it out."
                yield Problem("rules", rule.id, reason)
