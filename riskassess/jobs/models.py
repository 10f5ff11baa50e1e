from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel

ATTEMPTS = 3


class State(models.TextChoices):
    QUEUED = "queued", _("Queued")
    WORKING = "working", _("Working")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Refused")


class Queue(models.TextChoices):
    """Whoever waits before a page stands in another line than what nobody waits for."""

    PERSON = "person", _("Somebody waits for it")
    BULK = "bulk", _("Nobody waits for it")


OVER = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.REFUSED})


class Job(UidModel, DatedModel):
    """A piece of background work. This row is the truth; a message in the broker only wakes a worker up.

    `attempts` never goes down: it fences off a worker that was given up for dead and comes back.
    """

    task = models.CharField(max_length=100)
    key = models.CharField(max_length=250, unique=True)
    ids = models.JSONField(default=list)
    queue = models.CharField(max_length=10, choices=Queue.choices, default=Queue.PERSON)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=ATTEMPTS)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=250, blank=True)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    follow_up = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    queued_at = models.DateTimeField()
    send_at = models.DateTimeField(help_text="When the sweeper sends it again, if nobody has claimed it by then.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="job_state_known"),
            models.CheckConstraint(
                condition=models.Q(attempts__lte=models.F("attempts_allowed")), name="job_attempts_capped"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "send_at"], name="job_to_send"),
            models.Index(fields=["state", "lease_until"], name="job_past_lease"),
        ]

    def __str__(self):
        return f"{self.task} {self.key}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def percent(self) -> int | None:
        """None while the work has not said how long it is."""
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def reason(self) -> str:
        """Why it failed or was refused, in the reader's language where the sentence is one of ours."""
        return gettext(self.error) if self.error else ""


class WorkerSign(models.Model):
    """The last sign of life of a worker: written when it starts, and when it takes up a task or ends one."""

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    tasks = models.PositiveBigIntegerField(default=0, help_text="Ended since it started.")

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
