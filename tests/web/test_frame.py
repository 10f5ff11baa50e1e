import re

import pytest
from django.urls import reverse

from riskassess.notices.models import Notice

pytestmark = pytest.mark.django_db


def entries(page):
    bar = re.search(r'<nav class="ra-nav".*?</nav>', page, re.S)
    return re.findall(r"<a [^>]*>([^<]+)</a>", bar[0]) if bar else []


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        (["researcher"], ["My page", "Partners", "Handbook"]),
        (["reviewer"], ["Desk", "Partners", "Reports", "Handbook"]),
        (["officer"], ["Desk", "Partners", "Reports", "Replay", "Handbook"]),
        (["approver"], ["Decisions", "Partners", "Reports", "Handbook"]),
        (["officer", "approver"], ["Desk", "Decisions", "Partners", "Reports", "Replay", "Handbook"]),
        (["researcher", "reviewer"], ["My page", "Desk", "Partners", "Reports", "Handbook"]),
        (["auditor"], ["Audit", "Partners", "Personal data", "Reports", "Replay"]),
        (["administrator"], ["Audit", "Personal data", "Reports", "Settings", "Replay"]),
        ([], []),
    ],
)
def test_navigation_holds_what_the_roles_open(client, person, roles, seen):
    client.force_login(person("Kim Roe", *roles))

    assert entries(client.get(reverse("account")).content.decode()) == seen


def test_navigation_before_signing_in_leads_to_what_everybody_may_read(client, unit):
    assert entries(client.get(reverse("start")).content.decode()) == ["Guidance", "Questionnaire", "Handbook"]


def test_navigation_marks_the_handbook_on_every_page_for_reading(client, person):
    client.force_login(person("Kim Roe", "researcher"))

    page = client.get(reverse("who_sees_what")).content.decode()

    assert re.search(r'<a href="/handbook" aria-current="true">Handbook</a>', page)


def test_unread_notices_are_counted_in_one_query(client, ana, django_assert_max_num_queries):
    for number in range(120):
        Notice.objects.create(user=ana, key=str(number), subject="s", text="t", url="/home")
    client.force_login(ana)

    with django_assert_max_num_queries(8) as asked:
        page = client.get(reverse("account")).content.decode()

    assert "99+" in page
    assert len([query for query in asked if "notices_notice" in query["sql"]]) == 1


def test_start_page_opens_before_a_catalogue_is_loaded(client, unit):
    response = client.get(reverse("start"))

    assert response.status_code == 200
    assert "working day" not in response.content.decode()


def test_pages_carry_no_inline_code(client, ana):
    client.force_login(ana)

    page = client.get(reverse("account")).content.decode()

    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
