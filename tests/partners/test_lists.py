from datetime import timedelta

import pytest
from django.utils import timezone

from partners.lists import Outcome, import_edition, refuse_edition
from partners.lists.deciding import accept_edition, roll_back
from partners.lists.importing import begin_import, finish_import, take_step
from partners.lists.staging import Overtaken, stage_entries
from partners.models import EditionEntry, ListedEntity, ListEdition, ListedName, ListSource
from partners.parsing.own_csv import read_own_csv
from partners.rescreening import changed_entities
from riskassess.audit.models import Event
from riskassess.core.errors import Conflict, DomainError

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
    assert "The edition of 1 Nov 2026 is still in force." in result.sentence
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


@pytest.mark.parametrize(
    ("before", "now", "outcome"), [(6, 2, Outcome.HELD), (6, 3, Outcome.IMPORTED), (2, 1, Outcome.IMPORTED)]
)
def test_short_list_that_loses_most_of_itself_is_held(before, now, outcome, sanctions, put_in_force, write_list):
    put_in_force(sanctions, *rows(*range(before)))

    result = import_edition(source=sanctions, path=write_list(*rows(*range(now)), day="2026-11-08"))

    assert result.outcome == outcome


def rows(*numbers):
    return [f"{number},Kestrel {number},,,,,,,," for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "day", "says"),
    [
        (range(17), "2026-11-08", "more than 10 % of the entries would go"),
        (range(31), "2026-11-08", "it grew by more than 50 %"),
        (range(20), "2026-10-01", "The file is of 1 Oct 2026, older than the edition in force of 1 Nov 2026."),
    ],
)
def test_import_edition_holds_what_a_person_has_to_look_at(numbers, day, says, sanctions, put_in_force, write_list):
    good = put_in_force(sanctions, *rows(*range(20)))

    result = import_edition(source=sanctions, path=write_list(*rows(*numbers), day=day))

    assert result.outcome == Outcome.HELD
    assert says in result.sentence
    assert "The edition of 1 Nov 2026 is still in force." in result.sentence
    assert in_force(sanctions) == good
    held = sanctions.editions.get(state=State.HELD)
    assert (held.entries.count(), says in held.reason) == (len(numbers), True)
    assert Event.objects.filter(verb="list.held").count() == 1


@pytest.mark.parametrize("numbers", [range(18), range(30)])
def test_import_edition_takes_what_stays_within_the_limits(numbers, sanctions, put_in_force, write_list):
    put_in_force(sanctions, *rows(*range(20)))

    result = import_edition(source=sanctions, path=write_list(*rows(*numbers), day="2026-11-08"))

    assert result.outcome == Outcome.IMPORTED


def test_held_file_that_comes_again_is_held_once(sanctions, put_in_force, write_list):
    put_in_force(sanctions, *rows(*range(20)))
    path = write_list(*rows(*range(10)), day="2026-11-08")
    first = import_edition(source=sanctions, path=path)

    again = import_edition(source=sanctions, path=path)

    assert (again.outcome, again.edition) == (Outcome.HELD, first.edition)


def test_import_edition_with_accept_takes_a_held_file(sanctions, put_in_force, write_list):
    put_in_force(sanctions, *rows(*range(20)))
    path = write_list(*rows(*range(10)), day="2026-11-08")
    import_edition(source=sanctions, path=path)

    taken = import_edition(source=sanctions, path=path, accept=True)

    assert (taken.outcome, in_force(sanctions).entities_count) == (Outcome.IMPORTED, 10)


def test_accept_edition_brings_a_held_edition_into_force(sanctions, put_in_force, write_list, omar):
    old = put_in_force(sanctions, *rows(*range(20)))
    held = import_edition(source=sanctions, path=write_list(*rows(*range(10)), day="2026-11-08")).edition

    accept_edition(edition=held, actor=omar, reason="The publisher struck ten ships off.")
    finish_import(held)

    held.refresh_from_db()
    old.refresh_from_db()
    assert (held.state, old.state) == (State.IN_FORCE, State.SUPERSEDED)
    assert (held.accepted_by, held.accepted_reason) == (omar, "The publisher struck ten ships off.")
    assert list(Event.objects.filter(verb__startswith="list.").values_list("verb", flat=True))[-2:] == [
        "list.accepted",
        "list.imported",
    ]
    assert Event.objects.get(verb="list.accepted").actor_id == omar.pk


