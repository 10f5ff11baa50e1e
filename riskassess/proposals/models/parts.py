from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import UidModel
from riskassess.proposals.models.proposals import Proposal


class PartnerRole(models.TextChoices):
    PARTNER = "partner", _("partner in the work")
    COORDINATOR = "coordinator", _("coordinator of the consortium")
    HOST = "host", _("host of visits or field work")
    SUPPLIER = "supplier", _("supplier of data, samples or equipment")
    CLIENT = "client", _("client of commissioned work")


class Participation(UidModel):
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="participations")
    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(_("role"), max_length=20, choices=PartnerRole.choices, default=PartnerRole.PARTNER)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "partner"], name="partner_once_a_proposal")]
        ordering = ["position", "pk"]

    def __str__(self):
        return str(self.partner)


class ParticipationContact(UidModel):
    """Who at a partner one works with in this proposal. The person stands in the registry, to be compared there."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey("partners.Contact", on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(_("part in the work"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "contact"], name="contact_once_a_participation")
        ]
        ordering = ["position", "pk"]

    def __str__(self):
        return str(self.contact)


class FunderKind(models.TextChoices):
    EU = "eu", _("European Union or Euratom programme")
    NATIONAL = "national_public", _("national public funder")
    OWN = "own", _("our own institution")
    PARTNER = "partner", _("a partner")
    FOREIGN = "foreign_public", _("public funder of another country")
    PRIVATE = "private", _("private company or foundation")


class Funder(UidModel):
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="funders")
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    kind = models.CharField(_("kind of funder"), max_length=20, choices=FunderKind.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name


class TechnologyItem(UidModel):
    """A technology, method or item the work advances; the questionnaire asks about each one."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="technology_items")
    label = models.CharField(_("technology or item"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label


class VisitorRole(models.TextChoices):
    STUDENT = "student", _("student")
    DOCTORAL = "doctoral", _("doctoral candidate")
    POSTDOC = "postdoc", _("postdoc")
    PROFESSOR = "professor", _("professor")
    TECHNICIAN = "technician", _("technician")
    OTHER = "other", _("another role")


class VisitDirection(models.TextChoices):
    INCOMING = "incoming", _("comes to us")
    OUTGOING = "outgoing", _("goes to a partner")


class Visit(UidModel):
    """A planned visit: roles and numbers. Who it will be, and where that person comes from, is never asked."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="visits")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.SET_NULL, related_name="visits")
    role = models.CharField(_("role"), max_length=12, choices=VisitorRole.choices)
    people = models.PositiveSmallIntegerField(_("how many people"), default=1)
    direction = models.CharField(_("direction"), max_length=10, choices=VisitDirection.choices)
    months = models.PositiveSmallIntegerField(_("months"), default=1)
    access = models.TextField(_("what they have access to"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=999), name="visit_people_counted"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=120), name="visit_months_counted"),
            models.CheckConstraint(condition=Q(role__in=VisitorRole.values), name="visit_role_known"),
            models.CheckConstraint(condition=Q(direction__in=VisitDirection.values), name="visit_direction_known"),
        ]

    def __str__(self):
        return f"{self.people} {self.get_role_display()}"
