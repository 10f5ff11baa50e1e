from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models.contacts import Contact
from partners.models.lists import ListedEntity, ListEdition, ListSource
from partners.models.registry import Partner
from riskassess.core.models import DatedModel, UidModel
from riskassess.files.models import StoredFile

Party = Partner | Contact


def name_of_party(party: Party) -> str:
    """The name of the field that points to such a party."""
    return "contact" if isinstance(party, Contact) else "partner"


class AboutOne(models.Model):
    """Says something of one party that was compared with lists: a partner, or a person named as a contact."""

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, contact__isnull=True)
                | Q(partner__isnull=True, contact__isnull=False),
                name="%(class)s_about_one",
            )
        ]

    @property
    def about(self) -> Party:
        return self.contact if self.contact_id else self.partner

    @property
    def about_id(self) -> int:
        return self.contact_id or self.partner_id


class Screening(AboutOne, UidModel, DatedModel):
    class State(models.TextChoices):
        DONE = "done", _("screened")
        PARTIAL = "partial", _("not screened: a list could not be read")
        FAILED = "failed", _("not screened: no list could be read")
        NOT_SCREENED = "not_screened", _("not screened: no list was in force")

    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    reason = models.TextField(_("why it is not whole"), blank=True)
    names = models.JSONField(_("names compared"), default=list)
    names_key = models.CharField(max_length=64)
    scorer = models.CharField(max_length=40, blank=True)  # which version of the matcher compared
    editions = models.ManyToManyField(ListEdition, related_name="screenings")

    class Meta(AboutOne.Meta):
        abstract = False
        ordering = ["partner", "-pk"]

    def __str__(self):
        return f"{self.about.uid} {self.created_at:%Y-%m-%d}: {self.state}"

    @property
    def is_broken(self) -> bool:
        """A list in force could not be compared: to be tried again, and never read as "no match"."""
        return self.state in (self.State.PARTIAL, self.State.FAILED)


class Judgement(AboutOne, UidModel, DatedModel):
    """A person's verdict on one partner or contact and one listed entity. The newest of a fingerprint is in force; all
    stay."""

    class Verdict(models.TextChoices):
        SAME = "same", _("same organisation")
        DIFFERENT = "different", _("different organisation")
        CANNOT_TELL = "cannot_tell", _("cannot tell")

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="judgements")
    external_id = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="judgements")
    evidence = models.CharField(_("evidence"), max_length=400, blank=True)
    evidence_file = models.ForeignKey(
        StoredFile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("evidence as a file"),
    )
    of_whole = models.BooleanField(_("what was like the entry is what the partner is a part of"), default=False)
    needs_second = models.BooleanField(_("counts once a second person confirms it"), default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmed_judgements"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta(AboutOne.Meta):
        abstract = False
        constraints = [
            *AboutOne.Meta.constraints,
            models.CheckConstraint(condition=~Q(reason=""), name="judgement_has_reason"),
            models.CheckConstraint(
                condition=Q(verdict__in=["same", "different", "cannot_tell"]), name="judgement_verdict_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("by")), name="judgement_confirmed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="judgement_confirmed_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(replaces__isnull=True), name="judgement_one_first"
            ),
        ]
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.about.uid}/{self.external_id}: {self.verdict}"

    @property
    def words(self) -> str:
        """The verdict in words, by what was judged."""
        if self.of_whole and self.verdict in VERDICTS_ON_WHOLES:
            return str(VERDICTS_ON_WHOLES[self.verdict])
        if self.contact_id and self.verdict in VERDICTS_ON_PERSONS:
            return str(VERDICTS_ON_PERSONS[self.verdict])
        return self.get_verdict_display()


VERDICTS_ON_PERSONS = {
    Judgement.Verdict.SAME: _("same person"),
    Judgement.Verdict.DIFFERENT: _("different person"),
}
# Whether the whole is the listed one says nothing yet of its part: a person says what the list means.
VERDICTS_ON_WHOLES = {
    Judgement.Verdict.SAME: _("the list covers it as a part"),
    Judgement.Verdict.DIFFERENT: _("the list does not cover it"),
}


class Hit(UidModel, DatedModel):
    class Band(models.TextChoices):
        EXACT = "exact", _("same identifier")
        LIKELY = "likely", _("likely")
        POSSIBLE = "possible", _("possible")
        PART_OF = "part_of", _("part of a listed one")

    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="hits")
    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="hits")
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="hits")
    fingerprint = models.CharField(max_length=64, db_index=True)
    score = models.FloatField(_("score from 0 to 1"), default=1.0)
    band = models.CharField(_("how alike"), max_length=8, choices=Band.choices, default=Band.POSSIBLE)
    explanation = models.JSONField(default=dict)
    judgement = models.ForeignKey(Judgement, null=True, blank=True, on_delete=models.PROTECT, related_name="hits")
    inherited = models.BooleanField(_("verdict taken over from an earlier screening"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["screening", "entity"], name="hit_once_per_screening"),
            models.CheckConstraint(
                condition=Q(band__in=["exact", "likely", "possible", "part_of"]), name="hit_band_known"
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="hit_score_from_0_to_1"),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.screening_id}: {self.entity_id}"

    @property
    def verdict(self) -> str:
        """Empty while nobody has judged it."""
        return self.judgement.verdict if self.judgement_id else ""

    @property
    def is_open(self) -> bool:
        """Waits for a person: not judged, judged 'cannot tell', or not yet confirmed by a second person."""
        return self.verdict in ("", Judgement.Verdict.CANNOT_TELL) or self.waits

    @property
    def needs_second(self) -> bool:
        """Clearing it takes two people."""
        return self.band in (self.Band.EXACT, self.Band.LIKELY, self.Band.PART_OF)

    @property
    def part_of(self) -> list[str]:
        """What the partner is a part of, the nearest first and last the one whose names match; empty for a match of
        the partner itself."""
        return self.explanation.get("part_of", [])

    @property
    def waits(self) -> bool:
        """Cleared by one person, while two are needed: then, or by what the match is now."""
        if self.verdict != Judgement.Verdict.DIFFERENT or self.judgement.confirmed_by_id is not None:
            return False
        return self.needs_second or self.judgement.needs_second
