import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

from riskassess.web.views import errors

TYPED = {"name": "Ana with a long <b>story</b>", "language": "en", "colours": "light"}


@pytest.fixture
def strict(ana):
    """A browser whose form token has expired."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    return client


def test_expired_form_shows_what_was_typed_and_sends_it_again(strict, ana):
    page = strict.post(reverse("account"), TYPED, headers={"Sec-Fetch-Site": "same-origin"})

    html = page.content.decode()
    assert page.status_code == 403
    assert "Ana with a long &lt;b&gt;story&lt;/b&gt;" in html
    assert f'action="{reverse("account")}"' in html
    token = str(page.context["csrf_token"])
    assert strict.post(reverse("account"), {**TYPED, "csrfmiddlewaretoken": token}).status_code == 302


def test_expired_form_repeats_every_value_of_a_name(strict):
    page = strict.post(reverse("account"), {"kinds": ["a1", "b2"]}, headers={"Origin": "http://testserver"})

    assert [(name, value) for name, _words, value in page.context["typed"]] == [("kinds", "a1"), ("kinds", "b2")]


def test_expired_page_of_people_is_read_in_the_words_that_stood_on_it(strict):
    typed = {"contact-0-name": "Ida Holm", "contact-0-birth_year": "1974", "contact-0-partner": "5b0c", "seen": "x"}
    address = reverse("contacts", args=["RA-2026-0001"])

    page = strict.post(address, typed, headers={"Sec-Fetch-Site": "same-origin"}).content.decode()

    assert "<dt>Person 1, name</dt>" in page
    assert "<dt>Person 1, year of birth</dt>" in page
    assert "Contact 0" not in page


def test_expired_form_never_repeats_a_password(strict):
    typed = {"old_password": "my-secret-tide", "new_password1": "another-tide-1", "new_password2": "another-tide-1"}

    page = strict.post(reverse("password_change"), typed, headers={"Sec-Fetch-Site": "same-origin"}).content.decode()

    assert "tide" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_what_a_foreign_page_sent_is_never_offered_again(strict, headers):
    page = strict.post(reverse("account"), TYPED, headers=headers)

    assert page.status_code == 403
    assert page.context["typed"] == []
    assert "long &lt;b&gt;story" not in page.content.decode()


@pytest.mark.django_db
def test_missing_page_says_where_to_go(client):
    response = client.get("/no/such/page")

    assert response.status_code == 404
    assert "There is no page here" in response.content.decode()


def test_forbidden_page_gives_the_reason_where_there_is_one(rf, ana):
    request = rf.get("/x")
    request.user = ana

    page = errors.forbidden(request, PermissionDenied("You recommended on this case, so somebody else decides."))

    assert page.status_code == 403
    assert "You recommended on this case" in page.content.decode()


@pytest.mark.django_db
def test_too_much_at_once_is_said_with_its_size(client, settings, unit):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post(reverse("login"), {"username": "x" * 500})

    assert response.status_code == 413
    assert "Nothing was saved" in response.content.decode()


@pytest.mark.django_db
def test_broken_page_asks_neither_database_nor_session(django_assert_num_queries):
    request = RequestFactory().get("/x")
    request.id = "abc123"

    with django_assert_num_queries(0):
        page = errors.server_error(request)

    assert page.status_code == 500
    assert "abc123" in page.content.decode()


def test_broken_page_still_speaks_when_its_template_is_broken(settings):
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
    request = RequestFactory().get("/x")
    request.id = "abc123"

    page = errors.server_error(request)

    assert page.status_code == 500
    assert "abc123" in page.content.decode()
