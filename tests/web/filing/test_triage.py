"""Six questions before signing in: the engine's own word, and nothing kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.triage import triage, triage_questions

pytestmark = pytest.mark.django_db
CALM = {"T4": "humanities", "T5": "yes", "Y1": ["open"], "O4": "no"}
GRAVE = {"T4": "trl4", "D1": ["quantum"], "T5": "no", "X1": "yes", "Y1": ["confidential"], "O4": "yes"}


def test_there_are_six_questions_of_the_release(client, catalogue_release):
    questions = triage_questions(catalogue_of(catalogue_release))

    page = client.get(reverse("triage")).content.decode()

    assert len(questions) == 6
    assert page.count('class="ra-card ra-question"') == 6


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (CALM, "This is likely to be quick"),
        (GRAVE, "A full review may be needed"),
        ({}, "Talk to us early"),
        (dict.fromkeys(("T4", "D1", "T5", "X1", "Y1", "O4"), "unsure"), "Talk to us early"),
    ],
)
def test_answers_lead_to_a_word_with_its_reasons(client, catalogue_release, given, said):
    response = client.post(reverse("triage"), given)

    page = response.content.decode()
    assert (response.status_code, f"<h1>{said}</h1>" in page) == (200, True)
    for finding in triage(catalogue_of(catalogue_release), given, on=timezone.localdate()).result.findings:
        assert f"#rule-{finding.rule}" in page


def test_what_is_only_possible_is_folded_and_said_to_be_open(client, catalogue_release):
    page = client.post(reverse("triage"), {}).content.decode()
    before_folds = page.partition("more rules may apply")[0]

    assert "6 of the six questions are open." in page
    assert "Nothing is certain from these answers." in before_folds
    assert 'class="ra-finding' not in before_folds


def test_findings_of_answered_questions_are_shown_at_once(client, catalogue_release):
    page = client.post(reverse("triage"), GRAVE).content.decode()
    findings = triage(catalogue_of(catalogue_release), GRAVE, on=timezone.localdate()).result.findings

    assert findings
    assert all(f"#rule-{finding.rule}" in page.partition("more rule")[0] for finding in findings[:5])
    assert "of the six questions" not in page


def test_early_help_names_the_office(client, university):
    assert "mailto:research-security@norderhaven.example" in client.post(reverse("triage"), {}).content.decode()


def test_a_riskier_answer_never_leads_to_a_lower_level(catalogue_release):
    catalogue, order = catalogue_of(catalogue_release), ("low", "moderate", "high", "very_high")

    levels = [triage(catalogue, given, on=timezone.localdate()).result.inherent for given in (CALM, GRAVE)]

    assert levels[0].upper == "low"
    assert order.index(levels[0].upper) < order.index(levels[1].upper)


def test_what_is_called_up_is_ordinary_at_best_and_open_at_worst(catalogue_release):
    found = triage(catalogue_of(catalogue_release), GRAVE, on=timezone.localdate())

    assert "O4a" in [question.id for question in found.called]
    assert (found.result.route, found.calm.route) == ("full", "fast_track")


def test_nothing_is_written_and_no_cookie_is_set(client, catalogue_release):
    client.get(reverse("start"))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.post(reverse("triage"), GRAVE)

    assert [line["sql"] for line in asked if not line["sql"].startswith("SELECT")] == []
    assert len(asked) <= 4
    assert response.cookies == {}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "given",
    [
        {"T4": "<script>alert(1)</script>"},
        {"T4": ["basic", "humanities'--"], "Y1": ["open", "../../etc"]},
        {"Y1": ["open"] * 900, "D1": ["none", "quantum"]},
        {"X6": "confirmed", "shown": "T4:1", "row": "p2"},
    ],
)
def test_hostile_answers_get_a_sentence_or_are_left_out(client, catalogue_release, given):
    response = client.post(reverse("triage"), given)

    assert response.status_code in {200, 422}
    assert b"<script>alert" not in response.content


def test_without_a_catalogue_there_is_no_page_yet(client):
    assert client.get(reverse("triage")).status_code == 404
