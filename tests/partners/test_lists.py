from datetime import timedelta

import pytest
from django.utils import timezone

from partners.lists import Outcome, import_edition
from partners.lists.swapping import swap
from partners.models import EditionEntry, ListedEntity, ListEdition, ListedName, ListSource
from riskassess.audit.models import Event

pytestmark = pytest.mark.django_db
State = ListEdition.State


def in_force(source):
    return source.editions.get(state=State.IN_FORCE)


def test_official_sources_are_there_after_migrate():
    found = {row.code: (row.format, row.kind, row.max_drop_percent) for row in ListSource.objects.all()}

    assert found == {
        "un": ("un_xml", "asset_freeze", 10),
        "eu_fsf": ("eu_fsf", "asset_freeze", 10),
        "ofac_sdn": ("ofac_csv", "asset_freeze", 10),
        "ofac_cons": ("ofac_csv", "legal", 10),
        "uk": ("uk_csv", "asset_freeze", 10),
        "opensanctions": ("opensanctions", "concern", 10),
        "own": ("own_csv", "concern", 10),
    }


def test_import_edition_brings_a_list_into_force(sanctions, write_list):
    path = write_list("1,Kestrel Arc,Kestrel|KAI,,,,,,,", "2,Halcyon Trust,,,,,,,,")

    result = import_edition(source=sanctions, path=path)

    assert result.outcome == Outcome.IMPORTED
    edition = in_force(sanctions)
    assert (edition.entities_count, edition.names_count, str(edition.published_on)) == (2, 4, "2026-11-01")
    assert list(ListedName.objects.values_list("normalised", flat=True)) == [
        "kestrel arc", "kestrel", "kai", "halcyon trust",
    ]  # fmt: skip
    assert Event.objects.filter(verb="list.imported").count() == 1


def test_import_edition_of_the_same_file_changes_nothing(sanctions, write_list):
    path = write_list("1,Kestrel Arc,,,,,,,,")
    import_edition(source=sanctions, path=path)

    result = import_edition(source=sanctions, path=path)

    assert (result.outcome, result.edition) == (Outcome.UNCHANGED, in_force(sanctions))
    assert sanctions.editions.count() == 1


def test_import_edition_stores_equal_entries_once(sanctions, put_in_force):
    old = put_in_force(sanctions, "1,Kestrel Arc,,,,,,,,", "2,Halcyon Trust,,,,,,,,")

    new = put_in_force(sanctions, "1,Kestrel Arc,,,,,,,,", "2,Halcyon Trust,New Alias,,,,,,,", day="2026-11-08")

    old.refresh_from_db()
    assert (old.state, new.state) == (State.SUPERSEDED, State.IN_FORCE)
    assert ListedEntity.objects.filter(external_id="1").count() == 1
    assert ListedEntity.objects.filter(external_id="2").count() == 2
    assert EditionEntry.objects.filter(edition=new).count() == 2


@pytest.mark.parametrize(
    ("content", "outcome", "says"),
    [
        ("", Outcome.EMPTY, "The file is empty."),
        ("# date: 2026-11-09\n# entries: 0\nid,name\n", Outcome.EMPTY, "no entries"),
        ("<html><body>Sign in</body></html>", Outcome.REJECTED, "web page"),
        ("# date: 2026-11-09\n# entries: 3\nid,name\n1,Kestrel Arc\n", Outcome.REJECTED, "may have been cut"),
        ("# date: 2026-11-09\n# entries: 2\nid,name\n9,Nobody\n9,Nobody\n", Outcome.REJECTED, "twice"),
        ("# date: 2026-10-01\n# entries: 1\nid,name\n9,Nobody\n", Outcome.REJECTED, "older than the edition in force"),
    ],
)
def test_import_edition_keeps_the_good_edition_when_a_file_is_broken(
    content, outcome, says, sanctions, put_in_force, tmp_path
):
    good = put_in_force(sanctions, "1,Kestrel Arc,,,,,,,,")
    path = tmp_path / "broken.csv"
    path.write_text(content)

    result = import_edition(source=sanctions, path=path)

    assert result.outcome == outcome
    assert says in result.sentence
    assert "The edition of 2026-11-01 is still in force." in result.sentence
    assert in_force(sanctions) == good
    assert says in sanctions.editions.get(state=State.REJECTED).reason
    assert list(ListedEntity.objects.values_list("name", flat=True)) == ["Kestrel Arc"]
    assert Event.objects.filter(verb="list.refused").count() == 1


def test_import_edition_keeps_the_good_edition_when_xml_is_hostile(sanctions, tmp_path):
    sanctions.format = "un_xml"
    sanctions.save()
    path = tmp_path / "un.xml"
    path.write_text(
        '<!DOCTYPE x [<!ENTITY a "ha">]><CONSOLIDATED_LIST dateGenerated="2026-02-27">&a;</CONSOLIDATED_LIST>'
    )

    result = import_edition(source=sanctions, path=path)

    assert result.outcome == Outcome.REJECTED
    assert "No edition of this list is in force." in result.sentence


def test_import_edition_asks_before_it_takes_a_shrunken_list(sanctions, put_in_force, write_list):
    put_in_force(sanctions, *(f"{number},Kestrel {number},,,,,,,," for number in range(20)))
    shorter = write_list(*(f"{number},Kestrel {number},,,,,,,," for number in range(10)), day="2026-11-08")

    refused = import_edition(source=sanctions, path=shorter)
    taken = import_edition(source=sanctions, path=shorter, accept_shrink=True)

    assert refused.outcome == Outcome.REJECTED
    assert "--accept-shrink" in refused.sentence
    assert (taken.outcome, in_force(sanctions).entities_count) == (Outcome.IMPORTED, 10)


def test_import_edition_clears_what_a_killed_import_left(sanctions, write_list):
    left = ListEdition.objects.create(source=sanctions, file_name="x", sha256="x", normaliser="x")
    entity = ListedEntity.objects.create(source=sanctions, external_id="7", entry_hash="x", kind="other", name="Left")
    EditionEntry.objects.create(edition=left, entity=entity)
    ListEdition.objects.filter(pk=left.pk).update(created_at=timezone.now() - timedelta(hours=2))

    import_edition(source=sanctions, path=write_list("1,Kestrel Arc,,,,,,,,"))

    left.refresh_from_db()
    assert left.state == State.REJECTED
    assert not ListedEntity.objects.filter(name="Left").exists()


def test_import_edition_loses_against_an_edition_that_came_into_force_meanwhile(
    sanctions, put_in_force, write_list, tmp_path
):
    """The second import starts before the first one swaps and ends after it."""
    slow = ListEdition.objects.create(source=sanctions, file_name="slow", sha256="slow", normaliser="x")
    first = put_in_force(sanctions, "1,Kestrel Arc,,,,,,,,")

    result = swap(slow, None, None)

    assert result.outcome == Outcome.REJECTED
    assert in_force(sanctions) == first


def test_import_edition_writes_in_chunks(sanctions, write_list, django_assert_max_num_queries):
    rows = [f"{number},Kestrel {number},K{number},,,,,,," for number in range(1_200)]

    with django_assert_max_num_queries(64):
        result = import_edition(source=sanctions, path=write_list(*rows))

    assert result.edition.entities_count == 1_200
