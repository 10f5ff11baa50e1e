import pytest
from django.urls import reverse

from riskassess.audit.models import Event
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, email="ana@norderhaven.example", password=PASSWORD, **more):
    return client.post(reverse("login"), {"username": email, "password": password, **more})


def test_sign_in_leads_home_and_remembers_language_and_colours(client, ana):
    ana.colours = "dark"
    ana.save()

    response = sign_in(client)

    assert response.url == reverse("home")
    assert response.cookies["ra_colours"].value == "dark"
    assert response.cookies["django_language"].value == "en"


def test_sign_in_does_not_care_about_capitals_in_the_email(client, ana):
    assert sign_in(client, email="Ana@Norderhaven.example").status_code == 302


def test_sign_in_keeps_the_email_and_says_what_to_do(client, ana):
    page = sign_in(client, password="wrong").content.decode()

    assert "This e-mail and password do not go together. Check both and try again." in page
    assert 'value="ana@norderhaven.example"' in page
    assert "wrong" not in page.replace("ra-notice-wrong", "")


def test_sign_in_never_leads_to_another_host(client, ana):
    assert sign_in(client, next="https://elsewhere.example/").url == reverse("home")


def test_sign_in_page_shows_the_institution(client, ana):
    assert "Norderhaven University" in client.get(reverse("login")).content.decode()


def test_sign_in_page_names_the_demonstration_only_where_there_is_one(client, settings, unit):
    assert "make run" not in client.get(reverse("login")).content.decode()


def test_sign_in_page_says_where_the_demo_passwords_are(client, ana):
    assert "make run" in client.get(reverse("login")).content.decode()


def test_sign_in_page_of_production_never_speaks_of_a_demonstration(client, ana, settings):
    settings.ENVIRONMENT = "production"

    assert "make run" not in client.get(reverse("login")).content.decode()


def test_account_saves_and_records_what_changed(client, ana):
    client.force_login(ana)

    response = client.post(reverse("account"), {"name": "Ana M. Ferreira", "language": "de", "colours": "light"})

    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.colours) == ("Ana M. Ferreira", "de", "light")
    assert response.cookies["django_language"].value == "de"
    assert Event.objects.filter(verb="account.changed").count() == 1


def test_account_keeps_what_was_typed_and_names_the_field(client, ana):
    client.force_login(ana)

    page = client.post(reverse("account"), {"name": "", "language": "fr", "colours": "dark"}).content.decode()

    assert "Enter your name: colleagues see it beside what you do." in page
    assert 'href="#id_name"' in page
    assert 'value="fr" selected' in page


def test_account_changes_nobody_elses_account(client, ana, person):
    other = person("Eve Novak", "researcher")
    client.force_login(ana)

    client.post(
        reverse("account"), {"name": "X", "language": "en", "colours": "light", "email": other.email, "pk": other.pk}
    )

    other.refresh_from_db()
    ana.refresh_from_db()
    assert other.name == "Eve Novak"
    assert ana.email == "ana@norderhaven.example"


def test_account_page_wears_the_chosen_colours(client, ana):
    ana.colours = "dark"
    ana.save()
    client.force_login(ana)

    assert 'data-bs-theme="dark"' in client.get(reverse("account")).content.decode()


def test_colours_of_a_cookie_are_never_taken_as_they_come(client, unit):
    client.cookies["ra_colours"] = 'dark" onload="x'

    assert "onload" not in client.get(reverse("login")).content.decode()


def test_password_change_asks_for_the_present_one(client, ana):
    client.force_login(ana)
    typed = {"old_password": "no", "new_password1": "a-longer-tide-2027", "new_password2": "a-longer-tide-2027"}

    page = client.post(reverse("password_change"), typed).content.decode()

    assert "This is not your present password. Type it again." in page


def test_password_change_holds_from_now_on(client, ana):
    client.force_login(ana)
    typed = {"old_password": PASSWORD, "new_password1": "a-longer-tide-2027", "new_password2": "a-longer-tide-2027"}

    response = client.post(reverse("password_change"), typed)

    ana.refresh_from_db()
    assert response.url == reverse("account")
    assert ana.check_password("a-longer-tide-2027")


def test_account_page_keeps_ways_and_says_why_some_are_bound(client, ana):
    client.force_login(ana)
    page = client.get(reverse("account")).content.decode()
    assert "the days to appeal or to reply begin with it" in page

    answer = client.post(reverse("account_notices"), {"dates": "daily", "talk": "app", "news": "daily"})

    assert answer.url == reverse("account") + "#notices"
    assert dict(ana.chosen_ways.values_list("kind", "way")) == {"dates": "daily", "talk": "app", "news": "daily"}
    assert Event.objects.filter(verb="account.notices_chosen").count() == 1


def test_account_page_refuses_to_switch_off_what_must_reach_a_person(client, ana):
    client.force_login(ana)

    answer = client.post(reverse("account_notices"), {"dates": "app", "talk": "app", "news": "now"})

    assert answer.status_code == 422
    assert "a date that is missed may open a case again" in answer.content.decode()
    assert not ana.chosen_ways.exists()


def test_account_page_opens_renews_and_closes_the_calendar_feed(client, ana):
    client.force_login(ana)
    seen = []
    for given in ("open", "open", "close"):
        client.post(reverse("account_calendar"), {"do": given})
        page = client.get(reverse("account")).content.decode()
        seen.append(page.partition('id="feed-url">')[2].partition("<")[0])

    assert seen[0].endswith(".ics")
    assert seen[1].endswith(".ics")
    assert seen[0] != seen[1]
    assert seen[2] == ""
