"""Static checks of a catalogue that loads: what an author could get wrong and no single evaluation would show.

`check_catalogue` and `cut_texts` are quick and run wherever a release is published. `dead_problems` tries what can come
true at all, as far as that is quick. `prove_catalogue` asks a solver about every world there can be; it takes seconds
and needs the package z3-solver.
"""

from __future__ import annotations

from riskassess.engine.catalogue import Catalogue
from riskassess.engine.checks.algebra import can_prove
from riskassess.engine.checks.country import country_problems
from riskassess.engine.checks.coverage import harm_problems, safeguard_problems, source_problems, stop_problems
from riskassess.engine.checks.golden import golden_problems
from riskassess.engine.checks.laws import law_problems, prove_laws
from riskassess.engine.checks.naming import naming_warnings
from riskassess.engine.checks.problems import Problem
from riskassess.engine.checks.proving import Proof, prove_reach
from riskassess.engine.checks.shapes import question_problems, rule_problems, scale_problems
from riskassess.engine.checks.slips import cut_texts, misfiled
from riskassess.engine.checks.wording import wording_problems
from riskassess.engine.reaching import dead_problems

__all__ = [
    "Problem",
    "Proof",
    "can_prove",
    "check_catalogue",
    "cut_texts",
    "dead_problems",
    "misfiled",
    "naming_warnings",
    "prove_catalogue",
]


def check_catalogue(catalogue: Catalogue) -> list[Problem]:
    """Everything that bars publishing, part by part; empty when it may be published."""
    checks = (
        scale_problems,
        question_problems,
        rule_problems,
        stop_problems,
        country_problems,
        safeguard_problems,
        source_problems,
        wording_problems,
        law_problems,
        golden_problems,
    )
    return [problem for check in checks for problem in check(catalogue)]


def prove_catalogue(catalogue: Catalogue) -> Proof:
    """What holds in every world; its problems are those that only a solver sees."""
    proof = Proof()
    known = {*check_catalogue(catalogue), *law_problems(catalogue, proof)}
    harm = list(harm_problems(catalogue))
    proof.problems += harm
    if not harm:
        proof.proven.append("no safeguard raises a finding, alone or beside any other of its dimension")
    prove_reach(catalogue, proof)
    prove_laws(catalogue, proof)
    proof.problems = [problem for problem in dict.fromkeys(proof.problems) if problem not in known]
    return proof
