"""The same story played twice: by the real doors and stories, and by the model. After each step both say the same, and
the invariants hold."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from partners.queries import editions_in_force
from partners.reference.loading import load_sources
from riskassess import workflow
from riskassess.accounts.models import RoleMembership, User
from riskassess.accounts.roles import Role
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import latest_record
from riskassess.core.errors import DomainError
from riskassess.jobs.models import Job
from riskassess.jobs.running import run_job
from riskassess.management.university import found_university
from riskassess.proposals import services as proposals
from riskassess.proposals.models import Proposal
from riskassess.reviews.models import Appeal, Case, Condition
from riskassess.reviews.queries import listed_proposals
from riskassess.web.access import NotDeclared, get_interest_for, get_proposal_for
from tests.machine.invariants import Invariants
from tests.machine.model import BY_SYSTEM, PEOPLE, STEPS, SYSTEM, Paper
from tests.story import HIGH, LOW, MODERATE, PASSWORD, file_proposal, join, published

EXAMPLES = {"low": LOW, "moderate": MODERATE, "high": HIGH}
KEYS = {
    "owner": "ana", "coinvestigator": "mateo", "reviewer": "tomasz", "officer": "omar", "approver": "jonas",
    "top": "kirsten", "administrator": "ada", "auditor": "david", "stranger": "eve", "panel1": "lena",
    "panel2": "samuel", "panel3": "priya",
}  # fmt: skip
MORE = {
    "other_reviewer": (Role.REVIEWER, "Physics"), "second_officer": (Role.OFFICER, None),
    "spare": (Role.APPROVER, None), "other_approver": (Role.APPROVER, "History and Archives"),
    "panel4": (Role.REVIEWER, "Legal Office"), "panel5": (Role.REVIEWER, "Ethics Office"),
    "former_officer": (Role.OFFICER, None),
}  # fmt: skip
PERMISSIONS = {
    "edit": "proposals.edit", "submit": "proposals.submit", "discard": "proposals.discard",
    "withdraw": "proposals.withdraw", "assign": "reviews.assign", "recommend": "reviews.recommend",
    "decide": "reviews.decide", "request_changes": "reviews.request_changes", "flag": "reviews.flag",
    "unflag": "reviews.unflag", "reopen": "reviews.reopen", "terminate": "reviews.terminate", "close": "reviews.close",
    "interest": "reviews.declare", "report": "proposals.report_condition", "advise": "reviews.propose_condition",
    "accept": "reviews.check_condition", "return": "reviews.check_condition", "break": "reviews.check_condition",
    "appeal": "proposals.appeal", "uphold": "reviews.hear_appeal", "reject": "reviews.hear_appeal",
}  # fmt: skip
REFUSED = (DomainError, PermissionDenied, Http404)


class Table:
    """The people and what they file. Built once; what is played is rolled back."""

    def __init__(self):
        if not CatalogueRelease.objects.exists():
            CatalogueRelease.objects.create(**published())
        university = found_university(password=PASSWORD)
        if not editions_in_force():
            list(load_sources(settings.BASE_DIR / "fixtures" / "lists"))
        self.ids = {part: university.people[key].pk for part, key in KEYS.items()}
        for part, (role, unit) in MORE.items():
            unit = university.units.get(unit)
            user = User.objects.create_user(f"{part}@norderhaven.example", part, PASSWORD, unit=unit)
            RoleMembership.objects.create(user=user, role=role, unit=unit, starts=date(2020, 1, 1))
            self.ids[part] = user.pk
        User.objects.filter(pk=self.ids["former_officer"]).update(is_active=False)
        university.institution.panel.set([self.ids[f"panel{number}"] for number in range(1, 6)])
        university.institution.top_approver_id = self.ids["top"]
        university.institution.allows_fast_track = True
        university.institution.save()
        self.parts = {pk: part for part, pk in self.ids.items()}
        self.unit = university.marine
        self.drafts = {level: self._draft(level).pk for level in EXAMPLES}

    def _draft(self, level: str) -> Proposal:
        owner = User.objects.get(pk=self.ids["owner"])
        draft = file_proposal(owner=owner, unit=self.unit, example=EXAMPLES[level])
        join(draft, User.objects.get(pk=self.ids["coinvestigator"]))
        return draft

    def user(self, part: str) -> User:
        return User.objects.get(pk=self.ids[part])


class Player:
    """One proposal, played by the house and by the model."""

    def __init__(self, table: Table, level: str):
        self.table, self.pk = table, table.drafts[level]
        self.paper = Paper(level)
        self.invariants = Invariants(self)
        self.visited: set[tuple[str, str, str]] = set()
        self.told: list[str] = []

    def press(self, who: str, step: str, outcome: str = "approve") -> bool:
        """Take the step in the house, and ask the model whether it should have been let. Says whether it was."""
        expected, before = self.paper.may(who, step, outcome), self.paper.state
        self.visited.add((before, step, who))
        self.invariants.look()
        try:
            with transaction.atomic():
                self._act(who, step, outcome)
            is_done = True
        except REFUSED as refusal:
            is_done, why = False, refusal
        if is_done:
            self.told.append(f"{who} {step} {outcome if step == 'decide' else ''}".strip())
        reason = "" if is_done else repr(why)
        assert is_done == expected, f"{who} {step} {outcome} at {before}: {reason or 'let'}; {self.paper}; {self.told}"
        if is_done:
            self._follow(who, step, outcome)
            self.invariants.after(who, step, before)
        else:
            self.invariants.nothing_happened(f"{who} {step} at {before}")
        return is_done

    # -- the house ----------------------------------------------------------------------------------------------

    def _act(self, who: str, step: str, outcome: str) -> None:
        if who == SYSTEM:
            self._system(step)
            return
        if step in BY_SYSTEM:
            raise PermissionDenied  # no door leads there
        actor, reference = self.table.user(who), Proposal.objects.values_list("reference", flat=True).get(pk=self.pk)
        if step == "read":
            if not listed_proposals(actor).filter(pk=self.pk).exists():
                raise Http404
            return
        proposal = self._door(actor, reference, PERMISSIONS[step])
        case = getattr(proposal, "case", None)
        if case is not None:
            case.proposal = proposal
        elif step in {"assign", "recommend", "decide", "request_changes", "flag", "unflag", "close", "appeal"}:
            raise Http404
        getattr(self, f"_{step}")(proposal, case, actor, outcome)

    def _door(self, actor, reference: str, permission: str) -> Proposal:
        if permission == "reviews.declare":
            case = get_interest_for(actor, reference)
            if not actor.has_perm(permission, case.proposal):
                raise PermissionDenied
            return case.proposal
        try:
            return get_proposal_for(actor, reference, permission)
        except NotDeclared:
            case = Case.objects.get(proposal=self.pk)
            workflow.declare_none(case=case, actor=actor, because="I hold this role.")
            return get_proposal_for(actor, reference, permission)

    def _system(self, step: str) -> None:
        proposal = Proposal.objects.get(pk=self.pk)
        if step not in BY_SYSTEM:
            raise PermissionDenied  # nothing but people takes these
        if step == "register":
            if proposal.state != "submitted":
                raise DomainError("nothing to do")
            self.run_jobs()
        elif step == "draw":
            workflow.draw(proposal=proposal)
        elif step == "expire":
            decision = Case.objects.filter(proposal=proposal, decisions__isnull=False).first()
            on = timezone.localdate() + timedelta(days=9999)
            if decision is None or workflow.expire(proposal=proposal, on=on) is None:
                raise DomainError("nothing to do")
        else:
            workflow.reassess(proposal=proposal, trigger="facts")
            if proposal.state != "submitted":
                self.run_jobs()

    @staticmethod
    def run_jobs() -> None:
        waiting = Job.objects.filter(state="queued").exclude(task__startswith="reports.").order_by("queued_at", "pk")
        while job := waiting.first():
            run_job(job.pk)

    def _edit(self, proposal, case, actor, outcome):
        title = f"{proposal.title[:60]} again"
        proposals.describe(
            proposal=proposal, actor=actor, title=title, summary=proposal.summary, kinds=proposal.kinds,
            unit=proposal.unit, starts=proposal.starts, ends=proposal.ends,
        )  # fmt: skip

    def _submit(self, proposal, case, actor, outcome):
        workflow.submit(proposal=proposal, actor=actor)

    def _discard(self, proposal, case, actor, outcome):
        with transaction.atomic():
            workflow.discard(proposal=proposal, actor=actor)
            assert not Proposal.objects.filter(pk=self.pk).exists()
            transaction.set_rollback(True)  # the play goes on with it

    def _withdraw(self, proposal, case, actor, outcome):
        workflow.withdraw(proposal=proposal, actor=actor, reason="The partner left.")

    def _assign(self, proposal, case, actor, outcome):
        officer = self.table.user(self.free("second_officer", "officer"))
        reviewer = self.free("other_reviewer", "reviewer")
        chosen = None if reviewer in self.paper.conflicted else self.table.user(reviewer)
        workflow.assign(case=case, actor=actor, officer=officer, reviewer=chosen)

    def free(self, *parts: str) -> str:
        return next((part for part in parts if part not in self.paper.conflicted), parts[0])

    def _recommend(self, proposal, case, actor, outcome):
        shown = str(latest_record(proposal).uid)
        workflow.recommend(case=case, actor=actor, outcome="approve", reasons="Well prepared.", record_uid=shown)

    def _decide(self, proposal, case, actor, outcome):
        given = {"reasons": "Said in full.", "source": "G05", "why_safeguards_fail": "They come late."}
        if outcome == "approve_with_conditions":
            due = timezone.localdate() + timedelta(days=30)
            given["conditions"] = [{"text": "Find a second funder", "responsible": "Ana", "due_on": due}]
        shown = str(latest_record(proposal).uid)
        workflow.decide(case=case, actor=actor, outcome=outcome, record_uid=shown, **given)

    def _request_changes(self, proposal, case, actor, outcome):
        workflow.request_changes(case=case, actor=actor, reasons="Name the lab.")

    def _flag(self, proposal, case, actor, outcome):
        workflow.flag(case=case, actor=actor, reasons="Look closer.", told="We look closer at the end use.")

    def _unflag(self, proposal, case, actor, outcome):
        workflow.unflag(case=case, actor=actor, reasons="Nothing found.")

    def _reopen(self, proposal, case, actor, outcome):
        workflow.reopen(proposal=proposal, actor=actor, reasons="The partner was sold.")

    def _terminate(self, proposal, case, actor, outcome):
        workflow.terminate(proposal=proposal, actor=actor, reasons="The money is gone.")

    def _close(self, proposal, case, actor, outcome):
        workflow.close(case=case, actor=actor, reasons="The work is over.")

    def _interest(self, proposal, case, actor, outcome):
        workflow.declare_interest(case=case, actor=actor, because="A friend.")

    def condition(self) -> Condition:
        found = Condition.objects.filter(decision__case__proposal=self.pk).order_by("-pk").first()
        if found is None:
            raise Http404
        return found

    def _report(self, proposal, case, actor, outcome):
        workflow.report_condition(condition=self.condition(), actor=actor, evidence="Signed.")

    def _advise(self, proposal, case, actor, outcome):
        workflow.propose_condition(condition=self.condition(), actor=actor, advice="I read it.")

    def _accept(self, proposal, case, actor, outcome):
        workflow.check_condition(condition=self.condition(), actor=actor, accepted=True)

    def _return(self, proposal, case, actor, outcome):
        workflow.check_condition(condition=self.condition(), actor=actor, accepted=False, reasons="No signature.")

    def _break(self, proposal, case, actor, outcome):
        workflow.break_condition(condition=self.condition(), actor=actor, reasons="Not kept.")

    def _appeal(self, proposal, case, actor, outcome):
        if not case.decisions.exists():
            raise Http404
        workflow.appeal(case=case, actor=actor, reasons="Too strict.")

    def appeal(self) -> Appeal:
        found = Appeal.objects.filter(decision__case__proposal=self.pk, settled_at__isnull=True).first()
        if found is None:
            raise Http404
        return found

    def _uphold(self, proposal, case, actor, outcome):
        workflow.settle_appeal(appeal=self.appeal(), actor=actor, upheld=True, answer="So it is.")

    def _reject(self, proposal, case, actor, outcome):
        workflow.settle_appeal(appeal=self.appeal(), actor=actor, upheld=False, answer="It is usual.")

    # -- the model ----------------------------------------------------------------------------------------------

    def _follow(self, who: str, step: str, outcome: str) -> None:
        """What the step makes of the paper. Who carries the case is the routing's choice, and read from the house."""
        paper, before = self.paper, self.paper.state
        state = Proposal.objects.values_list("state", flat=True).get(pk=self.pk)
        if step == "decide":
            paper.votes = [row for row in paper.votes if row[0] != who] + [(who, paper.stage(), outcome)]
            paper.state = self._counted(who, outcome)
        elif step in {"uphold", "submit", "register", "assign"}:
            allowed = {*(STEPS[step][1] or ()), before, "in_review"}
            assert state in allowed, (step, state)
            paper.state = state
        elif STEPS[step][1]:
            (paper.state,) = STEPS[step][1]
        if step == "submit":
            paper.versions += 1
        if step == "recommend":
            paper.advised.append(who)
        if step == "flag":
            paper.is_heard = False
        if step in {"unflag", "request_changes"} or paper.state in {"approved", "approved_with_conditions", "declined"}:
            paper.is_heard = True
        if step == "interest":
            paper.conflicted.add(who)
            if not paper.outcome:
                paper.votes = [row for row in paper.votes if row[0] != who]
        for name, there in {"report": "reported", "advise": "advised", "accept": "done", "return": "open"}.items():
            if step == name:
                paper.condition = there
        if step == "appeal":
            paper.is_contested = True
        case = Case.objects.filter(proposal=self.pk).first()
        if case is not None:
            if case.round != paper.round:
                assert case.round == paper.round + 1, "a round is one more"
                paper.round, paper.advised, paper.votes, paper.is_panel_called = case.round, [], [], False
                paper.outcome, paper.condition, paper.is_contested, paper.is_heard = "", "", False, True
            parts = self.table.parts
            paper.officer, paper.reviewer = parts.get(case.officer_id, ""), parts.get(case.reviewer_id, "")
            rows = list(case.assignments.values_list("kind", "user", "ended_at"))
            paper.panel = {parts[user] for kind, user, ended in rows if kind == "panel" and ended is None}
            paper.hearer = next((parts[u] for kind, u, ended in rows if kind == "appeal" and ended is None), "")
            paper.took_part = {parts[user] for kind, user, _ended in rows if kind != "appeal"}
            paper.took_part |= {parts[pk] for pk in case.votes.values_list("by", flat=True)}
            paper.escalated = bool(case.escalated)
        assert state == paper.state, f"{who} {step} {outcome}: the house is at {state}, the model at {paper.state}"

    def _counted(self, who: str, outcome: str) -> str:
        """The state after this vote."""
        paper = self.paper
        stage = next(row[1] for row in paper.votes if row[0] == who)
        if stage == "first":
            return paper.state
        if stage == "second":
            first = next(row for row in paper.votes if row[1] == "first")
            if first[2] != outcome:
                paper.is_panel_called = True
                return paper.state
        if stage == "panel":
            cast = [row[2] for row in paper.votes if row[1] == "panel"]
            counted = max(cast.count(one) for one in cast)
            if len(cast) < len(paper.members) or len(cast) < 3 or counted * 2 <= len(cast):
                return paper.state
            outcome = max(set(cast), key=cast.count)
        paper.outcome = outcome
        if outcome == "approve_with_conditions":
            paper.condition = "open"
        return {"approve": "approved", "decline": "declined"}.get(outcome, "approved_with_conditions")


def open_steps(paper: Paper) -> list[tuple[str, str, str]]:
    """Everything that the model lets somebody do now."""
    found = []
    for step in STEPS:
        for who in (*PEOPLE, SYSTEM):
            outcomes = ("approve", "approve_with_conditions", "decline") if step == "decide" else ("approve",)
            found += [(who, step, outcome) for outcome in outcomes if paper.may(who, step, outcome)]
    return found
