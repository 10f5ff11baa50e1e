from partners.models.countries import CountryFact, Dataset, FactChange
from partners.models.lists import EditionEntry, ListedEntity, ListEdition, ListedName, ListSource
from partners.models.registry import Alias, Identifier, Partner, PartnerType, RorRecord
from partners.models.screenings import Hit, Judgement, Screening

__all__ = [
    "Alias",
    "CountryFact",
    "Dataset",
    "EditionEntry",
    "FactChange",
    "Hit",
    "Identifier",
    "Judgement",
    "ListEdition",
    "ListSource",
    "ListedEntity",
    "ListedName",
    "Partner",
    "PartnerType",
    "RorRecord",
    "Screening",
]
