"""Who gets which page of one high case: a table typed by hand from the permission matrix, against the real views."""

import uuid
from decimal import Decimal

import pytest
from django.urls import get_resolver, reverse

from partners.services import add_owner, register_partner
from riskassess import workflow
from riskassess.accounts.models import User
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.web.policy import OBJECT, POLICY
from tests.story import HIGH

PEOPLE = ("ana", "tomasz", "omar", "jonas", "david", "ada", "eve")
# Before the officer's vote: the approver is not in yet, and sees nothing.
PAGES = {
    #                    ana  tomasz omar jonas david ada  eve
    "home":             (200, 302, 302, 302, 302, 302, 200),
    "proposal_new":     (200, 403, 403, 403, 403, 403, 200),
    "proposal_import":  (302, 403, 403, 403, 403, 403, 302),
    "desk":             (403, 200, 200, 200, 403, 403, 403),
    "decisions":        (403, 403, 403, 200, 403, 403, 403),
    "desk_keys":        (403, 200, 200, 200, 403, 403, 403),
    "audit":            (403, 403, 403, 403, 200, 200, 403),
    "exports":          (403, 403, 403, 403, 200, 200, 403),
    "export_new":       (403, 403, 403, 403, 200, 404, 403),
    "audit_samples":    (403, 403, 403, 403, 200, 403, 403),
    "audit_notes":      (403, 403, 403, 403, 200, 403, 403),
    "audit_case":       (403, 403, 403, 404, 200, 404, 404),
    "mandates":         (403, 403, 200, 403, 403, 200, 403),
    "settings":         (403, 403, 403, 403, 403, 200, 403),
    "working_days":     (403, 403, 403, 403, 403, 200, 403),
    "privacy":          (403, 403, 200, 403, 200, 200, 403),
    "letterhead":       (403, 403, 403, 403, 403, 200, 403),
    "jobs":             (403, 403, 403, 403, 403, 200, 403),
    "reports":          (403, 200, 200, 200, 200, 200, 403),
    "replays":          (403, 403, 200, 403, 200, 200, 403),
    "list_sources":     (403, 403, 200, 403, 200, 403, 403),
    "partners":         (200, 200, 200, 200, 200, 403, 200),
    "ror_files":        (403, 403, 200, 403, 200, 403, 403),
    "list_source":      (403, 403, 200, 403, 200, 403, 403),
    "proposal":         (200, 200, 200, 404, 200, 404, 404),
    "assessment":       (200, 200, 200, 404, 200, 404, 404),
    "proposal_file":    (200, 200, 200, 404, 200, 404, 404),
    "proposal_crate":   (200, 200, 200, 404, 200, 404, 404),
    "proposal_form":    (200, 200, 200, 404, 200, 404, 404),
    "safeguards":       (200, 200, 200, 404, 200, 404, 404),
    "version":          (200, 200, 200, 404, 200, 404, 404),
    "answer_history":   (200, 200, 200, 404, 200, 404, 404),
    "withdraw":         (200, 403, 403, 404, 403, 404, 404),
    "discard":          (403, 403, 403, 404, 403, 404, 404),
    "collaboration":    (302, 403, 403, 404, 403, 404, 404),
    "contacts":         (302, 403, 403, 404, 403, 404, 404),
    "people":           (200, 200, 200, 404, 200, 404, 404),
    "invitation":       (403, 403, 403, 404, 403, 404, 404),
    "transfer":         (403, 403, 403, 404, 403, 404, 404),
    "evidence":         (200, 200, 200, 404, 200, 404, 404),
    "messages":         (200, 200, 200, 404, 200, 404, 404),
    "section":          (302, 403, 403, 404, 403, 404, 404),
    "check":            (302, 403, 403, 404, 403, 404, 404),
    "renewal":          (404, 404, 404, 404, 404, 404, 404),
    "submit":           (302, 302, 302, 404, 302, 404, 404),
    "receipt":          (404, 404, 404, 404, 404, 404, 404),
    "case":             (403, 200, 200, 404, 200, 404, 404),
    "interest":         (403, 200, 200, 404, 403, 404, 404),
    "experts":          (403, 200, 200, 404, 200, 404, 404),
    "recommend":        (403, 200, 200, 404, 403, 404, 404),
    "decide":           (403, 403, 200, 404, 403, 404, 404),
    "what_if":          (403, 200, 200, 404, 200, 404, 404),
    "determinations":   (403, 200, 200, 404, 200, 404, 404),
    "assign":           (403, 403, 200, 404, 403, 404, 404),
    "request_changes":  (403, 200, 200, 404, 403, 404, 404),
    "ask":              (403, 200, 200, 404, 403, 404, 404),
    "flag":             (403, 200, 200, 404, 403, 404, 404),
    "unflag":           (403, 403, 403, 404, 403, 404, 404),
    "appeal":           (404, 403, 403, 404, 403, 404, 404),
    "follow_up":        (404, 404, 404, 404, 404, 404, 404),
    "partner_corrections": (200, 200, 200, 404, 200, 404, 404),
    "insights":         (403, 403, 200, 403, 200, 403, 403),
    "appeal_hear":      (403, 403, 403, 404, 403, 404, 404),
    "terminate":        (403, 403, 403, 404, 403, 404, 404),
    "reopen":           (403, 403, 403, 404, 403, 404, 404),
    "close":            (403, 403, 403, 404, 403, 404, 404),
}  # fmt: skip
WITHOUT_REFERENCE = {
    "home", "proposal_import", "proposal_new", "desk", "audit", "settings", "privacy", "replays", "list_sources",
    "partners", "ror_files", "insights", "working_days", "desk_keys", "decisions",
    "exports", "export_new", "audit_samples", "audit_notes", "mandates",
}  # fmt: skip
WITHOUT_REFERENCE |= {"letterhead", "jobs", "reports"}
EXTRA = {
    "export_new": {"table": "cases"},
    "follow_up": {"kind": "midterm"},
    "section": {"section": "work"},
    "version": {"number": 1},
}


