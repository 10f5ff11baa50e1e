"""The page of an organisation of ROR: names, what became of its id, and its tree."""

import pytest
from django.urls import reverse

from tests.partners.ror import hold_record

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "https://ror.org/00003ef66", "https://ror.org/02kkvpp62", "https://ror.org/000025p04"


@pytest.fixture
def page_of(as_user, ana):
    browser = as_user(ana)
    return lambda code: browser.get(reverse("ror_record", args=[code]))


def test_page_shows_names_and_tree(page_of):
    hold_record(ONE, "Norderhaven University", "NHU", relations=[("child", TWO, "Sable"), ("parent", THREE, "State")])
    hold_record(TWO, "Sable Reach Institute", status="inactive")

    shown = page_of("00003ef66").content.decode()

    assert "NHU" in shown
    assert f'href="{reverse("ror_record", args=["02kkvpp62"])}"' in shown
    assert "(no longer exists)" in shown
    assert "State" in shown  # named by ROR, but not held here: no link
    assert reverse("ror_record", args=["000025p04"]) not in shown


def test_page_of_a_withdrawn_id_leads_to_what_took_its_place(page_of):
    hold_record(ONE, "Norderhaven University")
    hold_record(TWO, "Norderhaven", status="withdrawn", relations=[("successor", ONE, "Norderhaven University")])

    shown = page_of("02kkvpp62").content.decode()

    assert "ROR withdrew the id" in shown
    assert f'href="{reverse("ror_record", args=["00003ef66"])}"' in shown


def test_unknown_ids_are_not_found(page_of):
    assert [page_of(code).status_code for code in ("00003ef66", "nonsense")] == [404, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_for_any_number_of_names_and_relations(count, page_of, django_assert_num_queries):
    hold_record(
        ONE, "Norderhaven University", *(f"Name {n}" for n in range(count)),
        relations=[("child", f"https://ror.org/0{n}", f"Child {n}") for n in range(count)],
    )  # fmt: skip
    page_of("00003ef66")

    with django_assert_num_queries(10):
        page_of("00003ef66")
