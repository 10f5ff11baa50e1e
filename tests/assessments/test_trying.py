"""What if: toggles over a stored assessment, which stays as it is."""

import pytest

from riskassess.assessments.models import AssessmentRecord
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record
from riskassess.assessments.trying import answers_to_try, standing_safeguards, try_out
from tests.story import HIGH

NOTHING = {"safeguards": (), "without": (), "answers": ()}


@pytest.fixture
def record(submitted):
    return latest_record(submitted(example=HIGH))


def test_trying_nothing_gives_todays_result(record):
    tried = try_out(record, **{**NOTHING, "safeguards": standing_safeguards(record)})

    assert tried.result == assessment_of(record)


def test_safeguards_rows_and_answers_move_the_level_and_store_nothing(record):
    today, facts = assessment_of(record), str(record.facts)
    keys = {finding.rule: finding.key for finding in today.findings}
    partner = record.facts["partners"][0]["id"]
    _question, options = answers_to_try(catalogue_of(record.release), record.facts)[0]
    answer = options[0][0]

    with_both = try_out(
        record, **{**NOTHING, "safeguards": [(keys["K04"], "M_separate"), (keys["K01"], "M_need_to_know")]}
    )
    without = try_out(record, **{**NOTHING, "without": [partner]})
    otherwise = try_out(record, **{**NOTHING, "answers": [answer]})

    assert (today.inherent.upper, with_both.result.if_agreed.upper) == ("high", "moderate")
    assert with_both.result.inherent == today.inherent
    assert [row["id"] for row in without.facts["partners"]] == [row["id"] for row in record.facts["partners"][1:]]
    assert otherwise.answers[0].key == answer
    assert otherwise.result.facts_sha256 != today.facts_sha256
    assert (str(record.facts), AssessmentRecord.objects.count()) == (facts, 1)


def test_what_the_record_does_not_know_is_left_aside(record):
    tried = try_out(
        record,
        safeguards=[("K04", "M_nothing"), ("Z", "M")],
        without=["nobody"],
        answers=["Z9||yes", "T4||perhaps", "|"],
    )

    assert (tried.safeguards, tried.without, tried.answers) == (frozenset(), frozenset(), ())