# The same for everybody, with or without a login; the PDF is on its way until a worker has made it.
OPEN = {
    "start": 200, "triage": 200, "questionnaire": 200, "questionnaire_pdf": 202, "who_sees_what": 200, "guidance": 200,
    "verify": 200, "verify_checker": 200, "proposal_format": 200, "proposal_schema": 200,
    "guidance_risk": 200, "guidance_safeguards": 200, "guidance_safeguard": 200, "guidance_clauses": 200,
    "handbook": 200, "handbook_release": 200,
}  # fmt: skip
OPEN_EXTRA = {
    "guidance_risk": {"dimension": "knowledge"},
    "guidance_safeguard": {"mitigation": "M_end_use"},
    "handbook_release": {"catalogue": "allea-eu", "version": "1.1.1"},
}


@pytest.fixture
def people(university):
    found = {key: university.people[key] for key in PEOPLE if key in university.people}
    found["ada"] = User.objects.get(email__startswith="ada")
    return found


def address(name, proposal):
    if name == "list_source":
        return reverse(name, args=["un"])
    if name in WITHOUT_REFERENCE:
        return reverse(name, kwargs=EXTRA.get(name))
    return reverse(name, kwargs={"reference": proposal.reference, **EXTRA.get(name, {})})


def test_pages_of_a_high_case_by_person(submitted, people, as_user):
    proposal = submitted(example=HIGH)

    seen = {
        name: tuple(as_user(people[person]).get(address(name, proposal)).status_code for person in PEOPLE)
        for name in PAGES
    }

    assert seen == PAGES


def test_pages_for_everybody_are_the_same_with_and_without_a_login(people, as_user, client):
    readers = [client, *(as_user(people[person]) for person in PEOPLE)]

    for name, status in OPEN.items():
        url = reverse(name, kwargs=OPEN_EXTRA.get(name, {}))
        assert {reader.get(url).status_code for reader in readers} == {status}, name
        posted = {reader.post(url, {}).status_code for reader in readers}
        said = {"triage": {200}, "verify": {422}}  # nothing asked: the six questions again, and a sentence
        assert posted == said.get(name, {403, 405} & posted), name


