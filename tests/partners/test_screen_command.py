import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
LISTED = '1,"Kestrel Arc Instruments, Ltd.",KAI Works,,organisation,NO,demo,2025-03-14,,'
PERSON = "2,Ragnhild Torvald Eskeland,,,person,NO,,,,"


def run(*arguments):
    """Exit code and what was printed."""
    out = StringIO()
    try:
        call_command("screen", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    except CommandError as fault:
        return fault.returncode, str(fault)
    return 0, out.getvalue()


def test_screen_tells_each_match_with_its_features(sanctions, put_in_force):
    put_in_force(sanctions, LISTED, PERSON)

    code, told = run("Kestrel Arc Instrument", "--country", "no")

    assert code == 1
    assert told.startswith("Kestrel Arc Instruments, Ltd. (1)\n  likely, score ")
    assert "Test sanctions, edition of 2026-11-01" in told
    assert "words: agree: kestrel, arc" in told


def test_screen_as_json_carries_edition_and_reasons(sanctions, put_in_force):
    edition = put_in_force(sanctions, LISTED)

    code, told = run("KAI Works", "--json")

    found = json.loads(told)
    assert code == 1
    assert found["editions"] == [{"list": "test_sanctions", "date": "2026-11-01", "sha256": edition.sha256}]
    assert [(match["reference"], match["band"]) for match in found["matches"]] == [("1", "likely")]
    assert {"words", "letters"} <= {feature["name"] for feature in found["matches"][0]["features"]}


def test_persons_are_compared_with_persons_alone(sanctions, put_in_force):
    put_in_force(sanctions, LISTED, PERSON)

    assert run("Eskeland, Ragnhild Torvald")[0] == 0
    assert run("Eskeland, Ragnhild Torvald", "--kind", "person")[0] == 1
    assert run("Kestrel Arc Instruments", "--kind", "person")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("Kestrel", "--country", "XX"), 2, "XX is no country code of two letters, such as NO."),
        (("…",), 2, "Give a name with at least one letter or digit."),
        (("Kestrel",), 3, "No list is in force, so nothing was compared. Import one first."),
    ],
)
def test_screen_says_what_is_wrong(arguments, code, said):
    assert run(*arguments) == (code, said)


def test_no_match_says_how_many_lists_were_read(sanctions, put_in_force):
    put_in_force(sanctions, LISTED)

    assert run("Marrow Bay Shipping") == (0, "No name like Marrow Bay Shipping on 1 lists in force.\n")
