import pytest
from django.db import IntegrityError, transaction

from partners import queries
from partners.matching.score import SCORER
from partners.models import FactChange, Judgement, Screening
from partners.screening import screen
from partners.services import add_alias, confirm_judgement, edit_partner, judge_hit, register_partner
from riskassess.core.errors import Conflict, DomainError

pytestmark = pytest.mark.django_db
LISTED = '1,"Kestrel Arc Instruments, Ltd.",KAI Works,,organisation,NO,demo,2025-03-14,,'
OTHER = "2,Halcyon Trust,,,,,,,,"


@pytest.fixture
def clear(omar, ana):
    """Judge a hit to be a different organisation, by two people."""

    def two_people(hit):
        judgement = judge_hit(hit=hit, verdict="different", reason="Other country.", actor=omar)
        return confirm_judgement(judgement=judgement, actor=ana)

    return two_people


def test_screen_without_a_list_in_force_is_not_screened(kestrel):
    screening = screen(kestrel)

    assert screening.state == Screening.State.NOT_SCREENED
    assert queries.sanction_hit(kestrel) == "not_screened"
    assert queries.is_fresh(kestrel)


def test_partner_that_nobody_screened_is_not_screened(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)

    assert queries.sanction_hit(kestrel) == "not_screened"
    assert not queries.is_fresh(kestrel)


def test_screen_finds_nothing_where_no_name_is_equal(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)

    screening = screen(kestrel)

    assert (screening.state, screening.hits.count()) == (Screening.State.DONE, 0)
    assert queries.sanction_hit(kestrel) == "none"


def test_screen_explains_a_hit(kestrel, sanctions, put_in_force):
    edition = put_in_force(sanctions, LISTED, OTHER)

    hit = screen(kestrel).hits.get()

    assert queries.sanction_hit(kestrel) == "possible"
    features = hit.explanation.pop("features")
    assert (hit.band, hit.score > 0.95) == ("likely", True)
    assert hit.explanation == {
        "scorer": SCORER,
        "score": hit.score,
        "band": "likely",
        "partner": "Kestrel Arc Instruments",
        "partner_country": "NO",
        "listed": "Kestrel Arc Instruments, Ltd.",
        "listed_names": [["Kestrel Arc Instruments, Ltd.", "primary"], ["KAI Works", "alias"]],
        "listed_countries": ["NO"],
        "reference": "1",
        "programme": "demo",
        "listed_on": "2025-03-14",
        "list": "Test sanctions",
        "list_code": "test_sanctions",
        "list_kind": "asset_freeze",
        "is_sample": False,
        "edition": str(edition.uid),
        "edition_date": "2026-11-01",
        "edition_sha256": edition.sha256,
    }
    words = next(feature for feature in features if feature["name"] == "words")
    assert (words["query_text"], words["listed_text"], words["why"]) == (
        "Kestrel Arc Instruments",
        "Kestrel Arc Instruments, Ltd.",
        "agree: kestrel, arc, instruments",
    )


@pytest.mark.parametrize("filed", ["Kestral Arc Instruments", "Instruments Kestrel Arc", "Кестрел Арк Инструментс"])
def test_screen_finds_names_written_differently(filed, ana, sanctions, put_in_force):
    put_in_force(sanctions, LISTED, OTHER)
    partner = register_partner(name=filed, country="NO", actor=ana)

    assert [hit.entity.external_id for hit in screen(partner).hits.all()] == ["1"]


def test_another_matcher_makes_a_screening_stale(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)
    screening = screen(kestrel)
    Screening.objects.filter(pk=screening.pk).update(scorer="an older one")

    assert not queries.is_fresh(kestrel)


def test_screen_compares_aliases_on_both_sides(ana, sanctions, put_in_force):
    partner = register_partner(name="Norsk Tårnfalk", country="NO", actor=ana)
    add_alias(partner=partner, name="K.A.I. Works", actor=ana)
    put_in_force(sanctions, LISTED)

    hit = screen(partner).hits.get()

    assert hit.explanation["features"][0]["query_text"] == "K.A.I. Works"