def test_accept_edition_is_done_once_and_with_a_reason(sanctions, put_in_force, write_list, omar):
    put_in_force(sanctions, *rows(*range(20)))
    held = import_edition(source=sanctions, path=write_list(*rows(*range(10)), day="2026-11-08")).edition

    with pytest.raises(DomainError, match="Say why"):
        accept_edition(edition=held, actor=omar, reason=" ")
    accept_edition(edition=held, actor=omar, reason="True.")
    with pytest.raises(Conflict, match="no longer held"):
        accept_edition(edition=held, actor=omar, reason="True.")


def test_accepted_edition_is_held_again_when_another_one_came_into_force(sanctions, put_in_force, write_list, omar):
    put_in_force(sanctions, *rows(*range(20)))
    held = import_edition(source=sanctions, path=write_list(*rows(*range(10)), day="2026-11-08")).edition
    accept_edition(edition=held, actor=omar, reason="True.")
    take_step(held, None)
    newer = put_in_force(sanctions, *rows(*range(21)), day="2026-11-15")

    result = finish_import(held)

    assert (result.outcome, in_force(sanctions)) == (Outcome.HELD, newer)


def test_newer_edition_settles_what_was_held_before_it(sanctions, put_in_force, write_list):
    put_in_force(sanctions, *rows(*range(20)))
    held = import_edition(source=sanctions, path=write_list(*rows(*range(10)), day="2026-11-08")).edition

    put_in_force(sanctions, *rows(*range(21)), day="2026-11-15")

    held.refresh_from_db()
    assert (held.state, held.entries.count(), held.deltas.count()) == (State.REJECTED, 0, 0)


def test_refuse_edition_leaves_nothing_of_it_but_the_reason(sanctions, put_in_force, write_list, omar):
    good = put_in_force(sanctions, *rows(*range(20)))
    held = import_edition(source=sanctions, path=write_list(*rows(*range(50, 60)), day="2026-11-08")).edition

    result = refuse_edition(edition=held, actor=omar, reason="It is the list of another body.")

    assert "Refused by Omar Haddad: It is the list of another body." in result.sentence
    assert in_force(sanctions) == good
    assert ListedEntity.objects.count() == 20
    with pytest.raises(Conflict):
        refuse_edition(edition=held, actor=omar, reason="Again.")


def test_roll_back_brings_an_earlier_edition_back_as_one_of_its_own(sanctions, put_in_force, omar):
    first = put_in_force(sanctions, *rows(*range(20)))
    second = put_in_force(sanctions, *rows(*range(1, 22)), day="2026-11-08")
    first.refresh_from_db()

    result = finish_import(roll_back(edition=first, actor=omar, reason="The second one was a draft."))

    now = in_force(sanctions)
    assert (result.outcome, now.restores, now.published_on) == (Outcome.IMPORTED, first, first.published_on)
    assert (now.entities_count, now.names_count, now.compared_with) == (20, 20, second)
    assert (now.added_count, now.removed_count) == (1, 2)
    assert set(now.entities.all()) == set(first.entities.all())
    assert Event.objects.filter(verb="list.restored", actor_id=omar.pk).count() == 1
    second.refresh_from_db()
    with pytest.raises(Conflict, match="was in force before"):
        roll_back(edition=now, actor=omar, reason="Again.")


