"""One stored record assessed again: the same bytes under its own release, or what moves under another."""

import hashlib
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from riskassess.assessments.facts import fitting
from riskassess.assessments.models import AssessmentRecord, Replay, ReplayDifference
from riskassess.engine.catalogue import Catalogue, Scope
from riskassess.engine.facts import ROW_LISTS, FactsError, answer_problems, fact_problems
from riskassess.engine.results import Assessment
from riskassess.engine.scoring import assess

Kind = ReplayDifference.Kind
# The first line of a reason; what follows it are names and the engine's own sentences.
UNREAD = gettext_noop("The facts can't be read:")
RESULT_CHANGED = gettext_noop("The stored result has another fingerprint than the one that was stored with it.")
FACTS_CHANGED = gettext_noop("The stored facts have another fingerprint than the one that was stored with them.")
PARTS_DIFFER = gettext_noop("These parts of the result differ:")
BANDS = "levels"  # stands for a rule where no finding changed and the bands or the route table alone did


@dataclass
class Tally:
    """What a run of records came to, ready to be added to the replay."""

    done: int = 0
    faults: int = 0
    moved: int = 0
    unreadable: int = 0
    fitted: int = 0
    levels: Counter = field(default_factory=Counter)  # (end of the level, as stored, now)
    rules: Counter = field(default_factory=Counter)  # (rule, new | possible | gone | changed), in moved cases
    differences: list[ReplayDifference] = field(default_factory=list)

    def add(self, replay: Replay, row: AssessmentRecord, catalogue: Catalogue) -> None:
        """Assess this record again, under its own release unless the replay names one."""
        found = _again(replay, row, catalogue)
        self.done += 1
        if found.after:
            self.levels["lower", row.inherent_lower, found.after["lower"]] += 1
            self.levels["upper", row.inherent_upper, found.after["upper"]] += 1
        self.fitted += bool(found.left_out)
        if not found.kind:
            return
        self.faults += found.kind == Kind.FAULT
        self.moved += found.kind == Kind.MOVED
        self.unreadable += found.kind == Kind.UNREADABLE
        self.rules.update(found.rules.items())
        difference = ReplayDifference(replay=replay, record_id=row.pk, **vars(found))  # the row itself may go
        self.differences.append(difference)

    def onto(self, replay: Replay) -> dict:
        """The replay's columns with this added."""
        levels, rules = deepcopy(replay.levels), deepcopy(replay.rules)
        for (end, before, after), count in self.levels.items():
            row = levels.setdefault(end, {}).setdefault(before, {})
            row[after] = row.get(after, 0) + count
        for (rule, change), count in self.rules.items():
            row = rules.setdefault(rule, {})
            row[change] = row.get(change, 0) + count
        counts = {name: getattr(replay, name) + getattr(self, name) for name in COUNTED}
        return {**counts, "levels": levels, "rules": rules}


COUNTED = ("done", "faults", "moved", "unreadable", "fitted")


@dataclass
class Found:
    """What came of one record, in the columns of a difference; its kind is empty where there is none."""

    kind: str = ""
    left_out: list[str] = field(default_factory=list)
    reason: str = ""
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)


def _again(replay: Replay, row: AssessmentRecord, catalogue: Catalogue) -> Found:
    found = Found()
    facts = row.facts
    if replay.release_id is not None:
        facts, found.left_out = facts_under(catalogue, facts)
    try:
        result = assess(catalogue, facts, on=row.as_of)
    except FactsError as fault:
        found.kind = Kind.FAULT if replay.release_id is None else Kind.UNREADABLE
        found.reason = "\n".join([UNREAD, *fault.problems[:5]])
        return found
    found.after = standing(result.to_json()) if replay.release_id else result.inherent.to_json()
    if replay.release_id is None:
        if hashlib.sha256(result.canonical()).hexdigest() != row.result_sha256:
            _explain_fault(found, row, result)
        return found
    found.before = standing(row.result)
    if found.before != found.after:
        found.kind = Kind.MOVED
        found.rules = moved_rules(row.result, result.to_json()) or {BANDS: "changed"}
    return found


