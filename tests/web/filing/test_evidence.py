"""Evidence on its page: who adds, changes and reads it, and what happens to what can't be kept."""

import hashlib
import uuid

import pytest
from django.urls import reverse

from riskassess import workflow
from riskassess.audit.models import AccessRead, Event
from riskassess.files.models import StoredFile
from riskassess.proposals.models import CoInvestigator, EvidenceVersion
from riskassess.reports.content.collecting import collect
from riskassess.web.uploading import LARGEST_BY_ROUTE
from tests.files import hostile, making
from tests.story import HIGH, submit_proposal
from tests.web.filing.evidence import NOTE, add, change, kept_in, upload, url
from tests.web.filing.pages import read, text_of


def test_files_of_each_kind_are_added_at_once_and_stand_on_the_page(proposal, ana, as_user, folder):
    answer = add(as_user(ana), proposal, *(upload(name) for name in making.SOUND))

    page = text_of(as_user(ana).get(url(proposal)))
    assert answer.status_code == 302
    assert all(name in page for name in making.SOUND)
    assert "7 documents" in page
    assert "Belongs to: the whole proposal" in page
    assert len(kept_in(folder)) == 7
    event = Event.objects.filter(verb="evidence.added").latest("sequence")
    assert "note" not in str(event.detail.after)
    assert event.reference == proposal.reference


def test_file_comes_back_as_data_to_keep(proposal, ana, as_user):
    add(as_user(ana), proposal, upload("note.txt", b"hello\n"))
    version = EvidenceVersion.objects.get()

    answer = as_user(ana).get(reverse("evidence_file", args=[proposal.reference, version.uid]))

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"hello\n",
        "text/plain; charset=utf-8",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="note.txt"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_name_in_another_script_comes_back_encoded(proposal, ana, as_user):
    add(as_user(ana), proposal, upload("研究 plan.txt", b"hello\n"))
    version = EvidenceVersion.objects.get()

    answer = as_user(ana).get(reverse("evidence_file", args=[proposal.reference, version.uid]))

    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E7%A0%94%E7%A9%B6%20plan.txt"


def test_what_was_left_out_is_said_with_both_fingerprints(proposal, ana, as_user):
    given = making.photo()
    add(as_user(ana), proposal, upload("photo.jpg", given))
    stored = EvidenceVersion.objects.get().file

    page = text_of(as_user(ana).get(url(proposal)))

    assert hashlib.sha256(given).hexdigest() == stored.given_sha256 != stored.sha256
    assert stored.given_sha256 in page
    assert stored.sha256 in page
    assert "where the picture was taken" in page


def test_one_refused_file_takes_no_other_with_it(proposal, ana, as_user, folder):
    answer = add(as_user(ana), proposal, upload(), upload("setup.pdf", b"MZ\x90\x00\x03\x00\x00\x00\xff\xff\x00"))

    page = text_of(answer)
    assert answer.status_code == 422
    assert "1 file was not kept setup.pdf Its content is a program" in page
    assert [version.file.name for version in EvidenceVersion.objects.all()] == ["letter.pdf"]
    assert len(kept_in(folder)) == 1


def test_same_file_is_not_added_twice(proposal, ana, as_user):
    add(as_user(ana), proposal, upload("note.txt"))

    assert "It is there already, as “note”." in text_of(add(as_user(ana), proposal, upload("same.txt", NOTE)))
    assert EvidenceVersion.objects.count() == 1


def test_evidence_belongs_to_a_partner_or_a_question(proposal, ana, as_user):
    form = read(as_user(ana).get(url(proposal)))
    partner = proposal.participations.first()
    assert "about" in dict(form.forms["add"])

    add(as_user(ana), proposal, upload("note.txt"), about=f"row:{partner.uid}")
    add(as_user(ana), proposal, upload("plan.png"), about="question:T4:")
    page = text_of(as_user(ana).get(url(proposal)))

    assert f"Belongs to: {partner.partner.name}" in page
    assert EvidenceVersion.objects.filter(evidence__question="T4", evidence__row="").count() == 1


def test_what_it_belongs_to_has_to_be_among_those_shown(proposal, ana, as_user):
    answer = add(as_user(ana), proposal, about=f"row:{uuid.uuid4()}")

    assert answer.status_code == 422
    assert "Choose one of those shown." in text_of(answer)
    assert EvidenceVersion.objects.count() == 0


