import json

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadableJSONEncoder(json.JSONEncoder):
    """Keeps letters as they are, so that the text search finds them on SQLite too, where JSON is kept as text."""

    def __init__(self, **options):
        super().__init__(**{**options, "ensure_ascii": False})


class Event(models.Model):
    """One line of the audit log. Written by `log.record` alone; both databases refuse to change or remove it."""

    sequence = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField(_("actor"), null=True)
    role = models.CharField(_("role"), max_length=40)
    verb = models.CharField(_("what happened"), max_length=64)
    subject = models.CharField(_("object"), max_length=120)
    reference = models.CharField(_("case"), max_length=40, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    commitment = models.CharField(_("fingerprint of the detail"), max_length=64)
    previous_hash = models.CharField(_("previous fingerprint"), max_length=64)
    hash = models.CharField(_("fingerprint"), max_length=64)
    hmac = models.CharField(_("keyed fingerprint"), max_length=64)

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["reference", "sequence"], name="event_by_reference"),
            models.Index(fields=["actor_id", "sequence"], name="event_by_actor"),
            models.Index(fields=["verb", "sequence"], name="event_by_verb"),
            models.Index(fields=["subject", "sequence"], name="event_by_subject"),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self):
        return f"{self.sequence} {self.verb} {self.subject}"


class EventDetail(models.Model):
    """What an event says about people and content. May be emptied: the chain covers only its commitment."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    salt = models.CharField(max_length=32, blank=True)
    actor_name = models.CharField(_("actor"), max_length=200, blank=True)
    before = models.JSONField(_("before"), null=True, encoder=ReadableJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=ReadableJSONEncoder)

    def __str__(self):
        return f"detail of {self.event_id}"

    @property
    def is_erased(self):
        return self.salt == self.actor_name == "" and self.before is None and self.after is None


class ChainHead(models.Model):
    """The end of the chain, one row. Its lock puts writers in line; its keyed fingerprint shows a tail that was cut."""

    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    hmac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_chain_head")]

    def __str__(self):
        return f"{self.sequence} {self.hash}"


class AccessRead(models.Model):
    """Who read or downloaded what. `sealed_in` is the event that took it into the chain, a minute or two later."""

    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField(_("actor"), null=True)
    role = models.CharField(_("role"), max_length=40)
    verb = models.CharField(_("what happened"), max_length=64)
    subject = models.CharField(_("object"), max_length=120, blank=True)
    reference = models.CharField(_("case"), max_length=40, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    sealed_in = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="reads")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["reference", "id"], name="read_by_reference")]

    def __str__(self):
        return f"{self.verb} {self.subject or self.reference}"


class ChainCheck(models.Model):
    """A verification that was run: what the audit page shows without walking the whole chain at each visit."""

    at = models.DateTimeField(_("verified"), auto_now_add=True)
    kind = models.CharField(max_length=20, blank=True)
    position = models.BigIntegerField(null=True)
    count = models.BigIntegerField()
    head_sequence = models.BigIntegerField()
    head_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind or 'good'}"

    @property
    def is_good(self):
        return not self.kind