def _explain_fault(found: Found, row: AssessmentRecord, result: Assessment) -> None:
    stored, now = row.result, result.to_json()
    found.kind = Kind.FAULT
    found.before, found.after = standing(stored), standing(now)
    found.rules = moved_rules(stored, now)
    if hashlib.sha256(Assessment.from_json(stored).canonical()).hexdigest() != row.result_sha256:
        found.reason = RESULT_CHANGED
    elif result.facts_sha256 != row.facts_sha256:
        found.reason = FACTS_CHANGED
    else:
        parts = sorted(name for name in {*stored, *now} if stored.get(name) != now.get(name))
        found.reason = f"{PARTS_DIFFER}\n{', '.join(parts)}"


def standing(result: dict) -> dict:
    """Of a result as JSON, what a case stands on."""
    return {
        "lower": result["inherent"]["lower"],
        "upper": result["inherent"]["upper"],
        "residual": result["residual"]["upper"],
        "route": result["route"],
        "holds": sorted(f"{hold['rule']}:{hold['row']}:{hold['state']}" for hold in result["holds"]),
    }


def moved_rules(before: dict, after: dict) -> dict[str, str]:
    """Rule -> new, possible (new, and nothing of it is certain), gone or changed, between two results as JSON."""
    first, second = _said(before), _said(after)
    moved = {}
    for rule in sorted({*first, *second}):
        if rule not in first:
            moved[rule] = "new" if any(firm for firm, *_rest in second[rule]) else "possible"
        elif rule not in second:
            moved[rule] = "gone"
        elif first[rule] != second[rule]:
            moved[rule] = "changed"
    return moved


def _said(result: dict) -> dict[str, list]:
    """Rule -> whether it is firm, the row, and what it came to."""
    said: dict[str, list] = {}
    for finding in result["findings"]:
        said.setdefault(finding["rule"], []).append([finding["firm"], finding["row"], finding["filed"]["score"]])
    for hold in result["holds"]:
        said.setdefault(hold["rule"], []).append([hold["state"] == "firm", hold["row"], "hold"])
    for kind in ("escalations", "possible_escalations"):
        for remark in result[kind]:
            said.setdefault(remark["rule"], []).append([kind == "escalations", remark["row"], "escalation"])
    return {rule: sorted(parts, key=str) for rule, parts in said.items()}


def facts_under(catalogue: Catalogue, facts: dict) -> tuple[dict, list[str]]:
    """Stored facts as another release reads them, and the questions whose answers it does not take.

    Such an answer counts as open, so that it can only widen the interval; registry facts that the release does not
    name are left out, and those that are not stored have "no value".
    """
    left_out: set[str] = set()
    known = {mitigation.id for mitigation in catalogue.mitigations}
    read = {**facts, **_place(catalogue, facts, "proposal", left_out)}
    for scope, name in ROW_LISTS.items():
        read[name] = [{**row, **_place(catalogue, row, scope, left_out)} for row in facts.get(name) or ()]
    read["safeguards"] = [item for item in facts.get("safeguards") or () if item["mitigation"] in known]
    return read, sorted(left_out)


def _place(catalogue: Catalogue, row: dict, scope: Scope, left_out: set[str]) -> dict:
    answers = {}
    for question, value in (row.get("answers") or {}).items():
        if any(answer_problems(catalogue, {question: value}, scope, "")):
            if value not in (None, "", []):
                left_out.add(question)
        else:
            answers[question] = value
    held = {
        name: value
        for name, value in (row.get("facts") or {}).items()
        if not any(fact_problems(catalogue, {name: value}, scope, ""))
    }
    return {"answers": answers, "facts": fitting(catalogue, scope, held)}