def test_approver_comes_in_with_the_officers_vote(submitted, people, as_user):
    proposal = submitted(example=HIGH)
    workflow.decide(
        case=proposal.case,
        actor=people["omar"],
        record_uid=str(latest_record(proposal).uid),
        outcome="decline",
        reasons="No.",
        source="K04",
        why_safeguards_fail="They would not.",
    )
    jonas = as_user(people["jonas"])

    assert [jonas.get(address(name, proposal)).status_code for name in ("case", "decide", "recommend")] == [
        200,
        200,
        403,
    ]
    assert b"No." not in jonas.get(address("case", proposal)).content


def test_what_is_hidden_looks_like_what_does_not_exist(submitted, people, as_user):
    proposal = submitted(example=HIGH)
    eve = as_user(people["eve"])

    hidden = eve.get(address("proposal", proposal))
    missing = eve.get(reverse("proposal", args=["RA-2026-9999"]))

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert len(hidden.content) == len(missing.content)


def test_nobody_outside_can_post_anything_to_the_case(submitted, people, as_user):
    proposal = submitted(example=HIGH)
    before = (proposal.state, proposal.revision)
    given = {
        "reference": proposal.reference,
        "uid": uuid.uuid4(),
        **EXTRA["section"],
        **EXTRA["version"],
        **EXTRA["follow_up"],
    }

    for route, method in POLICY:
        if POLICY[route, method] != OBJECT or method != "POST" or route.startswith("report"):
            continue
        names = get_resolver().reverse_dict.getlist(route)[0][0][0][1]
        url = reverse(route, kwargs={name: given[name] for name in names})
        for person in ("eve", "ada", "jonas"):
            assert as_user(people[person]).post(url, {}).status_code == 404, (route, person)
        # On the pages of the audit an auditor writes what is their own, and nothing of the case.
        allowed = {422} if route.startswith("audit_") else {403, 404}
        assert as_user(people["david"]).post(url, {}).status_code in allowed, route

    proposal.refresh_from_db()
    assert (proposal.state, proposal.revision) == before


def test_only_authors_copy_and_only_what_stands_is_renewed(submitted, people, as_user):
    proposal = submitted(example=HIGH)

    seen = {
        name: tuple(as_user(people[person]).post(address(name, proposal)).status_code for person in PEOPLE)
        for name in ("proposal_copy", "proposal_renew")
    }

    #                           ana  tomasz omar jonas david ada  eve; in review nothing can be renewed yet
    assert seen == {
        "proposal_copy":       (302, 403, 403, 404, 403, 404, 404),
        "proposal_renew":      (409, 403, 403, 404, 403, 404, 404),
    }  # fmt: skip


def test_details_of_an_owner_are_erased_by_officers_alone(people, as_user):
    partner = register_partner(name="Kestrel Arc", country="NO", actor=people["omar"])
    given = {"owner_name": "Ida Holm", "owner_kind": "person", "source": "Register", "actor": people["omar"]}
    share = add_owner(owned=partner, percent=Decimal(60), **given)
    url = reverse("owner_erase", args=[partner.uid, share.person.uid])

    seen = tuple(as_user(people[person]).get(url).status_code for person in PEOPLE)
    refused = [
        as_user(people[person]).post(url, {"reason": "No."}).status_code for person in PEOPLE if person != "omar"
    ]

    assert seen == (403, 403, 200, 403, 403, 403, 403)
    assert set(refused) == {403}


def test_a_denial_leaves_an_event(submitted, people, as_user):
    proposal = submitted(example=HIGH)

    as_user(people["tomasz"]).get(address("decide", proposal))

    event = Event.objects.filter(verb="access.denied").latest("sequence")
    assert (event.actor_id, event.reference) == (people["tomasz"].pk, proposal.reference)


def test_an_account_that_was_closed_gets_nothing(submitted, people, as_user):
    proposal = submitted(example=HIGH)
    omar = as_user(people["omar"])
    User.objects.filter(pk=people["omar"].pk).update(is_active=False)

    assert omar.get(address("case", proposal)).status_code == 302
