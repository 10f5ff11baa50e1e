"""Merging loses nothing, and undoing restores every row; what can no longer be undone is refused in words."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.models import Alias, FactChange, Identifier, Ownership, Parentage, Partner
from partners.services import (
    add_alias,
    add_identifier,
    add_owner,
    add_parent,
    edit_partner,
    merge_partners,
    register_partner,
    remove_alias,
    set_ror_id,
    undo_merge,
)
from riskassess.core.errors import DomainError

TABLES = (Partner, Alias, Identifier, Ownership, Parentage)
ROR_ID = "https://ror.org/03prydq77"


def everything():
    """All but when a row was last written."""
    fields = {model: [f.attname for f in model._meta.concrete_fields if f.name != "updated_at"] for model in TABLES}
    return {model.__name__: sorted(model.objects.values_list(*names)) for model, names in fields.items()}


@pytest.fixture
def pair(omar):
    return [register_partner(name=name, country="NO", actor=omar) for name in ("Kestrel Arc", "Turmfalk Bogen")]


CHANGES = st.lists(st.tuples(st.sampled_from(["alias", "id", "owner", "holding", "parent", "part", "field"]),
                             st.integers(0, 1), st.integers(0, 3)), max_size=8)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_merge_and_undo_leave_everything_as_it_was(changes, db, omar):
    with transaction.atomic():
        pair = [register_partner(name=name, country="NO", actor=omar) for name in ("Kestrel Arc", "Turmfalk Bogen")]
        others = [register_partner(name=f"Other {n}", country="NO", actor=omar) for n in range(4)]
        for kind, which, number in changes:
            with suppress(DomainError):  # such as a part of its own part
                write(kind, pair[which], others[number], number, omar)
        before = everything()

        merge = merge_partners(kept=pair[0], merged=pair[1], reason="One register entry.", actor=omar)
        names = set(pair[0].aliases.values_list("name", flat=True))
        undo_merge(merge=merge, actor=omar)

        assert "Turmfalk Bogen" in names
        assert everything() == before
        transaction.set_rollback(True)


def write(kind, partner, other, number, actor):
    if kind == "alias":
        add_alias(partner=partner, name=f"Name {number}", actor=actor)
    elif kind == "id":
        add_identifier(partner=partner, scheme="register", value=f"NO {number}", actor=actor)
    elif kind == "owner":
        add_owner(owned=partner, owner=other, percent=Decimal(5), source="Register", actor=actor)
    elif kind == "holding":
        add_owner(owned=other, owner=partner, percent=Decimal(5), source="Register", actor=actor)
    elif kind == "parent":
        add_parent(child=partner, parent=other, source="Statutes", actor=actor)
    elif kind == "part":
        add_parent(child=other, parent=partner, source="Statutes", actor=actor)
    else:
        partner.refresh_from_db()
        edit_partner(partner=partner, actor=actor, name=partner.name, country="NO", city=f"City {number}")


def test_merged_record_leads_to_the_kept_one(pair, omar):
    kept, merged = pair
    set_ror_id(partner=merged, ror_id=ROR_ID, actor=omar)
    FactChange.objects.create(partner=merged, fact="sanction_hit", before="none", after="possible", cause="a test")

    merge_partners(kept=kept, merged=merged, reason="Same register entry.", actor=omar)

    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (kept.ror_id, merged.ror_id, merged.merged_into) == (ROR_ID, "", kept)
    assert register_partner(name="Turmfalk Bogen", country="NO", actor=omar) == kept
    assert register_partner(name="Anything", country="NO", ror_id=ROR_ID, actor=omar) == kept
    assert FactChange.objects.get(fact="sanction_hit").partner == kept


def test_two_organisations_are_not_made_one(pair, omar):
    kept, merged = pair
    add_owner(owned=merged, owner=kept, percent=Decimal(60), source="Register", actor=omar)

    with pytest.raises(DomainError, match="owns the other"):
        merge_partners(kept=kept, merged=merged, reason="Hm.", actor=omar)
    with pytest.raises(DomainError, match="same record"):
        merge_partners(kept=kept, merged=kept, reason="Hm.", actor=omar)
    with pytest.raises(DomainError, match="how you know"):
        merge_partners(kept=kept, merged=merged, reason=" ", actor=omar)


@pytest.mark.parametrize("spoil", ["name", "field", "row", "again", "further"])
def test_what_can_no_longer_be_undone_is_refused_in_words(spoil, pair, omar):
    kept, merged = pair
    alias = add_alias(partner=merged, name="TB", actor=omar)
    merge = merge_partners(kept=kept, merged=merged, reason="One.", actor=omar)
    if spoil == "name":
        remove_alias(alias=kept.aliases.get(name="Turmfalk Bogen"), actor=omar)
    elif spoil == "field":
        edit_partner(partner=Partner.objects.get(pk=kept.pk), actor=omar, name=kept.name, country="NO", city="Oslo")
    elif spoil == "row":
        remove_alias(alias=kept.aliases.get(pk=alias.pk), actor=omar)
    elif spoil == "again":
        undo_merge(merge=merge, actor=omar)
    else:
        third = register_partner(name="Harbour Crown", country="NO", actor=omar)
        merge_partners(kept=third, merged=kept, reason="One.", actor=omar)
    before = everything()

    with pytest.raises(DomainError, match=r"since|already"):
        undo_merge(merge=merge, actor=omar)

    assert everything() == before
