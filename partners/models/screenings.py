from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.lists import ListedEntity, ListEdition, ListSource
from partners.models.registry import Partner
from riskassess.core.models import DatedModel, UidModel


class Screening(UidModel, DatedModel):
    class State(models.TextChoices):
        DONE = "done", _("screened")
        NOT_SCREENED = "not_screened", _("not screened: no list was in force")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="screenings")
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    names = models.JSONField(_("names compared"), default=list)
    names_key = models.CharField(max_length=64)
    editions = models.ManyToManyField(ListEdition, related_name="screenings")

    class Meta:
        ordering = ["partner", "-pk"]

    def __str__(self):
        return f"{self.partner_id} {self.created_at:%Y-%m-%d}: {self.state}"


class Judgement(UidModel, DatedModel):
    """A person's verdict on one partner and one listed entity. The newest of a fingerprint is in force; all stay."""

    class Verdict(models.TextChoices):
        SAME = "same", _("same organisation")
        DIFFERENT = "different", _("different organisation")
        CANNOT_TELL = "cannot_tell", _("cannot tell")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="judgements")
    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="judgements")
    external_id = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="judgements")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="judgement_has_reason"),
            models.CheckConstraint(
                condition=Q(verdict__in=["same", "different", "cannot_tell"]), name="judgement_verdict_known"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(replaces__isnull=True), name="judgement_one_first"
            ),
        ]
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.partner_id}/{self.external_id}: {self.verdict}"


class Hit(UidModel, DatedModel):
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="hits")
    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="hits")
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="hits")
    fingerprint = models.CharField(max_length=64, db_index=True)
    explanation = models.JSONField(default=dict)
    judgement = models.ForeignKey(Judgement, null=True, blank=True, on_delete=models.PROTECT, related_name="hits")
    inherited = models.BooleanField(_("verdict taken over from an earlier screening"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["screening", "entity"], name="hit_once_per_screening")]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.screening_id}: {self.entity_id}"

    @property
    def verdict(self) -> str:
        """Empty while nobody has judged it."""
        return self.judgement.verdict if self.judgement_id else ""

    @property
    def is_open(self) -> bool:
        """Waits for a person: not judged, or judged 'cannot tell'."""
        return self.verdict in ("", Judgement.Verdict.CANNOT_TELL)
