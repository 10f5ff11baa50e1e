"""Law that changes under a filed proposal puts it on the list of officers with the difference, and changes nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskassess.assessments.models import AssessmentRecord, CatalogueRelease, LawChange
from riskassess.assessments.queries import catalogue_of, latest_record
from riskassess.audit.models import Event
from riskassess.engine.loading import load_texts
from riskassess.schedule import note_law
from tests.story import *  # noqa: F403
from tests.story import HIGH, published

pytestmark = pytest.mark.django_db


def law_rule(proposal):
    """A rule of law that has no dates and speaks up in this proposal."""
    said = {finding["rule"] for finding in latest_record(proposal).result["findings"]}
    rules = catalogue_of(latest_record(proposal).release).rules
    return next(rule for rule in rules if rule.id in said and rule.rows)


def publish(version, rule_id, line):
    """A release in which one more line stands with a rule, as if it had been published."""
    texts = dict(published()["texts"])
    texts["rules.yaml"] = texts["rules.yaml"].replace(f"  - id: {rule_id}\n", f"  - id: {rule_id}\n    {line}\n")
    texts["catalogue.yaml"] = texts["catalogue.yaml"].replace(
        f"version: {published()['version']}", f"version: {version}"
    )
    catalogue = load_texts(texts)
    assert next(rule for rule in catalogue.rules if rule.id == rule_id).valid_to is not None
    return CatalogueRelease.objects.create(
        catalogue_id=catalogue.id,
        version=version,
        title=catalogue.title,
        released_on=published()["released_on"] + timedelta(days=1),
        sha256=catalogue.sha256,
        texts=texts,
    )


@pytest.fixture
def ended(submitted):
    """A proposal that was assessed under a rule whose last day was yesterday."""

    def make():
        proposal = submitted(example=HIGH)
        record = latest_record(proposal)
        rule = law_rule(proposal)
        release = publish("9.0.0", rule.id, f"valid_to: {record.as_of - timedelta(days=1)}")
        then = record.as_of - timedelta(days=2)
        AssessmentRecord.objects.filter(pk=record.pk).update(release=release, as_of=then)
        return proposal, rule

    return make


def test_rule_whose_last_day_passed_lists_the_proposal_once(ended, as_user, omar, eve):
    proposal, rule = ended()
    before = latest_record(proposal)

    note_law()
    note_law()

    change = LawChange.objects.get()
    assert (change.kind, change.rules) == ("dates", [[rule.id, rule.title, "gone"]])
    assert latest_record(proposal) == before  # nothing is assessed by itself
    assert Event.objects.filter(verb="law.changed", reference=proposal.reference).count() == 1
    page = as_user(omar).get("/desk/changes").content.decode()
    assert [words in page for words in (rule.title, "no longer applies", proposal.reference)] == [True] * 3
    assert 'href="/desk/changes"' in as_user(omar).get("/desk").content.decode()
    assert as_user(eve).post(reverse("law_change_handle", args=[change.uid])).status_code in {403, 404}

    as_user(omar).post(reverse("law_change_handle", args=[change.uid]))

    assert latest_record(proposal).trigger == "law"
    assert proposal.reference not in as_user(omar).get("/desk/changes").content.decode()


def test_release_that_changes_law_lists_what_was_approved_and_leaves_it(submitted, as_user, omar):
    proposal = submitted(example=HIGH)
    type(proposal).objects.filter(pk=proposal.pk).update(state="approved")
    record, rule = latest_record(proposal), None
    found = {each["rule"] for each in (*record.result["holds"], *record.result["findings"])}
    catalogue = catalogue_of(record.release)
    binding = {source.id for source in catalogue.sources if source.binding}
    for rule in catalogue.rules:
        is_law = rule.effect == "stop" or any(citation.source in binding for citation in rule.sources)
        if is_law and rule.id in found:
            break
    publish("9.1.0", rule.id, f"valid_to: {record.as_of - timedelta(days=1)}")

    note_law()

    change = LawChange.objects.get()
    assert (change.kind, change.cause, change.rules[0][0]) == ("release", "allea-eu 9.1.0", rule.id)
    page = as_user(omar).get("/desk/changes").content.decode()
    assert "release allea-eu 9.1.0" in page
    assert "stays approved until an officer reopens it" in page
    as_user(omar).post(reverse("law_change_handle", args=[change.uid]))
    proposal.refresh_from_db()
    assert (proposal.state, latest_record(proposal)) == ("approved", record)


def test_release_that_changes_no_law_lists_nothing(submitted):
    submitted(example=HIGH)
    texts = {**published()["texts"]}
    texts["catalogue.yaml"] = texts["catalogue.yaml"].replace(f"version: {published()['version']}", "version: 9.2.0")
    given = {**published(), "version": "9.2.0", "texts": texts, "sha256": load_texts(texts).sha256}
    CatalogueRelease.objects.create(**given | {"released_on": published()["released_on"] + timedelta(days=1)})

    note_law()

    assert not LawChange.objects.exists()


def test_page_takes_the_same_queries_for_1_and_3_changes(ended, as_user, omar):
    ended()
    note_law()
    first, counts = LawChange.objects.get(), []
    browser = as_user(omar)
    for more in (0, 2):
        for number in range(more):
            LawChange.objects.create(
                record=first.record, version=first.version, kind="dates", cause=f"{number}", rules=first.rules,
                before=first.before, after=first.after,
            )  # fmt: skip
        browser.get("/desk/changes")
        with CaptureQueriesContext(connection) as caught:
            browser.get("/desk/changes")
        counts.append(len(caught))

    assert counts[0] == counts[1]
