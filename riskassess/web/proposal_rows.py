"""A researcher's proposals as rows of a table: what each says, and the one or two steps it offers."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.accounts.calendar import Calendar
from riskassess.accounts.models import User
from riskassess.assessments.models import AssessmentRecord
from riskassess.proposals.models import Proposal, Transfer
from riskassess.proposals.queries import open_invitations, with_people
from riskassess.proposals.states import State
from riskassess.reviews.models import Condition, Decision
from riskassess.reviews.queries import followed
from riskassess.reviews.reminders import conditions_given
from riskassess.reviews.talk import waiting_requests
from riskassess.web.forms.finding import view_of
from riskassess.web.forms.proposals import CopyForm
from riskassess.web.reusing import reusable_of, with_reusable
from riskassess.web.standing import day, standing_of


@dataclass(frozen=True)
class Step:
    """What a row offers: a page, or what is sent by a form of its own."""

    label: str
    url: str
    is_sent: bool = False
    form: CopyForm | None = None
    reusable: dict[str, int] | None = None  # what the form offers to take along, as `reusable_of` counts it


def followed_up(proposals):
    """As `followed`, and whether a question to the authors waits (`is_asked`)."""
    return followed(proposals).annotate(is_asked=Exists(waiting_requests().filter(proposal=OuterRef("pk"))))


def with_rows(proposals):
    """All that a row of these `followed_up` proposals shows; the number of queries does not grow with the rows."""
    newest = AssessmentRecord.objects.filter(proposal=OuterRef("pk")).order_by("-version__number", "-pk")
    levels = ("inherent_lower", "inherent_upper", "residual_upper", "if_agreed_upper")
    decisions = Decision.objects.order_by("-round", "-pk").prefetch_related(
        Prefetch("conditions", queryset=Condition.objects.filter(fulfilled_on__isnull=True).order_by("due_on"))
    )
    return (
        with_reusable(with_people(proposals))
        .select_related("case__officer")
        .annotate(
            **{name: Subquery(newest.values(name)[:1]) for name in levels},
            answered=Count("questionnaire__answers", distinct=True),
            proposed=Count(
                "questionnaire__safeguards",
                filter=Q(questionnaire__safeguards__state="proposed"),
                distinct=True,
            ),
        )
        .prefetch_related(Prefetch("case__decisions", queryset=decisions))
    )


def row_of(proposal: Proposal, reader: User, stuck, calendar: Calendar) -> dict:
    case = getattr(proposal, "case", None)
    decision = next(iter(case.decisions.all()), None) if case else None
    open_conditions = list(decision.conditions.all()) if decision else []
    standing = standing_of(
        proposal,
        calendar=calendar,
        decision=decision,
        open_conditions=len(open_conditions),
        next_condition=open_conditions[0].due_on if open_conditions else None,
        is_stuck=proposal.pk in stuck,
        reader=reader,
    )
    hint = standing.hint
    if proposal.state == State.DRAFT and proposal.answered:
        hint = ngettext("%(n)d answer so far", "%(n)d answers so far", proposal.answered) % {"n": proposal.answered}
    return {
        "proposal": proposal,
        "url": proposal.get_absolute_url(),
        "partners": partner_words(proposal),
        "standing": standing,
        "hint": hint,
        "level": (proposal.inherent_lower, proposal.inherent_upper) if proposal.inherent_lower else None,
        "reached": reached_of(proposal),
        "proposed": proposal.proposed,
        "steps": steps_of(proposal, reader),
    }


def steps_of(proposal: Proposal, reader: User) -> list[Step]:
    """The steps that this reader can take from the list."""
    if proposal.state == State.CHANGES_REQUESTED:
        return [Step(_("Read and answer"), proposal.get_absolute_url())]
    if proposal.is_asked:
        return [Step(_("Answer"), reverse("messages", args=[proposal.reference]))]
    if reader.has_perm("proposals.withdraw", proposal):
        # One press: what was written stays, and a copy of it can be filed anew.
        return [Step(_("Withdraw"), reverse("withdraw", args=[proposal.reference]), is_sent=True)]
    if reader.has_perm("proposals.edit", proposal):
        return [Step(_("Continue"), proposal.get_absolute_url())]
    if reader.has_perm("proposals.renew", proposal):
        return [renewal_step(proposal, reader)]
    return []


def renewal_step(proposal: Proposal, reader: User) -> Step:
    """One press renews with the files and the people named; the ticks stand beside it. Nobody is invited unasked."""
    counts = reusable_of(proposal, reader)
    wishes = {"with_evidence": True, "with_people": True}
    form = CopyForm(auto_id=f"id_{proposal.reference}_%s", initial=wishes)
    reusable = counts if any(counts.values()) else None
    return Step(_("Renew"), reverse("proposal_renew", args=[proposal.reference]), True, form, reusable)


def reached_of(proposal):
    """The level with safeguards, where the level as filed is firm and they lower it."""
    if not proposal.inherent_lower or proposal.inherent_lower != proposal.inherent_upper:
        return None
    return proposal.if_agreed_upper if proposal.if_agreed_upper != proposal.inherent_upper else None


def partner_words(proposal) -> str:
    names = [row.partner.name for row in proposal.participations.all()]
    if len(names) > 2:
        return _("%(first)s and %(n)d more") % {"first": names[0], "n": len(names) - 1}
    return " · ".join(names)


# What waits for the reader


@dataclass(frozen=True)
class Turn:
    title: str
    text: str
    url: str
    label: str


WAITING = ("waiting", "due_soon", "ending_soon")


def turns_of(own, most: int) -> list[Turn]:
    """What waits for this person among their proposals: changes that are asked for, then conditions that fall due, then
    approvals that end, each the longest first. At most so many."""
    asked = own.filter(view_of("waiting")).select_related("case__officer").order_by("updated_at")[:most]
    due = own.filter(view_of("due_soon")).order_by("condition_due")[:most]
    ending = own.filter(view_of("ending_soon")).order_by("valid_until")[:most]
    return [*map(_changes, asked), *map(_condition, due), *map(_ending, ending)][:most]


def consents_of(user: User) -> list[Turn]:
    """What others ask of this person: to take part in a proposal, to lead one, or to see to a condition of one."""
    invitations = open_invitations(user)
    offers = Transfer.objects.filter(new_owner=user, state=Transfer.State.OPEN).exclude(offered_by=user)
    offered = map(_offer, offers.select_related("proposal", "offered_by"))
    return [*map(_invitation, invitations), *offered, *map(_given, conditions_given(user))]


def _invitation(invitation) -> Turn:
    return Turn(
        _("%(name)s asks you to take part") % {"name": invitation.invited_by.name},
        _("%(reference)s · until %(day)s")
        % {"reference": invitation.proposal.reference, "day": day(invitation.valid_until)},
        reverse("invitation", args=[invitation.proposal.reference]),
        _("Answer"),
    )


def _given(condition) -> Turn:
    reference = condition.decision.case.proposal.reference
    return Turn(
        _("You see to a condition"),
        _("%(reference)s · by %(day)s") % {"reference": reference, "day": day(condition.due_on)},
        reverse("condition", args=[condition.uid]),
        _("Open"),
    )


def _offer(offer) -> Turn:
    return Turn(
        _("%(name)s asks you to lead a proposal") % {"name": offer.offered_by.name},
        offer.proposal.reference,
        reverse("transfer", args=[offer.proposal.reference]),
        _("Answer"),
    )


def _changes(proposal) -> Turn:
    case = proposal.case
    if proposal.state != State.CHANGES_REQUESTED:
        return Turn(
            _("A question for you"),
            _("%(title)s · asked by who reviews it") % {"title": proposal.title},
            reverse("messages", args=[proposal.reference]),
            _("Answer"),
        )
    name = case.officer.first_name if case.officer else _("Research security")
    return Turn(
        _("%(name)s asks for changes") % {"name": name},
        _("%(title)s · the clock waits for you") % {"title": proposal.title},
        proposal.get_absolute_url(),
        _("Read and answer"),
    )


def _condition(proposal) -> Turn:
    is_late = proposal.condition_due < timezone.localdate()
    title = _("A condition was due %(day)s") if is_late else _("A condition is due %(day)s")
    return Turn(
        title % {"day": day(proposal.condition_due)},
        proposal.title,
        reverse("decision", args=[proposal.reference]),
        _("Read the conditions"),
    )


def _ending(proposal) -> Turn:
    return Turn(
        _("An approval ends %(day)s") % {"day": day(proposal.valid_until)},
        proposal.title,
        proposal.get_absolute_url(),
        _("Look at it"),
    )
