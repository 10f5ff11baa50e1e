"""A case is assessed again once everybody in it is compared with the lists in force, never on the way there."""

import pytest

from partners.lists import import_edition
from partners.models import Hit, ListedEntity, ListSource
from riskassess import workflow
from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import latest_record
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError
from riskassess.jobs.models import Job
from riskassess.jobs.models import State as JobState
from riskassess.jobs.running import run_pending
from riskassess.notices.models import Notice
from tests.story import OPEN

pytestmark = pytest.mark.django_db
LIST = (
    "# date: 2026-11-20\n# entries: 1\n"
    "id,name,aliases,former_names,kind,country,programme,listed_on,remarks,address\n"
    "1,{name},,,,,,,,\n"
)


@pytest.fixture
def swapped(tmp_path):
    """Another list comes into force; nobody has been compared with it yet."""

    def swap(name="Gannet Row Weavers"):
        path = tmp_path / "own.csv"
        path.write_text(LIST.format(name=name))
        return import_edition(source=ListSource.objects.get(code="own"), path=path).edition

    return swap


def said_of_partners(proposal):
    return [row["facts"]["sanction_hit"] for row in latest_record(proposal).facts["partners"]]


def hit_of(proposal):
    partners = [row.partner for row in proposal.participations.all()]
    return Hit.objects.filter(screening__partner__in=partners).latest("pk")


def placed(proposal):
    return [event.verb for event in holds_of(proposal)].count("hold.placed")


def holds_of(proposal):
    events = Event.objects.filter(verb__startswith="hold.", reference=proposal.reference).order_by("pk")
    return [event for event in events.select_related("detail") if event.detail.after["rule"] == "L01"]


def test_judgement_after_a_swap_waits_until_everybody_is_compared(submitted, swapped, omar, jonas):
    proposal = submitted(example=OPEN)
    hit, shown = hit_of(proposal), latest_record(proposal)
    assert (said_of_partners(proposal).count("possible"), placed(proposal)) == (1, 1)
    swapped()

    judgement = workflow.judge_hit(hit=hit, actor=omar, verdict="different", reason="Another country.")
    workflow.confirm_judgement(judgement=judgement, actor=jonas)

    assert latest_record(proposal) == shown  # nothing was assessed with "not compared yet"
    with pytest.raises(Conflict, match="being assessed"):
        workflow.recommend(
            case=proposal.case, actor=omar, outcome="approve", reasons="Good.", record_uid=str(shown.uid)
        )
    run_pending()
    assert said_of_partners(proposal).count("cleared") == 1
    assert "not_screened" not in str(AssessmentRecord.objects.filter(proposal=proposal).values_list("facts"))
    assert (proposal.case.holds.get(rule="L01").state, placed(proposal)) == ("gone", 1)
    assert AssessmentRecord.objects.filter(proposal=proposal).count() == 2  # two judgements, one wait
    told = Event.objects.filter(reference=proposal.reference, verb__contains="judge").order_by("pk")
    assert [(event.verb, event.actor_id) for event in told] == [
        ("case.match_judged", omar.pk),
        ("case.judgement_confirmed", jonas.pk),
    ]


def test_comparison_that_fails_ends_the_wait_and_is_said(submitted, swapped, omar, jonas):
    proposal = submitted(example=OPEN)
    hit = hit_of(proposal)
    # What no parser stores, but a hand in the database may: the list cannot be read.
    ListedEntity.objects.filter(entries__edition=swapped(hit.screening.partner.name)).update(countries=[5])

    judgement = workflow.judge_hit(hit=hit, actor=omar, verdict="different", reason="Another country.")
    workflow.confirm_judgement(judgement=judgement, actor=jonas)
    for _attempt in range(3):
        run_pending()
        Job.objects.filter(state=JobState.QUEUED).update(send_at="2026-01-01T00:00Z")

    assert Job.objects.filter(task="partners.screen_partner", state=JobState.FAILED).exists()
    assert "not_screened" in said_of_partners(proposal)
    assert workflow.reassess(proposal=proposal, trigger="test") is None  # waits anew, for the record that stands now


def test_hold_that_changes_its_grounds_is_placed_once(submitted, omar):
    proposal = submitted(example=OPEN)

    workflow.judge_hit(hit=hit_of(proposal), actor=omar, verdict="same", reason="The same address.")

    assert [event.verb for event in holds_of(proposal)] == ["hold.placed", "hold.changed"]
    assert proposal.case.holds.get(rule="L01").state == "firm"


def test_clearing_asks_a_second_person_and_is_not_overwritten_by_the_first(submitted, omar, jonas, as_user):
    proposal = submitted(example=OPEN)
    hit = hit_of(proposal)

    judgement = workflow.judge_hit(hit=hit, actor=omar, verdict="different", reason="A.", evidence="File 12")
    with pytest.raises(DomainError, match="waits for a second person"):
        workflow.judge_hit(hit=Hit.objects.get(pk=hit.pk), actor=omar, verdict="different", reason="B.", evidence="")

    told = Notice.objects.filter(key__startswith=f"judgement:{judgement.uid}")
    assert jonas.pk in told.values_list("user", flat=True)
    assert omar.pk not in told.values_list("user", flat=True)
    assert as_user(jonas).get(told.filter(user=jonas).get().url).status_code == 200
    page = as_user(omar).get("/desk/changes").content.decode()
    assert "1 cleared match waits for a second person" in page
    assert "You gave it, so somebody else confirms it." in page
    workflow.confirm_judgement(judgement=judgement, actor=jonas)
    assert "waits for a second person" not in as_user(omar).get("/desk/changes").content.decode()
    assert judgement.evidence == "File 12"