def test_screen_leaves_people_and_superseded_editions_out(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    put_in_force(sanctions, "1,Kestrel Arc Instruments,,,person,,,,,", day="2026-11-08")

    assert screen(kestrel).hits.count() == 0


def test_new_edition_makes_a_screening_stale(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)
    screen(kestrel)

    put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")

    assert not queries.is_fresh(kestrel)
    assert queries.sanction_hit(kestrel) == "not_screened"
    screen(kestrel)
    assert queries.sanction_hit(kestrel) == "possible"


def test_judgement_clears_and_is_taken_over_by_later_screenings(kestrel, clear, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    clear(screen(kestrel).hits.get())
    put_in_force(sanctions, LISTED, OTHER, day="2026-11-08")

    hit = screen(kestrel).hits.get()

    assert (hit.verdict, hit.inherited, hit.is_open) == ("different", True, False)
    assert queries.sanction_hit(kestrel) == "cleared"


def test_judgement_survives_remarks_but_not_names_of_the_listed(kestrel, clear, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    clear(screen(kestrel).hits.get())

    put_in_force(sanctions, LISTED.replace("demo,2025-03-14,", "demo,2025-03-14,New remark"), day="2026-11-08")
    remarked = screen(kestrel).hits.get()
    put_in_force(sanctions, LISTED.replace("KAI Works", "KAI Works|Tårnfalk"), day="2026-11-15")
    renamed = screen(kestrel).hits.get()

    assert (remarked.is_open, renamed.is_open) == (False, True)
    assert queries.sanction_hit(kestrel) == "possible"


@pytest.mark.parametrize(
    "change",
    [
        lambda partner, actor: add_alias(partner=partner, name="KAI", actor=actor),
        lambda partner, actor: edit_partner(partner=partner, name="Kestrel Arc Instruments", country="SE", actor=actor),
    ],
    ids=["alias", "country"],
)
def test_judgement_reopens_when_the_partner_changes(change, kestrel, omar, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    judge_hit(hit=screen(kestrel).hits.get(), verdict="same", reason="Register extract.", actor=omar)

    change(kestrel, omar)

    assert not queries.is_fresh(kestrel)
    assert queries.sanction_hit(kestrel) == "confirmed"  # until it is screened under its new name
    assert screen(kestrel).hits.get().is_open
    assert queries.sanction_hit(kestrel) == "possible"


def test_a_verdict_in_other_spelling_of_the_name_does_not_reopen(kestrel, omar, clear, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    clear(screen(kestrel).hits.get())

    edit_partner(partner=kestrel, name="KESTREL ARC INSTRUMENTS", country="NO", actor=omar)

    assert queries.is_fresh(kestrel)
    assert queries.sanction_hit(kestrel) == "cleared"


def test_clearing_a_likely_match_takes_a_second_person(kestrel, omar, ana, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    hit = screen(kestrel).hits.get()

    judgement = judge_hit(hit=hit, verdict="different", reason="Other country.", actor=omar, evidence="File 12")

    assert (hit.waits, hit.is_open, queries.sanction_hit(kestrel)) == (True, True, "possible")
    with pytest.raises(DomainError):
        confirm_judgement(judgement=judgement, actor=omar)
    with pytest.raises(IntegrityError), transaction.atomic():
        Judgement.objects.filter(pk=judgement.pk).update(confirmed_by=omar, confirmed_at=judgement.created_at)

    confirm_judgement(judgement=judgement, actor=ana)

    assert queries.sanction_hit(kestrel) == "cleared"
    with pytest.raises(Conflict):
        confirm_judgement(judgement=judgement, actor=ana)


def test_match_that_is_likely_now_takes_a_second_person_for_an_earlier_clearing(
    kestrel, omar, ana, sanctions, put_in_force
):
    put_in_force(sanctions, LISTED)
    hit = screen(kestrel).hits.get()
    type(hit).objects.filter(pk=hit.pk).update(band="possible")
    hit.refresh_from_db()
    judgement = judge_hit(hit=hit, verdict="different", reason="Other country.", actor=omar)
    assert queries.sanction_hit(kestrel) == "cleared"

    again = screen(kestrel).hits.get()

    assert (again.inherited, again.waits, queries.sanction_hit(kestrel)) == (True, True, "possible")
    confirm_judgement(judgement=judgement, actor=ana)
    assert queries.sanction_hit(kestrel) == "cleared"


def test_identifier_makes_a_screening_stale(kestrel, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)
    screen(kestrel)
    kestrel.identifiers.create(scheme="lei", value="529900T8BM49AURSDO55")

    assert not queries.is_fresh(kestrel)


def test_same_and_cannot_tell_take_one_person(kestrel, omar, ana, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    judgement = judge_hit(hit=screen(kestrel).hits.get(), verdict="same", reason="Register extract.", actor=omar)

    assert queries.sanction_hit(kestrel) == "confirmed"
    with pytest.raises(DomainError):
        confirm_judgement(judgement=judgement, actor=ana)


def test_second_judgement_replaces_the_first_and_both_stay(kestrel, omar, ana, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    hit = screen(kestrel).hits.get()
    first = judge_hit(hit=hit, verdict="cannot_tell", reason="Waiting for a register extract.", actor=omar)
    assert queries.sanction_hit(kestrel) == "possible"

    second = judge_hit(hit=hit, verdict="same", reason="Register extract.", actor=ana)

    assert second.replaces == first
    assert list(Judgement.objects.values_list("verdict", flat=True)) == ["same", "cannot_tell"]
    assert queries.sanction_hit(kestrel) == "confirmed"


def test_judge_hit_refuses_an_outdated_hit(kestrel, omar, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    old = screen(kestrel).hits.get()
    screen(kestrel)

    with pytest.raises(Conflict):
        judge_hit(hit=old, verdict="same", reason="Register extract.", actor=omar)


def test_judge_hit_refuses_the_second_of_two_at_once(kestrel, omar, ana, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)
    hit = screen(kestrel).hits.get()
    seen_by_both = type(hit).objects.get(pk=hit.pk)
    judge_hit(hit=hit, verdict="same", reason="Register extract.", actor=omar)

    with pytest.raises(Conflict):
        judge_hit(hit=seen_by_both, verdict="different", reason="Other country.", actor=ana)

    assert queries.sanction_hit(kestrel) == "confirmed"


@pytest.mark.parametrize(
    ("verdict", "reason", "field"), [("same", "  ", "reason"), ("maybe", "Because.", "verdict"), ("", "x", "verdict")]
)
def test_judge_hit_asks_for_verdict_and_reason(verdict, reason, field, kestrel, omar, sanctions, put_in_force):
    put_in_force(sanctions, LISTED)

    with pytest.raises(DomainError) as fault:
        judge_hit(hit=screen(kestrel).hits.get(), verdict=verdict, reason=reason, actor=omar)

    assert fault.value.field == field


@pytest.mark.parametrize(
    ("kind", "authority", "verdict", "facts"),
    [
        ("asset_freeze", "eu", "", {"sanction_hit": "possible", "legal_list": "none", "defence_link": "none"}),
        ("asset_freeze", "eu", "same", {"sanction_hit": "confirmed", "legal_list": "none", "defence_link": "none"}),
        ("legal", "eu", "same", {"sanction_hit": "none", "legal_list": "eu", "defence_link": "none"}),
        ("legal", "us", "same", {"sanction_hit": "none", "legal_list": "other", "defence_link": "none"}),
        ("concern", "", "same", {"sanction_hit": "none", "legal_list": "none", "defence_link": "listed"}),
        ("concern", "", "", {"sanction_hit": "possible", "legal_list": "none", "defence_link": "none"}),
        ("concern", "", "different", {"sanction_hit": "cleared", "legal_list": "none", "defence_link": "none"}),
    ],
)
def test_kind_of_list_decides_which_fact_a_hit_becomes(
    kind, authority, verdict, facts, kestrel, omar, clear, sanctions, put_in_force
):
    sanctions.kind, sanctions.authority = kind, authority
    sanctions.save()
    put_in_force(sanctions, LISTED)
    hit = screen(kestrel).hits.get()
    if verdict == "different":
        clear(hit)
    elif verdict:
        judge_hit(hit=hit, verdict=verdict, reason="Register extract.", actor=omar)

    found = queries.partner_facts(kestrel, on=hit.created_at.date())

    assert {name: found[name] for name in facts} == facts


def test_the_gravest_hit_is_the_fact(kestrel, omar, sanctions, concern, put_in_force):
    put_in_force(sanctions, LISTED)
    put_in_force(concern, LISTED)
    for hit in screen(kestrel).hits.all():
        if hit.explanation["list_kind"] == "asset_freeze":
            judge_hit(hit=hit, verdict="different", reason="Other country.", actor=omar)

    assert queries.sanction_hit(kestrel) == "possible"


def test_changes_of_the_fact_are_left_for_the_story(kestrel, omar, sanctions, put_in_force):
    put_in_force(sanctions, OTHER)
    screen(kestrel)
    assert not FactChange.objects.exists()

    put_in_force(sanctions, OTHER, LISTED, day="2026-11-08")
    hit = screen(kestrel).hits.get()
    judge_hit(hit=hit, verdict="same", reason="Register extract.", actor=omar)

    assert list(FactChange.objects.values_list("partner", "fact", "before", "after")) == [
        (kestrel.pk, "sanction_hit", "none", "possible"),
        (kestrel.pk, "sanction_hit", "possible", "confirmed"),
    ]
