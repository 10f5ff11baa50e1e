import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskassess.accounts.models import Unit
from riskassess.accounts.queries import the_institution
from riskassess.core.prepared import ask
from riskassess.core.reading import ReadOnceMiddleware

pytestmark = pytest.mark.django_db


def units_of(keys):
    return Unit.objects.filter(pk__in=keys).order_by("pk").select_related("institution")


def no_units():
    return Unit.objects.filter(pk__in=[])


def test_ask_puts_each_value_in_its_own_place(university):
    first, second, *_others = Unit.objects.order_by("pk")

    found = [ask("all", units_of, keys=keys, most=3) for keys in ([second.pk], [], [second.pk, first.pk])]

    assert found == [[second], [], [first, second]]
    assert found[0][0].institution.name == university.institution.name
    with pytest.raises(ValueError, match="4 keys, and places for 3"):
        ask("all", units_of, keys=[1, 2, 3, 4], most=3)


def test_ask_puts_a_word_in_its_place(university):
    def named(word):
        return Unit.objects.filter(name=word).prefetch_related("children")

    units = list(Unit.objects.order_by("pk")[:2])

    assert [ask("named", named, word=unit.name) for unit in units] == [[unit] for unit in units]
    assert ask("named", named, word="") == ask("named", named, word="Nowhere") == []


def test_ask_keeps_questions_of_other_keys_apart(university):
    def of(number):
        return lambda: Unit.objects.order_by("pk")[:number]

    assert [len(ask(number, of(number))) for number in (1, 2, 1)] == [1, 2, 1]


def test_ask_of_what_can_match_nothing_asks_nothing(university):
    with CaptureQueriesContext(connection) as asked:
        assert ask("none", no_units) == []

    assert len(asked) == 0


@pytest.mark.parametrize(("method", "queries"), [("GET", 1), ("POST", 2)])
def test_only_a_request_for_a_page_reads_the_same_once(university, rf, method, queries):
    def page(request):
        return [the_institution(), the_institution()]

    with CaptureQueriesContext(connection) as asked:
        ReadOnceMiddleware(page)(rf.generic(method, "/"))

    assert len(asked) == queries
    with CaptureQueriesContext(connection) as asked:
        page(None)
    assert len(asked) == 2
