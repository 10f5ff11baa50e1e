from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import Assignment


class GuestSeat(UidModel, DatedModel):
    """How an expert from outside comes in: by a code of their own and, where asked for, six digits of an app."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="seat")
    question = models.TextField(_("what is asked"), max_length=2000)
    code = models.CharField(max_length=128, help_text="Its hash.")
    failures = models.PositiveSmallIntegerField(default=0)
    secret = models.CharField(max_length=32, help_text="Of the second factor; shown until first used.")
    counter = models.PositiveBigIntegerField(default=0, help_text="The last digits that were used; never twice.")
    is_unconflicted = models.BooleanField(default=False)

    def __str__(self):
        return f"Seat of {self.assignment}"


class ExpertWord(UidModel, DatedModel):
    """What an expert from outside writes: comments, and one opinion."""

    class Kind(models.TextChoices):
        OPINION = "opinion", _("opinion")
        COMMENT = "comment", _("comment")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="words")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(kind="opinion"), name="expert_opinion_once"),
            models.CheckConstraint(condition=~Q(text=""), name="expert_word_has_text"),
        ]

    def __str__(self):
        return self.text[:60]
