from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reviews.models.cases import USER, Case


class Interest(UidModel, DatedModel):
    """What somebody said of their own interest before they read a case. Rows are only added: a yes stays a yes."""

    class Answer(models.TextChoices):
        NONE = "none", _("nothing stands against it")
        YES = "yes", _("something stands against it")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interests")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="interests")
    round = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=4, choices=Answer.choices)
    because = models.TextField(_("because"), blank=True)
    weighed = models.JSONField(default=list, blank=True, help_text="What was shown as a reason to think twice.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user", "round", "answer"], name="interest_declared_once"),
            models.CheckConstraint(condition=Q(answer__in=["none", "yes"]), name="interest_answer_known"),
            models.CheckConstraint(condition=Q(answer="none") | ~Q(because=""), name="interest_yes_has_reason"),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_answer_display()}"
