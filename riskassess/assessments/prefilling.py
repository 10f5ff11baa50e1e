"""Answers filled in for the people who write a proposal, marked until one of them says that they are still right."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from partners.models import PartnerType
from riskassess.accounts.models import User
from riskassess.assessments.models import Answer, AnswerChange, Origin, Questionnaire
from riskassess.assessments.queries import catalogue_of
from riskassess.audit.log import record
from riskassess.engine.catalogue import UNSURE, Catalogue, Scope
from riskassess.engine.facts import value_problem
from riskassess.engine.visibility import Asked, visible_questions
from riskassess.proposals.models import Participation, Proposal
from riskassess.proposals.services import guard_editable, role_in

Key = tuple[str, str]  # question, row
Values = dict[Key, object]

# By the ids of the European catalogue, which never change once published; a release without them asks as ever.
ASKED_ANEW = frozenset({"T6", "T6a", "T7", "O9"})  # of this proposal, this year or a match alone
ABOUT_OURSELVES = frozenset({"R1"})  # the training of one's own team
ABOUT_PARTNER = frozenset({"O1", "O2", "O3", "V5"})  # what an organisation is, whatever one does with it
TYPE_QUESTION = "O1"
# Education is public or private, and a facility anything: the registry does not say which.
TYPES = {
    PartnerType.COMPANY.value: "company",
    PartnerType.NONPROFIT.value: "ngo",
    PartnerType.GOVERNMENT.value: "government",
    PartnerType.ARCHIVE.value: "public_institute",
}


def is_taken(catalogue: Catalogue, question_id: str, scope: Scope, value: object) -> bool:
    """Whether this release asks such a question of such a row and takes the answer, as a person may give it."""
    if value in (None, "", []) or not catalogue.has_question(question_id):
        return False
    question = catalogue.question(question_id)
    if question.field or question.scope != scope or value_problem(question, value):
        return False
    chosen = value if isinstance(value, list) else [value]
    options = [question.option(item) for item in chosen if isinstance(item, str)]
    return not any(option is not None and option.determined for option in options)


@transaction.atomic
def prefill(
    *, questionnaire: Questionnaire, actor: User, values: Values, origin: Origin, reference: str = ""
) -> list[Answer]:
    """Fill in what nobody has said anything about yet, marked by where it comes from. What was taken back stays so."""
    guard_editable(questionnaire.proposal)
    catalogue = catalogue_of(questionnaire.release)
    present = set(questionnaire.answers.values_list("question", "row"))
    now = timezone.now()
    answers = Answer.objects.bulk_create(
        Answer(
            questionnaire=questionnaire,
            question=question,
            row=row,
            value=_in_order(catalogue, question, value),
            changed_by=actor,
            changed_at=now,
            origin=origin,
            origin_reference=reference,
        )
        for (question, row), value in values.items()
        if (question, row) not in present
    )
    AnswerChange.objects.bulk_create(
        AnswerChange(answer=answer, after=answer.value, by=actor, at=now, is_told=True) for answer in answers
    )
    if answers:
        said = {"from": reference or str(origin), "questions": sorted({answer.question for answer in answers})}
        _record(questionnaire, actor, "answers.filled_in", said)
    return answers


def _in_order(catalogue: Catalogue, question_id: str, value: object) -> object:
    """Several options in the order of the catalogue, as a page sends them: sent back, they are the same answer."""
    order = [option.id for option in catalogue.question(question_id).options]
    return sorted(value, key=order.index) if isinstance(value, list) and set(value) <= set(order) else value


@transaction.atomic
def confirm_answers(*, questionnaire: Questionnaire, actor: User, keys: Collection[Key]) -> list[Answer]:
    """Somebody who writes the proposal says that these filled-in answers are still right."""
    guard_editable(questionnaire.proposal)
    found = questionnaire.answers.select_for_update(of=("self",)).exclude(origin="").filter(confirmed_at__isnull=True)
    waiting = [answer for answer in found if answer.waits and (answer.question, answer.row) in keys]
    now = timezone.now()
    Answer.objects.filter(pk__in=[answer.pk for answer in waiting]).update(confirmed_at=now, confirmed_by=actor)
    for answer in waiting:
        answer.confirmed_at, answer.confirmed_by = now, actor
    if waiting:
        said = {"questions": sorted({answer.question for answer in waiting})}
        _record(questionnaire, actor, "answers.confirmed", said)
    return waiting


def waiting_answers(*, questionnaire: Questionnaire, catalogue: Catalogue, facts: dict) -> list[Asked]:
    """The questions asked now whose answer was filled in and waits for somebody to confirm it."""
    waits = {(answer.question, answer.row) for answer in questionnaire.answers.exclude(origin="") if answer.waits}
    if not waits:
        return []
    return [item for item in visible_questions(catalogue, facts) if (item.question.id, item.row) in waits]


def said_by_renewing(catalogue: Catalogue, reference: str) -> Values:
    """That it is a renewal, and of what."""
    said = {"T6": "renewal", "T6a": reference}
    return {(name, ""): value for name, value in said.items() if is_taken(catalogue, name, "proposal", value)}


@transaction.atomic
def fill_in_known(*, questionnaire: Questionnaire, actor: User) -> list[Answer]:
    """What the lead researcher answered before about their own side and about these partners, and what the registry
    knows of them."""
    proposal, catalogue = questionnaire.proposal, catalogue_of(questionnaire.release)
    rows = {row.partner_id: row for row in proposal.participations.select_related("partner")}
    done: list[Answer] = []
    for reference, values in _earlier(proposal, rows, catalogue).items():
        done += prefill(
            questionnaire=questionnaire, actor=actor, values=values, origin=Origin.EARLIER, reference=reference
        )
    known = {
        (TYPE_QUESTION, str(row.uid)): TYPES[row.partner.type] for row in rows.values() if row.partner.type in TYPES
    }
    known = {key: value for key, value in known.items() if is_taken(catalogue, key[0], "partner", value)}
    return done + prefill(questionnaire=questionnaire, actor=actor, values=known, origin=Origin.REGISTRY)


def _earlier(proposal: Proposal, rows: dict[int, Participation], catalogue: Catalogue) -> dict[str, Values]:
    """By reference, what their owner said of the same in proposals that were submitted: the newest answer of each."""
    mine = Proposal.objects.filter(owner=proposal.owner, submitted_at__isnull=False).exclude(pk=proposal.pk)
    met = Participation.objects.filter(proposal__in=mine, partner__in=list(rows)).values_list("uid", "partner_id")
    row_of = {str(uid): str(rows[partner].uid) for uid, partner in met} | {"": ""}
    answers = (
        Answer.objects.filter(questionnaire__proposal__in=mine, row__in=list(row_of))
        .filter(question__in=ABOUT_OURSELVES | ABOUT_PARTNER)
        .select_related("questionnaire__proposal")
        .order_by("-changed_at", "-pk")
    )
    found: dict[str, Values] = {}
    seen: set[Key] = set()
    for answer in answers:
        key, scope = (answer.question, row_of[answer.row]), "partner" if answer.row else "proposal"
        is_said = not answer.waits and answer.value != UNSURE
        if key in seen or not is_said or not is_taken(catalogue, answer.question, scope, answer.value):
            continue
        seen.add(key)
        found.setdefault(answer.questionnaire.proposal.reference, {})[key] = answer.value
    return found


def reusable_answers(
    *, answers: Iterable[Answer], rows: dict[str, tuple[str, Scope]], catalogue: Catalogue
) -> tuple[Values, list[str]]:
    """Of these answers what another proposal under this catalogue takes over, and the ids of the questions of which it
    takes nothing. `rows` maps the row of an answer to the new row and its kind."""
    taken: Values = {}
    left: set[str] = set()
    for answer in answers:
        if answer.row not in rows or answer.question in ASKED_ANEW or answer.value in (None, "", []):
            continue
        row, scope = rows[answer.row]
        if is_taken(catalogue, answer.question, scope, answer.value):
            taken[answer.question, row] = answer.value
        else:
            left.add(answer.question)
    return taken, sorted(left)


def _record(questionnaire, actor, verb, after):
    proposal = questionnaire.proposal
    record(
        verb,
        subject=questionnaire,
        actor_id=actor.pk,
        role=role_in(actor, proposal),
        actor_name=actor.name,
        reference=proposal.reference,
        after=after,
    )
