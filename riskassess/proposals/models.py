from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.proposals.states import EDITABLE, State


class ReferenceCounter(models.Model):
    """The last number given out in a year; locked while the next one is taken."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.year}: {self.last}"


class Proposal(UidModel, DatedModel):
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="proposals")
    unit = models.ForeignKey(
        "accounts.Unit", verbose_name=_("unit"), on_delete=models.PROTECT, related_name="proposals"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("lead researcher"), on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, max_length=5000)
    kinds = models.JSONField(_("kinds of collaboration"), default=list, blank=True)
    starts = models.DateField(_("planned start"), null=True, blank=True)
    ends = models.DateField(_("planned end"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=30, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0, help_text="Goes up with each move; compare-and-set reads it.")
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened = models.UUIDField(null=True, editable=False, help_text="Of the form that opened it: sent twice, opens one.")
    copied_from = models.ForeignKey("self", null=True, editable=False, on_delete=models.SET_NULL, related_name="copies")
    renews = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="renewals")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "opened"], name="proposal_opened_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="proposal_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"]), models.Index(fields=["owner", "state"])]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("proposal", args=[self.reference])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class CoInvestigator(DatedModel):
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="coinvestigators")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="co_investigations")
    can_edit = models.BooleanField(_("may edit"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="coinvestigator_once")]
        ordering = ["pk"]

    def __str__(self):
        return str(self.user)


class InvitationState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ENDED = "ended", _("took part, and left")


class Invitation(UidModel, DatedModel):
    """Somebody asked to take part; only the person makes it true. The row stays: who once took part is known."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    can_edit = models.BooleanField(_("may edit"), default=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.OPEN)
    valid_until = models.DateField(_("valid until"))
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "email"], condition=Q(state="open"), name="invited_once"),
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="invitation_state_known"),
        ]
        indexes = [models.Index(fields=["email", "state"])]

    def __str__(self):
        return f"{self.proposal.reference}: {self.state}"


class Transfer(UidModel, DatedModel):
    """An offer to lead a proposal from now on. Somebody else than who made it consents."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for consent")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="transfers")
    old_owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    new_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("new lead researcher"), on_delete=models.PROTECT, related_name="+"
    )
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    old_owner_stays = models.BooleanField(default=True, help_text="As a co-investigator who may read.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal"], condition=Q(state="open"), name="one_transfer_at_a_time"),
            models.CheckConstraint(condition=~Q(new_owner=F("old_owner")), name="transfer_to_somebody_else"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(settled_by=F("offered_by")), name="transfer_two_people"
            ),
        ]

    def __str__(self):
        return f"{self.proposal.reference}: {self.state}"


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


class Thread(UidModel, DatedModel):
    """A conversation on one question of a proposal, or on the whole of it. Who reads it follows its kind."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment among the authors")
        HELP = "help", _("question to research security")
        REQUEST = "request", _("question to the authors")
        CORRECTION = "correction", _("correction of a fact")
        FLAG = "flag", _("reasons for a closer look")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="threads")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    question = models.CharField(max_length=40, blank=True, help_text="Empty: the whole proposal.")
    row = models.CharField(max_length=36, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shown = models.JSONField(null=True, help_text="Of a call for help: the answer that goes with it, as it was then.")
    correct = models.TextField(_("what is right"), blank=True, max_length=5000)
    reply_until = models.DateField(null=True, help_text="Until when the authors may reply to a flag.")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["comment", "help", "request", "correction", "flag"]), name="thread_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind="correction") | ~Q(correct=""), name="correction_says_what_is_right"
            ),
        ]
        indexes = [models.Index(fields=["kind"], condition=Q(resolved_at__isnull=True), name="thread_open_by_kind")]

    def __str__(self):
        return f"{self.proposal.reference}: {self.kind}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class Comment(UidModel):
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(_("text"), max_length=5000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    mentioned = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened = models.UUIDField(null=True, editable=False, help_text="The form it was written in: sent twice, kept once.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["by", "opened"], name="comment_written_once"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
        ]

    def __str__(self):
        return self.text[:60]


class Evidence(UidModel, DatedModel):
    """A document that backs what the proposal says. It belongs to the whole, to a question or to a partner: `question`
    and `row` are as those of an answer, and empty where it belongs to neither."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    question = models.CharField(max_length=40, blank=True)
    row = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.title


class EvidenceVersion(UidModel, DatedModel):
    """One file of a piece of evidence. The newest counts; what was submitted stays."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="evidence_version")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True, help_text="When it first went along with a submission.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="evidence_number_once")]
        ordering = ["evidence", "-number"]

    def __str__(self):
        return f"{self.evidence} {self.number}"


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
