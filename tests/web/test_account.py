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
