from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.notices.kinds import Kind, Way

USER = settings.AUTH_USER_MODEL


class Digest(UidModel, DatedModel):
    """One mail a person and working day with what was told meanwhile."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self):
        return f"{self.user}, {self.day}"


class Notice(UidModel, DatedModel):
    """One line in a person's list of news. `key` names the event, so that doing it twice tells it once."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="notices")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NEWS)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.NOW)
    reference = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)
    digest = models.ForeignKey(Digest, null=True, on_delete=models.PROTECT, related_name="notices")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "read_at"]),
            models.Index(
                fields=["user"],
                condition=models.Q(way=Way.DAILY, digest__isnull=True, read_at__isnull=True),
                name="notice_for_digest",
            ),
        ]

    def __str__(self):
        return self.subject


class ChosenWay(models.Model):
    """By which way somebody wants notices of a kind; without a row the first way of `WAYS` holds."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="chosen_ways")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    way = models.CharField(max_length=10, choices=Way.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="way_chosen_once")]

    def __str__(self):
        return f"{self.user}: {self.kind} {self.way}"


class Feed(UidModel, DatedModel):
    """A person's calendar feed. Its address rests on `uid` and on the secret of the server; a new row is a new
    address, and no row is none."""

    user = models.OneToOneField(USER, verbose_name=_("of whom"), on_delete=models.PROTECT, related_name="feed")

    def __str__(self):
        return f"feed of {self.user}"
