"""Answers filled in from elsewhere: what comes along, what stays behind, and that none is submitted unseen."""

import pytest

from partners.models import Partner
from riskassess import workflow
from riskassess.assessments.models import Answer, AnswerChange, Origin
from riskassess.assessments.prefilling import confirm_answers, prefill
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.services import open_questionnaire, save_answers
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.management.filing import answer, people_in
from riskassess.proposals.contacts import contacts_of
from riskassess.proposals.models import Proposal
from riskassess.proposals.services import create_proposal
from riskassess.proposals.states import State
from tests.story import HIGH, LOW, MODERATE, OPEN

pytestmark = pytest.mark.django_db
GHANA = [{"name": "University of Ghana", "country": "GH", "answers": {}}]


def plain(value):
    return sorted(value) if isinstance(value, list) else value


def answers_of(proposal: Proposal) -> dict[tuple[str, str], Answer]:
    rows = {str(row.uid): row.partner.name for row in proposal.participations.select_related("partner")}
    rows |= {str(row.uid): row.name for row in proposal.funders.all()}
    rows |= {str(row.uid): row.label for row in proposal.technology_items.all()} | {"": ""}
    return {(each.question, rows[each.row]): each for each in proposal.questionnaire.answers.all()}


@pytest.mark.parametrize("example", [LOW, MODERATE, HIGH, OPEN])
def test_copy_says_the_same_under_a_new_reference_and_every_answer_waits(filed, ana, example):
    source = filed(example=example)

    copied = workflow.copy_proposal(source=source, actor=ana)

    new, old = answers_of(copied.proposal), answers_of(source)
    assert {key: plain(each.value) for key, each in new.items()} == {
        key: plain(each.value) for key, each in old.items() if key[0] not in {"T6", "T6a", "T7", "O9"}
    }
    assert {(each.waits, each.origin, each.origin_reference) for each in new.values()} == {
        (True, Origin.COPIED, source.reference)
    }
    assert copied.left == []
    assert copied.proposal.copied_from == source
    assert copied.proposal.renews is None
    assert (copied.proposal.reference != source.reference, copied.proposal.state) == (True, State.DRAFT)
    for rows in ("participations", "funders", "technology_items", "visits"):
        assert [str(row) for row in getattr(copied.proposal, rows).all()] == [
            str(row) for row in getattr(source, rows).all()
        ]
    assert copied.proposal.kinds == source.kinds


def test_copy_leaves_answers_that_the_newest_release_does_not_take(filed, ana):
    source = filed()
    Answer.objects.filter(questionnaire=source.questionnaire, question="T4").update(value="an option of long ago")
    Answer.objects.create(
        questionnaire=source.questionnaire, question="T99", value="yes", changed_by=ana, changed_at=source.created_at
    )

    copied = workflow.copy_proposal(source=source, actor=ana)

    assert copied.left == ["T4", "T99"]
    assert {"T4", "T99"} & {question for question, _row in answers_of(copied.proposal)} == set()


def test_copy_takes_people_at_partners_only_where_that_is_asked_for(filed, ana):
    source = filed()
    content = {"partners": [{"contacts": [{"name": "Akua Mensah", "role": "lab lead"}]}]}
    partner = list(source.participations.all())[:1]
    workflow.choose_contacts(proposal=source, actor=ana, people=people_in(content, partner))

    without = workflow.copy_proposal(source=source, actor=ana).proposal
    with_them = workflow.copy_proposal(source=source, actor=ana, with_people=True).proposal

    assert contacts_of(without) == []
    assert [(row.contact.name, row.role) for row in contacts_of(with_them)] == [("Akua Mensah", "lab lead")]


def test_copy_of_a_merged_partner_names_the_one_that_was_kept(filed, ana):
    source = filed(partners=GHANA)
    merged = source.participations.get().partner
    kept = Partner.objects.create(
        name="University of Ghana, Legon", normalised="university of ghana legon", country="GH"
    )
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])

    copied = workflow.copy_proposal(source=source, actor=ana).proposal

    assert [row.partner for row in copied.participations.all()] == [kept]


def test_copy_is_on_record_with_what_came_along(filed, ana):
    source = filed()

    copied = workflow.copy_proposal(source=source, actor=ana)

    event = Event.objects.get(verb="proposal.copied")
    assert event.reference == copied.proposal.reference
    assert event.detail.after == {"from": source.reference, "answers": copied.taken, "left_out": []}
    assert not AnswerChange.objects.filter(answer__questionnaire__proposal=copied.proposal, is_told=False).exists()


