"""Trying out at a case, and taking it over into the decision form."""

from django.urls import reverse

from riskassess.assessments.queries import assessment_of, latest_record
from riskassess.audit.models import Event
from riskassess.reviews.models import Condition
from tests.story import HIGH
from tests.web.review.test_decide import form


def keys(proposal):
    return {finding.rule: finding.key for finding in assessment_of(latest_record(proposal)).findings}


def test_toggles_show_level_and_route_and_lead_to_a_filled_in_decision(submitted, omar, tomasz, jonas, as_user):
    proposal = submitted(example=HIGH)
    record, events = latest_record(proposal), Event.objects.count()
    row, known = record.facts["partners"][0]["id"], keys(proposal)
    picks = [f"{known['K04']}|M_separate", f"{known['K01']}|M_need_to_know"]
    address = reverse("what_if", args=[proposal.reference])

    plain = as_user(omar).get(address)
    page = as_user(omar).get(address, {"tried": "1", "pick": picks, "without": row, "answer": ["", "T4||yes"]})
    colleague = as_user(tomasz).get(address, {"tried": "1", "pick": picks})

    assert plain.context["sentences"] == []
    assert page.context["tried"].without == {row}
    assert colleague.context["result"].if_agreed.upper == "moderate"
    assert (bool(page.context["take_over"]), colleague.context["take_over"]) == (True, "")  # who recommends decides not
    assert Event.objects.count() == events

    draft = as_user(omar).get(page.context["take_over"])
    assert draft.context["form"]["outcome"].value() == "approve_in_part"
    assert row not in draft.context["form"]["scope"].value()
    assert [line["text"].value().split(".")[0] for line in draft.context["conditions"] if line.initial] != []


def test_conditions_taken_over_are_recorded_as_they_stand_in_the_form(submitted, omar, jonas, as_user):
    proposal = submitted(example=HIGH)
    picks = [f"{keys(proposal)['K04']}|M_separate"]
    url = reverse("decide", args=[proposal.reference])
    draft = as_user(omar).get(url, {"take": picks})
    line = draft.context["conditions"][0]
    given = {f"conditions-0-{name}": line[name].value() for name in ("text", "responsible", "due_on")}

    for person in (omar, jonas):
        answer = as_user(person).post(url, form(proposal, **given, **{"conditions-INITIAL_FORMS": "1"}))
        assert answer.status_code == 302

    assert [(row.text, row.responsible) for row in Condition.objects.all()] == [
        (given["conditions-0-text"], given["conditions-0-responsible"])
    ]
