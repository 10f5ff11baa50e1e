from partners.models.contacts import Contact
from partners.models.countries import CountryFact, Dataset, FactChange
from partners.models.lists import (
    EditionDelta,
    EditionEntry,
    FolderEntry,
    ListedEntity,
    ListedIdentifier,
    ListEdition,
    ListedName,
    ListSource,
)
from partners.models.merging import PartnerMerge
from partners.models.ownership import Ownership, Parentage
from partners.models.registry import Alias, Identifier, Partner, PartnerType
from partners.models.ror import RorImport, RorName, RorRecord, RorRelation
from partners.models.screenings import Hit, Judgement, Party, Screening, name_of_party

__all__ = [
    "Alias",
    "Contact",
    "CountryFact",
    "Dataset",
    "EditionDelta",
    "EditionEntry",
    "FactChange",
    "FolderEntry",
    "Hit",
    "Identifier",
    "Judgement",
    "ListEdition",
    "ListSource",
    "ListedEntity",
    "ListedIdentifier",
    "ListedName",
    "Ownership",
    "Parentage",
    "Partner",
    "PartnerMerge",
    "PartnerType",
    "Party",
    "RorImport",
    "RorName",
    "RorRecord",
    "RorRelation",
    "Screening",
    "name_of_party",
]
