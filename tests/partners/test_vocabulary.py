from datetime import date

import pytest
import yaml
from django.conf import settings

from partners import queries
from partners.queries.countries import NO_VALUE
from riskassess.engine.catalogue import ORGANISATION_FACTS

NEWEST = sorted(settings.CATALOGUES_DIR.glob("*/*/catalogue.yaml"))[-1]


def test_facts_of_the_registry_are_the_vocabulary_of_the_catalogue():
    """The engine refuses a fact outside its vocabulary, so the two must not drift apart."""
    declared = yaml.safe_load(NEWEST.read_text())
    facts, sets = declared["facts"]["partner"], declared["fact_sets"]["partner"]

    assert set(sets["measures"]) == set(queries.MEASURES)
    assert set(facts["sanction_hit"]) == set(queries.SANCTION_HITS)
    assert set(facts["afi_band"]) == {NO_VALUE, *(band for band, _least in queries.AFI_BANDS)}
    assert set(facts["rule_of_law"]) == {NO_VALUE, *(band for band, _least in queries.RULE_OF_LAW_BANDS)}
    assert NO_VALUE in facts["owner_hit"]
    assert set(facts["legal_list"]) == {"none", "other", "eu"}
    assert set(facts["defence_link"]) == {"none", "listed"}
    assert {"eu_eea", "eu_or_eu001", "gdpr_adequate"} <= set(facts)


@pytest.mark.django_db
def test_facts_that_the_registry_finds_by_country_are_none_of_the_organisation():
    """What the engine takes for a fact of the organisation may weigh more than a country ever does."""
    by_country = set(queries.country_facts("NO", date(2026, 11, 23)))
    by_lists = set(queries.facts_of_name("A university", "NO", date(2026, 11, 23))) - by_country

    assert by_country.isdisjoint(ORGANISATION_FACTS)
    assert by_lists == set(ORGANISATION_FACTS) - {"call_excludes_partner"}
