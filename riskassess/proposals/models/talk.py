from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.proposals.models.proposals import Proposal


class Thread(UidModel, DatedModel):
    """A conversation on one question of a proposal, or on the whole of it. Who reads it follows its kind."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment among the authors")
        HELP = "help", _("question to research security")
        REQUEST = "request", _("question to the authors")
        CORRECTION = "correction", _("correction of a fact")
        FLAG = "flag", _("reasons for a closer look")
        FINDING = "finding", _("finding of fact")

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
                condition=Q(kind__in=["comment", "help", "request", "correction", "flag", "finding"]),
                name="thread_kind_known",
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
