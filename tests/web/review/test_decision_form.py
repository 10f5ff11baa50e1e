"""What the decision form shows and refuses: changes since it was opened, grounds, and earlier cases that are alike."""

from django.urls import reverse

from riskassess import workflow
from riskassess.assessments.queries import assessment_of, latest_record
from riskassess.reviews.grounds import GENERAL, grounds_of, reminding_words
from riskassess.reviews.models import Case, Decision, Vote
from riskassess.reviews.queries import visible_proposals
from riskassess.reviews.similar import rules_found, similar_cases
from tests.story import HIGH, MODERATE
from tests.web.review.test_decide import form


def test_change_since_the_page_was_opened_refuses_says_what_and_keeps_the_words(submitted, omar, as_user):
    proposal = submitted(example=HIGH)
    url, browser = reverse("decide", args=[proposal.reference]), as_user(omar)
    opened = browser.get(url).context["form"]
    shown = latest_record(proposal)
    given = form(proposal, lists=opened["lists"].value(), source="", grounds=grounds_of(opened.result)[0][0])
    key = next(finding.key for finding in assessment_of(shown).findings if finding.rule == "K04")
    workflow.propose_safeguard(proposal=proposal, actor=proposal.owner, finding=key, mitigation="M_separate")

    refused = browser.post(url, given)
    fresh = refused.context["form"]["record"].value()
    other_list = browser.post(url, {**given, "record": fresh, "lists": "0000"})

    assert (refused.status_code, other_list.status_code, Vote.objects.count()) == (409, 409, 0)
    assert "With the proposed safeguards too" in refused.content.decode()
    assert "The workshop is shared." in refused.content.decode()
    assert str(fresh) == str(latest_record(proposal).uid) != str(shown.uid)
    assert "Lists changed" in other_list.content.decode()

    done = browser.post(url, {**given, "record": fresh, "reasons": "The nationality of the owner."}, follow=True)
    vote = Vote.objects.get()
    assert vote.source.startswith("Finding ")
    assert vote.reminded == ["nationality"]  # it reminds, and stops nothing
    assert "No reason may rest on where somebody comes from" in done.content.decode()


def test_no_ground_rests_on_origin():
    words = [str(text) for text in GENERAL.values()]

    assert reminding_words(*words) == []
    assert reminding_words("Born in Oslo, a Norwegian passport", "born in Oslo") == ["Born in", "passport"]
    assert reminding_words("The institution of origin-destination models") == []


def test_earlier_cases_with_the_same_findings_stand_beside_the_form(
    approved, submitted, omar, jonas, as_user, django_assert_num_queries
):
    earlier, proposal = approved(), submitted(example=MODERATE)
    case, result = Case.objects.get(proposal=proposal), assessment_of(latest_record(proposal))
    assert Decision.objects.get().rules == rules_found(result)

    scope = visible_proposals(omar)
    with django_assert_num_queries(1):
        found = similar_cases(case=case, result=result, proposals=scope, user=omar)
    hidden = similar_cases(case=case, result=result, proposals=visible_proposals(earlier.owner), user=earlier.owner)
    page = as_user(omar).get(reverse("case", args=[proposal.reference]))

    assert [(row.reference, row.outcome, row.same == row.of) for row in found] == [
        (earlier.reference, "approve_with_conditions", True)
    ]
    assert hidden == []
    assert page.status_code == 200
