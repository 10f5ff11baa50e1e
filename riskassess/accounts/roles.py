from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles are code; who holds one, where and until when, are rows. The order is the order of the navigation."""

    RESEARCHER = "researcher", _("researcher")
    REVIEWER = "reviewer", _("reviewer")
    OFFICER = "officer", _("research-security officer")
    APPROVER = "approver", _("approver")
    ADMINISTRATOR = "administrator", _("administrator")
    AUDITOR = "auditor", _("auditor")


# Nobody may hold a role of both sides at once (separation of duties).
INCOMPATIBLE = {
    Role.ADMINISTRATOR: {Role.REVIEWER, Role.OFFICER, Role.APPROVER, Role.AUDITOR},
    Role.AUDITOR: {Role.REVIEWER, Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR},
}