def test_differences_are_those_that_the_two_editions_have(sanctions, put_in_force):
    before = put_in_force(
        sanctions, "1,Stays,,,,,,,,", "2,Old Name,,,,,,,,", "3,Gone,,,,,,,,", "4,Same,,,,NO,,,,", "5,A,One|Two,,,,,,,"
    )  # fmt: skip

    after = put_in_force(
        sanctions, "1,Stays,,,,,,,,", "2,New Name,,,,,,,,", "4,Same,,,,SE,,,,", "5,A,One,,,,,,,", "6,Added,,,,,,,,",
        day="2026-11-08",
    )  # fmt: skip

    assert before.deltas.count() == 0
    found = {(row.change, row.entity.external_id, row.before and row.before.name) for row in after.deltas.all()}
    assert found == {
        ("added", "6", None),
        ("removed", "3", None),
        ("names", "2", "Old Name"),
        ("names", "5", "A"),
        ("other", "4", "Same"),
    }
    counts = (after.added_count, after.removed_count, after.names_changed_count, after.other_changed_count)
    assert counts == (1, 1, 2, 1)
    assert changed_entities(after).count() == 1 + 2 + 1  # what is looked at anew


def test_order_of_further_names_and_countries_is_no_difference(sanctions, put_in_force):
    put_in_force(sanctions, "1,Kestrel,One|Two,,,NO|SE,,,,")

    after = put_in_force(sanctions, "1,Kestrel,Two|One,,,SE|NO,,,,", day="2026-11-08")

    assert after.deltas.count() == 0


def test_list_of_a_format_that_nobody_can_read_says_so(sanctions, write_list):
    sanctions.format = "papyrus"
    sanctions.save()

    with pytest.raises(DomainError, match="files of the format papyrus can't be read"):
        import_edition(source=sanctions, path=write_list(*rows(1)))


def test_import_edition_clears_what_a_killed_import_left(sanctions, write_list):
    left = ListEdition.objects.create(source=sanctions, file_name="x", sha256="x", normaliser="x")
    entity = ListedEntity.objects.create(source=sanctions, external_id="7", entry_hash="x", kind="other", name="Left")
    EditionEntry.objects.create(edition=left, entity=entity)
    ListEdition.objects.filter(pk=left.pk).update(created_at=timezone.now() - timedelta(hours=2))

    import_edition(source=sanctions, path=write_list("1,Kestrel Arc,,,,,,,,"))

    left.refresh_from_db()
    assert left.state == State.REJECTED
    assert not ListedEntity.objects.filter(name="Left").exists()


def test_import_edition_looks_again_when_another_one_came_into_force_meanwhile(sanctions, put_in_force, write_list):
    """The slow import has compared before the quick one swaps."""
    put_in_force(sanctions, *rows(*range(20)))
    path = write_list(*rows(*range(20), 30), day="2026-11-10", name="slow.csv")
    slow = begin_import(source=sanctions, sha256="x", size=1, file_name="slow.csv")
    assert (take_step(slow, path), take_step(slow, path)) == (None, None)
    quick = put_in_force(sanctions, *rows(*range(20), 40), day="2026-11-09")

    result = finish_import(slow)

    slow.refresh_from_db()
    assert (result.outcome, in_force(sanctions), slow.compared_with) == (Outcome.IMPORTED, slow, quick)
    assert sorted(slow.deltas.values_list("change", "entity__external_id")) == [("added", "30"), ("removed", "40")]


def test_import_goes_on_where_a_killed_one_stood_and_takes_nothing_twice(sanctions, write_list):
    path = write_list(*rows(*range(1_200)))
    edition = begin_import(source=sanctions, sha256="x", size=1, file_name="list.csv")
    assert take_step(edition, path, seconds=0) is None
    assert edition.entries.count() == 200
    late = ListEdition.objects.get(pk=edition.pk)
    late.entities_count = 0  # a worker that was given up for dead and goes on

    with pytest.raises(Overtaken):
        stage_entries(late, read_own_csv(path).entries)
    while (result := take_step(edition, path, seconds=0)) is None:
        pass

    assert (result.outcome, result.edition.entities_count, edition.entries.count()) == (Outcome.IMPORTED, 1_200, 1_200)


def test_import_edition_writes_in_chunks(sanctions, write_list, django_assert_max_num_queries):
    rows = [f"{number},Kestrel {number},K{number},,,,,,," for number in range(1_200)]

    with django_assert_max_num_queries(120):
        result = import_edition(source=sanctions, path=write_list(*rows))

    assert result.edition.entities_count == 1_200