def test_next_version_leaves_the_earlier_one_to_download(proposal, ana, as_user):
    add(as_user(ana), proposal)
    first = EvidenceVersion.objects.get()

    answer = change(as_user(ana), proposal, first.evidence, do="replace", file=upload("note.txt"))

    assert answer.status_code == 302
    assert "1 earlier version" in text_of(as_user(ana).get(url(proposal)))
    assert as_user(ana).get(reverse("evidence_file", args=[proposal.reference, first.uid])).status_code == 200


def test_next_version_that_is_refused_says_why_and_changes_nothing(proposal, ana, as_user, folder):
    add(as_user(ana), proposal)

    answer = change(
        as_user(ana), proposal, EvidenceVersion.objects.get().evidence, do="replace", file=upload("note.txt", b"a\x00b")
    )

    assert answer.status_code == 422
    assert "of a kind that we do not know" in text_of(answer)
    assert (EvidenceVersion.objects.count(), len(kept_in(folder))) == (1, 1)


def test_title_is_changed_and_an_empty_one_is_not(proposal, ana, as_user):
    add(as_user(ana), proposal)
    evidence = EvidenceVersion.objects.get().evidence

    assert change(as_user(ana), proposal, evidence, do="rename", title="  Ethics\u202e approval ").status_code == 302
    answer = change(as_user(ana), proposal, evidence, do="rename", title=" ")

    evidence.refresh_from_db()
    assert (answer.status_code, evidence.title) == (422, "Ethics approval")
    assert "Give the evidence a title." in text_of(answer)


def test_removing_takes_the_bytes_too(proposal, ana, as_user, folder, django_capture_on_commit_callbacks):
    add(as_user(ana), proposal)
    with django_capture_on_commit_callbacks(execute=True):
        answer = change(as_user(ana), proposal, EvidenceVersion.objects.get().evidence, do="remove")

    assert answer.status_code == 302
    assert (EvidenceVersion.objects.count(), StoredFile.objects.count(), kept_in(folder)) == (0, 0, [])


def test_discarded_draft_leaves_no_file(proposal, ana, as_user, folder, django_capture_on_commit_callbacks):
    add(as_user(ana), proposal)

    with django_capture_on_commit_callbacks(execute=True):
        workflow.discard(proposal=proposal, actor=ana)

    assert (StoredFile.objects.count(), kept_in(folder)) == (0, [])


