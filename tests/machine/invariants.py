"""I1 to I20, as far as a play without PDFs can break them; each is named where it is asked."""

import hashlib
import json

from riskassess.assessments.models import ProposalVersion
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import ChainHead, Event
from riskassess.proposals.models import Proposal
from riskassess.reports.models import Report
from riskassess.reviews.models import Appeal, Case, Decision
from tests.machine.model import DECIDED, EDGES, FLAGGED, OPEN, PEOPLE, STATES, SYSTEM

NEVER = {"stranger", "administrator", "auditor", "former_officer"}


class Invariants:
    def __init__(self, player):
        self.player = player
        self.sequence = self.revision = 0
        self.frozen: dict[int, str] = {}

    def look(self) -> None:
        self.sequence = ChainHead.objects.values_list("sequence", flat=True).get()
        self.revision = Proposal.objects.values_list("revision", flat=True).get(pk=self.player.pk)

    def nothing_happened(self, where: str) -> None:
        """A refused step leaves no trace but that somebody said they have no interest."""
        assert Proposal.objects.values_list("revision", flat=True).get(pk=self.player.pk) == self.revision, where
        assert not Event.objects.filter(sequence__gt=self.sequence).exists(), where

    def after(self, who: str, step: str, before: str) -> None:
        player, paper = self.player, self.player.paper
        proposal = Proposal.objects.get(pk=player.pk)  # I14
        events = list(Event.objects.filter(sequence__gt=self.sequence).select_related("detail").order_by("sequence"))
        moves = [event for event in events if event.verb.startswith("proposal.") and (event.detail.before or {})]
        moves = [event for event in moves if "state" in event.detail.before and event.verb != "proposal.discarded"]
        steps = [(e.verb[9:], e.detail.before["state"], e.detail.after["state"]) for e in moves]
        assert set(steps) <= EDGES, f"I2: {steps}"
        assert proposal.state in STATES, "I1"
        if steps:
            assert steps[-1][2] == proposal.state, f"I1: {steps}"
            assert (steps[0][1], proposal.revision) == (before, self.revision + len(steps)), "I11: one event a move"
        else:
            assert (proposal.state, proposal.revision) == (before, self.revision), "I11: no move without its event"
        assert [e.sequence for e in events] == list(range(self.sequence + 1, self.sequence + 1 + len(events))), "I11"
        assert [e.at for e in events] == sorted(e.at for e in events), "I11"
        # Reports and comparisons with lists are asked for in the owner's name, whoever's step calls for them.
        theirs = [e for e in events if e.actor_id and not e.verb.startswith(("report.", "screening.", "partner."))]
        # A decision of the panel is told in the name of whoever voted last with its majority.
        theirs = [e for e in theirs if e.verb != "case.decided"]
        actors = {player.table.parts.get(e.actor_id, "?") for e in theirs}
        assert actors <= {who} - NEVER - {SYSTEM}, f"I12, I16: {actors} by {who}: {[e.verb for e in events]}"
        assert {event.actor_id for event in moves} <= {None, *(player.table.ids[one] for one in {who} - {SYSTEM})}, (
            "I12"
        )
        self._versions()
        case = Case.objects.filter(proposal=proposal).first()
        if case is not None:
            self._case(proposal, case, paper)
        if step == "decide" and proposal.state in DECIDED:
            self._decision(case, paper)
        if proposal.state == "closed":
            open_ones = case.decisions.filter(round=case.round, conditions__fulfilled_on__isnull=True)
            assert not open_ones.filter(conditions__isnull=False).exists(), "I17"
        if who == SYSTEM:
            assert not any(verb in {"decide"} for verb, _a, _b in steps), "I3: nothing decides by itself"

    def _versions(self) -> None:
        rows = list(ProposalVersion.objects.filter(proposal=self.player.pk).order_by("number"))
        assert [row.number for row in rows] == list(range(1, self.player.paper.versions + 1)), "I15"
        if len(rows) == len(self.frozen):
            rows = rows[:1]  # the first stands for those that were there; all are asked when one is added
        for row in rows:
            text = json.dumps(row.content, sort_keys=True)
            print_of = hashlib.sha256(text.encode()).hexdigest()
            assert self.frozen.setdefault(row.number, print_of) == print_of, "I7"

    def _case(self, proposal: Proposal, case: Case, paper) -> None:
        parts = self.player.table.parts
        decisions = list(case.decisions.values_list("round", flat=True))
        assert len(decisions) == len(set(decisions)), "I8"
        carriers = {parts[row] for row in (case.officer_id, case.reviewer_id) if row}
        assert not carriers & paper.conflicted, f"I4: {carriers} carry it"
        if proposal.state in DECIDED:
            assert case.round in decisions, "I3"
            decision = case.decisions.get(round=case.round)
            assert not decision.votes.exclude(fallen="").exists(), "I3: what was decided stays"
            assert Report.objects.filter(decision=decision, kind="decision", language="en").count() == 1, "I9"
        if Appeal.objects.filter(decision__case=case, settled_at__isnull=True).exists():
            assert paper.hearer or case.escalated, f"I19: nobody reads the appeal; {paper}; {self.player.told}"
        if proposal.state == FLAGGED:
            thread = proposal.threads.get(kind="flag", resolved_at__isnull=True)
            assert thread.reply_until, "I18"
            assert thread.comments.exclude(text="").exists(), "I18"
        if proposal.state in OPEN:
            assert (
                not case.recommendations.filter(round=case.round)
                .exclude(version__number=self.player.paper.versions)
                .exists()
            ), "I7: advice on an older version"
            assert not case.votes.filter(round=case.round, fallen="", by__in=self._conflicted()).exists(), "I4"
            assert paper.can_go_on() or case.escalated, f"I19: {paper}; {self.player.told}"

    def _conflicted(self) -> list[int]:
        return [self.player.table.ids[part] for part in self.player.paper.conflicted]

    def _decision(self, case: Case, paper) -> None:
        parts = self.player.table.parts
        decision = Decision.objects.get(case=case, round=case.round)
        votes = list(decision.votes.all())
        deciders = {parts[vote.by_id] for vote in votes}
        assert set() < deciders <= set(PEOPLE) - NEVER, "I3"
        out = {"owner", "coinvestigator", *paper.conflicted}
        is_panel = all(vote.stage == "panel" for vote in votes)
        assert not deciders & (out if is_panel else {*out, *paper.advised}), f"I4: {deciders}"
        if case.deciders == "high" and not paper.is_panel_called:
            assert min(len(deciders), len({vote.role for vote in votes})) >= 2, f"I5: {deciders}"
        record = latest_record(case.proposal)
        assert (decision.record_id, decision.version.number) == (record.pk, paper.versions), "I6"
        assert {vote.version_id for vote in votes} == {decision.version_id}, "I6"
        if decision.outcome != "approve":
            assert all((decision.reasons, decision.source)), "I18"
