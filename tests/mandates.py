"""A mandate for an auditor of a test, without the story of how it came about."""

from datetime import timedelta

from django.utils import timezone

from riskassess.accounts.models import Mandate, User


def give_mandate(auditor: User, **given) -> Mandate:
    """For the whole institution and a month, unless told otherwise; asked for and confirmed by two others."""
    today = timezone.localdate()
    asked_by, confirmed_by = (
        User.objects.get_or_create(email=f"{part}@mandates.example", defaults={"name": part, "is_active": False})[0]
        for part in ("asks", "confirms")
    )
    values = {
        "starts": today,
        "ends": today + timedelta(days=30),
        "reason": "Yearly audit",
        "asked_by": asked_by,
        "confirmed_by": confirmed_by,
        "confirmed_at": timezone.now(),
    }
    auditor.__dict__.pop("mandates_now", None)
    auditor.__dict__.pop("held", None)
    return Mandate.objects.create(auditor=auditor, **{**values, **given})
