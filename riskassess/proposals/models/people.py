from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.proposals.models.proposals import Proposal


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
