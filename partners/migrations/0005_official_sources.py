from django.db import migrations

SOURCES = [
    {
        "code": "un",
        "name": "United Nations Security Council Consolidated List",
        "kind": "asset_freeze",
        "authority": "un",
        "format": "un_xml",
        "interval_days": 7,
        "address": "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
        "licence": "United Nations official document; facts with attribution",
    },
    {
        "code": "eu_fsf",
        "name": "Consolidated financial sanctions list of the European Union",
        "kind": "asset_freeze",
        "authority": "eu",
        "format": "eu_fsf",
        "interval_days": 7,
        "address": "https://data.europa.eu/data/datasets/consolidated-list-of-persons-groups-and-entities-subject-to-eu-"
        "financial-sanctions",
        "licence": "European Union; reuse with acknowledgement",
    },
    {
        "code": "ofac_sdn",
        "name": "Specially Designated Nationals list of the US Treasury (OFAC)",
        "kind": "asset_freeze",
        "authority": "us",
        "format": "ofac_csv",
        "interval_days": 7,
        "address": "https://sanctionslist.ofac.treas.gov/Home/SdnList",
        "licence": "United States Government work; public domain",
    },
    {
        "code": "ofac_cons",
        "name": "Consolidated non-SDN list of the US Treasury (OFAC)",
        "kind": "legal",
        "authority": "us",
        "format": "ofac_csv",
        "interval_days": 7,
        "address": "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
        "licence": "United States Government work; public domain",
    },
    {
        "code": "uk",
        "name": "UK Sanctions List",
        "kind": "asset_freeze",
        "authority": "uk",
        "format": "uk_csv",
        "interval_days": 7,
        "address": "https://www.gov.uk/government/publications/the-uk-sanctions-list",
        "licence": "Open Government Licence v3.0",
    },
    {
        # It gathers lists of many authorities and has no legal force of its own.
        "code": "opensanctions",
        "name": "OpenSanctions",
        "kind": "concern",
        "authority": "opensanctions",
        "format": "opensanctions",
        "interval_days": 7,
        "address": "https://www.opensanctions.org/datasets/",
        "licence": "CC BY-NC 4.0, or a licence of the publisher",
    },
    {
        "code": "own",
        "name": "The institution's own list",
        "kind": "concern",
        "authority": "",
        "format": "own_csv",
        "interval_days": 365,
        "address": "",
        "licence": "",
    },
]
LARGEST_DROP_BEFORE, LARGEST_DROP = 30, 10


def make_sources(apps, schema_editor):
    """Whoever has a source of this code already keeps it as it is, but for the limit that was the default."""
    source_class = apps.get_model("partners", "ListSource")
    source_class.objects.filter(max_drop_percent=LARGEST_DROP_BEFORE).update(max_drop_percent=LARGEST_DROP)
    for source in SOURCES:
        source_class.objects.get_or_create(code=source["code"], defaults=source)


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_list_decisions")]

    operations = [migrations.RunPython(make_sources, migrations.RunPython.noop)]