def test_renewal_is_open_once_and_only_of_what_stands(submitted, filed, ana):
    with pytest.raises(Conflict, match="can be renewed"):
        workflow.copy_proposal(source=filed(), actor=ana, is_renewal=True)
    source = submitted()
    assert source.state == State.REGISTERED

    renewal = workflow.copy_proposal(source=source, actor=ana, is_renewal=True).proposal

    assert (renewal.renews, renewal.title) == (source, source.title)
    answers = answers_of(renewal)
    assert (answers.pop(("T6", "")).value, answers.pop(("T6a", "")).value) == ("renewal", source.reference)
    assert {(each.origin, each.waits) for each in answers.values()} == {(Origin.RENEWED, True)}
    with pytest.raises(Conflict, match=renewal.reference):
        workflow.copy_proposal(source=source, actor=ana, is_renewal=True)


def test_filled_in_answers_cannot_be_submitted_until_somebody_confirms_them(filed, ana):
    source = filed()
    copied = workflow.copy_proposal(source=source, actor=ana).proposal
    answer(proposal=copied, actor=ana, values={("T6", ""): "new"})

    with pytest.raises(DomainError, match="still right"):
        workflow.submit(proposal=copied, actor=ana)
    copied.refresh_from_db()
    assert copied.state == State.DRAFT
    keys = [(each.question, each.row) for each in copied.questionnaire.answers.all()]
    workflow.confirm_answers(proposal=copied, actor=ana, keys=keys)
    workflow.submit(proposal=copied, actor=ana)

    confirmed = copied.questionnaire.answers.exclude(question="T6")
    assert {(each.confirmed_by, each.waits) for each in confirmed} == {(ana, False)}
    assert Event.objects.get(verb="answers.confirmed").detail.after["questions"] == sorted(
        {question for question, _row in keys} - {"T6"}
    )


def test_another_answer_needs_no_confirmation_and_forgets_where_it_came_from(filed, ana):
    copied = workflow.copy_proposal(source=filed(), actor=ana).proposal

    save_answers(questionnaire=copied.questionnaire, actor=ana, values={("T5", ""): "no"})

    changed = copied.questionnaire.answers.get(question="T5")
    assert (changed.origin, changed.origin_reference, changed.waits) == ("", "", False)


def test_prefill_leaves_what_somebody_said_or_took_back(filed, ana):
    draft = filed()
    questionnaire = draft.questionnaire
    save_answers(questionnaire=questionnaire, actor=ana, values={("T5", ""): "no", ("T4", ""): None})

    made = prefill(
        questionnaire=questionnaire,
        actor=ana,
        values={("T5", ""): "yes", ("T4", ""): "basic", ("P1", ""): "New data"},
        origin=Origin.FILE,
    )

    assert [each.question for each in made] == ["P1"]
    assert questionnaire.answers.get(question="T5").value == "no"


def test_prefill_keeps_several_options_in_the_order_of_a_page(filed, ana):
    draft = filed(answers={})
    order = [option.id for option in catalogue_of(draft.questionnaire.release).question("T3").options]

    prefill(questionnaire=draft.questionnaire, actor=ana, values={("T3", ""): order[2::-1]}, origin=Origin.FILE)

    assert draft.questionnaire.answers.get(question="T3").value == order[:3]


def test_known_of_a_partner_comes_from_the_registry_and_from_earlier_proposals(submitted, university, ana):
    earlier = submitted(example=MODERATE)
    draft = create_proposal(owner=ana, title="Another", unit=ana.unit)
    company = Partner.objects.create(name="Seaweed Ltd", normalised="seaweed ltd", country="NO", type="company")
    school = Partner.objects.create(name="A school", normalised="a school", country="NO", type="education")
    ghana = earlier.participations.get().partner
    workflow.choose_partners(
        proposal=draft, actor=ana, rows=[(company, "partner"), (school, "partner"), (ghana, "partner")]
    )

    workflow.fill_in_known(proposal=draft, actor=ana)

    found = {key: (each.value, each.origin) for key, each in answers_of(draft).items()}
    assert found == {
        ("O1", "Seaweed Ltd"): ("company", Origin.REGISTRY),
        ("O1", "University of Ghana"): ("public_university", Origin.EARLIER),
        ("O2", "University of Ghana"): ("long_standing", Origin.EARLIER),
        ("V5", "University of Ghana"): ("equal_rules", Origin.EARLIER),
    }
    assert workflow.fill_in_known(proposal=draft, actor=ana) == []


def test_what_others_answered_is_not_filled_in(submitted, university, ana, eve):
    submitted(example=MODERATE, owner=eve)
    draft = create_proposal(owner=ana, title="Another", unit=ana.unit)
    ghana = Partner.objects.get(name="University of Ghana")
    workflow.choose_partners(proposal=draft, actor=ana, rows=[(ghana, "partner")])

    workflow.fill_in_known(proposal=draft, actor=ana)

    assert open_questionnaire(proposal=draft).answers.count() == 0


def test_confirming_takes_only_what_was_filled_in(filed, ana):
    draft = filed()

    assert confirm_answers(questionnaire=draft.questionnaire, actor=ana, keys=[("T5", "")]) == []
    assert not Event.objects.filter(verb="answers.confirmed").exists()