def test_failed_story_leaves_no_file(proposal, ana, as_user, folder, monkeypatch):
    monkeypatch.setattr("riskassess.proposals.evidence.touch", lambda _proposal: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        add(as_user(ana), proposal)

    assert (StoredFile.objects.count(), kept_in(folder)) == (0, [])


def test_reader_among_the_authors_reads_and_changes_nothing(proposal, ana, mateo, as_user):
    CoInvestigator.objects.create(proposal=proposal, user=mateo, can_edit=False)
    add(as_user(ana), proposal)

    page = as_user(mateo).get(url(proposal))

    assert "letter.pdf" in text_of(page)
    assert "add" not in read(page).forms
    assert add(as_user(mateo), proposal).status_code == 403
    assert EvidenceVersion.objects.count() == 1


def test_editing_coinvestigator_adds(proposal, mateo, as_user):
    CoInvestigator.objects.create(proposal=proposal, user=mateo, can_edit=True)

    assert add(as_user(mateo), proposal).status_code == 302


def test_nothing_is_added_or_removed_once_it_was_submitted(proposal, ana, as_user, listed):
    add(as_user(ana), proposal)
    submit_proposal(proposal)
    evidence = EvidenceVersion.objects.get().evidence

    late = [add(as_user(ana), proposal, upload("note.txt")), change(as_user(ana), proposal, evidence, do="remove")]

    assert [answer.status_code for answer in late] == [409, 409]
    assert EvidenceVersion.objects.count() == 1
    assert "add" not in read(as_user(ana).get(url(proposal))).forms


def test_most_files_of_a_proposal_and_most_bytes_of_a_person(proposal, ana, as_user, settings):
    settings.EVIDENCE_FILES = 1
    add(as_user(ana), proposal)
    assert "at most 1 files" in text_of(add(as_user(ana), proposal, upload("note.txt")))

    settings.EVIDENCE_FILES, settings.EVIDENCE_MEGABYTES = 50, 0
    assert "Remove what you no longer need" in text_of(add(as_user(ana), proposal, upload("note.txt")))
    assert EvidenceVersion.objects.count() == 1


def test_too_large_file_says_how_large_and_what_to_do(proposal, ana, as_user):
    answer = add(as_user(ana), proposal, upload("big.txt", b"a" * (20 * 1024 * 1024 + 1)))

    assert "20.0 MB is more than the 20 MB we can keep. Add a smaller version" in text_of(answer)


def test_form_larger_than_the_page_takes_is_413(proposal, ana, as_user, monkeypatch, folder):
    monkeypatch.setitem(LARGEST_BY_ROUTE, "evidence", 100)

    answer = add(as_user(ana), proposal)

    assert answer.status_code == 413
    assert "larger than this page takes at once" in text_of(answer)
    assert kept_in(folder) == []


def test_without_a_file_the_form_says_so(proposal, ana, as_user):
    answer = as_user(ana).post(url(proposal), {"about": ""})

    assert answer.status_code == 422
    assert "Choose a file first." in text_of(answer)


def test_guessed_address_of_another_proposals_file_is_not_found(proposal, filed, ana, eve, omar, as_user):
    add(as_user(ana), proposal)
    version = EvidenceVersion.objects.get()
    other = filed(owner=eve)

    addresses = [
        reverse("evidence_file", args=[other.reference, version.uid]),
        reverse("evidence_file", args=[proposal.reference, version.uid]),
        reverse("evidence_file", args=[other.reference, uuid.uuid4()]),
    ]
    assert [as_user(eve).get(address).status_code for address in addresses] == [404, 404, 404]
    assert as_user(omar).get(addresses[1]).status_code == 404  # a draft
    changed = reverse("evidence_change", args=[other.reference, version.evidence.uid])
    assert as_user(eve).post(changed, {"do": "remove"}).status_code == 404


def test_staff_read_what_was_submitted_and_each_reading_is_kept(
    submitted, ana, omar, tomasz, david, jonas, as_user, filed, listed, folder
):
    proposal = filed(example=HIGH)
    add(as_user(ana), proposal)
    proposal = submit_proposal(proposal)
    version = EvidenceVersion.objects.get()
    address = reverse("evidence_file", args=[proposal.reference, version.uid])

    seen = [as_user(user).get(address).status_code for user in (omar, tomasz, david, jonas)]

    assert seen == [200, 200, 200, 404]
    reads = AccessRead.objects.filter(verb="evidence.file_read", reference=proposal.reference)
    assert set(reads.values_list("actor_id", flat=True)) == {omar.pk, tomasz.pk, david.pk}


def test_page_asks_the_database_as_often_for_three_as_for_one(
    proposal, ana, as_user, django_assert_max_num_queries, django_assert_num_queries
):
    client = as_user(ana)
    add(client, proposal)
    client.get(url(proposal))
    with django_assert_max_num_queries(60) as first:
        client.get(url(proposal))
    asked = len(first.captured_queries)
    add(client, proposal, upload("note.txt"), upload("plan.png"))
    client.get(url(proposal))

    with django_assert_num_queries(asked):
        client.get(url(proposal))


def test_what_was_submitted_is_frozen_and_shown_to_whoever_reviews(ana, omar, as_user, filed, listed, folder):
    proposal = filed(example=HIGH)
    add(as_user(ana), proposal, upload("note.txt"), about=f"row:{proposal.participations.first().uid}")
    stored = EvidenceVersion.objects.get()
    assert "note.txt" in text_of(as_user(ana).get(reverse("check", args=[proposal.reference])))

    proposal = submit_proposal(proposal)

    frozen = proposal.versions.get().content["evidence"]
    assert [(row["name"], row["sha256"], row["file"]) for row in frozen] == [
        ("note.txt", stored.file.sha256, str(stored.uid))
    ]
    for page in (
        as_user(omar).get(reverse("case", args=[proposal.reference])),
        as_user(ana).get(reverse("version", args=[proposal.reference, 1])),
    ):
        assert reverse("evidence_file", args=[proposal.reference, stored.uid]) in read(page).links
        assert f"note.txt · Text, {len(NOTE)} bytes · version 1 · {proposal.participations.first().partner}" in text_of(
            page
        )


def test_without_evidence_a_version_is_as_it_was_before_there_was_any(filed, listed, folder):
    assert "evidence" not in submit_proposal(filed()).versions.get().content


def test_report_names_each_file_with_its_fingerprint(ana, as_user, filed, listed, folder):
    proposal = filed(example=HIGH)
    add(as_user(ana), proposal, upload("note.txt"))
    report = submit_proposal(proposal).reports.latest("pk")

    [line] = collect(report).provenance.evidence

    assert (line.title, line.name, line.version) == ("note", "note.txt", 1)
    assert line.sha256 == EvidenceVersion.objects.get().file.sha256


def test_changes_asked_let_a_newer_file_in_and_show_it_as_a_difference(
    ana, omar, as_user, filed, listed, folder, django_capture_on_commit_callbacks
):
    proposal = filed(example=HIGH)
    add(as_user(ana), proposal, upload("note.txt"))
    proposal = submit_proposal(proposal)
    evidence = EvidenceVersion.objects.get().evidence
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Give the signed letter.")

    assert change(as_user(ana), proposal, evidence, do="remove").status_code == 409
    assert change(as_user(ana), proposal, evidence, do="replace", file=upload("letter.pdf")).status_code == 302
    newest = evidence.versions.get(number=2)
    address = reverse("evidence_file", args=[proposal.reference, newest.uid])
    assert as_user(omar).get(address).status_code == 404  # not submitted yet
    proposal.refresh_from_db()
    submit_proposal(proposal)

    assert as_user(omar).get(address).status_code == 200
    page = text_of(as_user(omar).get(reverse("case", args=[proposal.reference])))
    assert "note · Evidence" in page
    assert "letter.pdf, version 2" in page


def test_withdrawing_keeps_what_was_submitted_and_deletes_the_rest(
    ana, omar, as_user, filed, listed, folder, django_capture_on_commit_callbacks
):
    proposal = filed(example=HIGH)
    add(as_user(ana), proposal, upload("note.txt"))
    proposal = submit_proposal(proposal)
    workflow.request_changes(case=proposal.case, actor=omar, reasons="Give the signed letter.")
    proposal.refresh_from_db()
    add(as_user(ana), proposal, upload("letter.pdf"))
    proposal.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        workflow.withdraw(proposal=proposal, actor=ana)

    assert [version.file.name for version in EvidenceVersion.objects.all()] == ["note.txt"]
    assert not StoredFile.objects.filter(name="letter.pdf").exists()


@pytest.mark.parametrize(
    "case", ["legacy_word", "pdf_bombed_objects", "macro_word", "slip_up", "png_flood", "laughs_in_xlsx", "odt_basic"]
)
def test_hostile_file_leaves_neither_row_nor_bytes(case, proposal, ana, as_user, folder):
    name, build, said = hostile.REFUSED[case]

    answer = add(as_user(ana), proposal, upload(name, build()))

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert (EvidenceVersion.objects.count(), StoredFile.objects.count(), kept_in(folder)) == (0, 0, [])


def test_question_leads_to_adding_evidence_for_it(proposal, ana, as_user):
    section = as_user(ana).get(reverse("section", args=[proposal.reference, "work"]))
    [link] = [link for link in read(section).links if "about=question%3AT4%3A" in link]

    page = as_user(ana).get(link)

    assert link.startswith(url(proposal))
    assert dict(read(page).forms["add"])["about"] == "question:T4:"


def test_case_asks_the_database_as_often_for_three_files_as_for_one(
    ana, eve, omar, as_user, filed, listed, folder, django_assert_max_num_queries
):
    counts = []
    for owner, names in ((ana, ["note.txt"]), (eve, ["note.txt", "plan.png", "photo.jpg"])):
        proposal = filed(example=HIGH, owner=owner)
        add(as_user(owner), proposal, *(upload(name) for name in names))
        case = reverse("case", args=[submit_proposal(proposal).reference])
        as_user(omar).get(case)
        with django_assert_max_num_queries(200) as asked:
            page = as_user(omar).get(case)
        assert sum("/evidence/files/" in link for link in read(page).links) == len(names)
        counts.append(len([query for query in asked.captured_queries if "proposals_evidenceversion" in query["sql"]]))

    assert counts == [1, 1]
