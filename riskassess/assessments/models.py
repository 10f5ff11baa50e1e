from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel


class CatalogueRelease(UidModel, DatedModel):
    """One published catalogue, kept as its texts: whatever was assessed under it can be assessed again."""

    catalogue_id = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    released_on = models.DateField()
    sha256 = models.CharField(max_length=64, unique=True)
    texts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["catalogue_id", "version"], name="release_once")]
        ordering = ["-released_on", "-pk"]

    def __str__(self):
        return f"{self.catalogue_id} {self.version}"


class Questionnaire(UidModel, DatedModel):
    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.PROTECT, related_name="questionnaire")
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="questionnaires")

    def __str__(self):
        return f"{self.proposal.reference} under {self.release}"


class Origin(models.TextChoices):
    """Where an answer comes from that nobody gave in this proposal."""

    COPIED = "copied", _("an earlier proposal")
    RENEWED = "renewed", _("the proposal that is renewed")
    REGISTRY = "registry", _("the registry of partners")
    EARLIER = "earlier", _("what the researcher answered elsewhere")
    FILE = "file", _("a file")


class Answer(UidModel):
    """What stands now; earlier values are AnswerChanges. `row` is the uid of a partner, item or funder, or empty.

    One with an `origin` was filled in for the people who write the proposal; until one of them confirms it, or says
    something else, it cannot be submitted.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=40)
    row = models.CharField(max_length=36, blank=True)
    value = models.JSONField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    origin = models.CharField(max_length=10, blank=True, choices=Origin.choices)
    origin_reference = models.CharField(max_length=20, blank=True, help_text="Of the proposal that it comes from.")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "question", "row"], name="answer_once"),
            models.CheckConstraint(condition=Q(origin__in=["", *Origin.values]), name="answer_origin_known"),
        ]
        ordering = ["question", "row"]

    def __str__(self):
        return f"{self.question} {self.row}".strip()

    @property
    def waits(self) -> bool:
        """Filled in, and nobody has said yet that it is still right."""
        return bool(self.origin) and self.confirmed_at is None and self.value is not None


class AnswerChange(models.Model):
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="changes")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    page = models.CharField(max_length=16, blank=True, help_text="The opened page it was made on.")
    is_told = models.BooleanField(default=False, help_text="Whether an event of the record tells of it.")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at"], condition=Q(is_told=False), name="answer_change_untold")]

    def __str__(self):
        return f"{self.answer} at {self.at:%Y-%m-%d %H:%M}"


class SafeguardState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    AGREED = "agreed", _("agreed")
    REFUSED = "refused", _("not taken up")
    FULFILLED = "fulfilled", _("fulfilled")


class Safeguard(UidModel, DatedModel):
    """A mitigation taken up in this proposal for one finding: shown when proposed, counted once agreed."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="safeguards")
    finding = models.CharField(_("finding"), max_length=90)
    mitigation = models.CharField(_("safeguard"), max_length=60)
    responsible = models.CharField(_("who does it"), max_length=120, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    evidence_wanted = models.CharField(_("what will show it"), max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=SafeguardState.choices, default=SafeguardState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "finding", "mitigation"], name="safeguard_once"),
            models.CheckConstraint(condition=Q(state__in=SafeguardState.values), name="safeguard_state_known"),
        ]
        ordering = ["pk"]

    def __str__(self):
        return f"{self.mitigation} for {self.finding}"


class Determination(UidModel, DatedModel):
    """An officer's finding of fact over one answer of a version. Confirmed by somebody else, it is what counts.

    A reviewer may propose one; an officer makes it their own (`by`) before anybody can confirm it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed by a reviewer")
        FOUND = "found", _("waits for a second person")
        CONFIRMED = "confirmed", _("confirmed")
        DROPPED = "dropped", _("not taken up")
        REPLACED = "replaced", _("replaced by a later one")

    version = models.ForeignKey("ProposalVersion", on_delete=models.PROTECT, related_name="determinations")
    question = models.CharField(max_length=40)
    row = models.CharField(max_length=36, blank=True)
    value = models.JSONField()
    evidence = models.TextField(_("evidence"), max_length=5000)
    state = models.CharField(max_length=10, choices=State.choices)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    dropped_because = models.TextField(_("why not"), blank=True, max_length=5000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "question", "row"],
                condition=Q(state__in=["proposed", "found"]),
                name="determination_one_open",
            ),
            models.UniqueConstraint(
                fields=["version", "question", "row"],
                condition=Q(state="confirmed"),
                name="determination_one_counts",
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="determination_has_evidence"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | (Q(by__isnull=False) & ~Q(confirmed_by=models.F("by"))),
                name="determination_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "replaced"]) | Q(confirmed_by__isnull=False),
                name="determination_counts_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state="dropped", dropped_because__gt="") | ~Q(state="dropped"),
                name="determination_dropped_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.question} of {self.version}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.PROPOSED, self.State.FOUND}


class ProposalVersion(UidModel, DatedModel):
    """What was submitted, frozen. Never changed; a change after submission makes the next number."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="versions")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="version_number_once")]
        ordering = ["number"]

    def __str__(self):
        return f"{self.proposal.reference} version {self.number}"


class AssessmentRecord(UidModel, DatedModel):
    """One stored run of the engine: facts and release in, result out; repeating it gives the same bytes."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="records")
    version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="records")
    release = models.ForeignKey(CatalogueRelease, on_delete=models.PROTECT, related_name="records")
    as_of = models.DateField()
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    result = models.JSONField()
    result_sha256 = models.CharField(max_length=64)
    editions = models.JSONField(default=list, help_text="Uids of the list editions in force.")
    owners = models.JSONField(default=list, help_text="Listed owners and their chains, as of `owners.read_owners`.")
    inherent_lower = models.CharField(max_length=12)
    inherent_upper = models.CharField(max_length=12)
    residual_upper = models.CharField(max_length=12)
    if_agreed_upper = models.CharField(max_length=12)
    route = models.CharField(max_length=12)
    trigger = models.CharField(max_length=40)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["proposal", "-id"])]

    def __str__(self):
        return f"{self.version}: {self.inherent_lower} to {self.inherent_upper}"


class Replay(UidModel, DatedModel):
    """Stored facts assessed again, each under its own release or all under one.

    `last_record` is how far it has come: steps of one replay follow each other, and only the one that began there
    counts. Records younger than `until_record` are left out, so that `total` stays true while people go on working.
    """

    release = models.ForeignKey(
        CatalogueRelease,
        verbose_name=_("release"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replays",
    )
    every_record = models.BooleanField(_("all assessments, not only the newest of each proposal"), default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    last_record = models.BigIntegerField(default=0)
    until_record = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0, help_text="Time spent working, for the rate.")
    levels = models.JSONField(default=dict, help_text="End of the level -> as stored -> now -> how many.")
    rules = models.JSONField(default=dict, help_text="Rule -> new, possible, gone, changed -> in how many moved cases.")
    faults = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    fitted = models.PositiveIntegerField(default=0, help_text="Read with some answers left out.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"replay under {self.release}" if self.release else "replay, each under its own release"

    def get_absolute_url(self):
        return reverse("replay", args=[self.uid])

    @property
    def state(self) -> str:
        """Done once all is read, else what the step under way says: queued, working, failed, cancelled."""
        if self.ended_at:
            return "done"
        is_between = self.job is None or self.job.state == "done"
        return "working" if is_between or (self.job.state == "queued" and self.done) else self.job.state

    @property
    def rate(self) -> float:
        """Assessments in a second of work."""
        return self.done / self.seconds if self.seconds else 0.0


class ReplayDifference(models.Model):
    """One record that did not come out as it is stored."""

    class Kind(models.TextChoices):
        FAULT = "fault", _("other bytes under the same release")
        MOVED = "moved", _("another level, route or hold")
        UNREADABLE = "unreadable", _("facts that the release can't read")

    replay = models.ForeignKey(Replay, on_delete=models.PROTECT, related_name="differences")
    record = models.ForeignKey(AssessmentRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    before = models.JSONField(default=dict, help_text="lower, upper, route and holds as stored.")
    after = models.JSONField(default=dict)
    rules = models.JSONField(default=dict, help_text="Rule -> new, possible, gone or changed.")
    left_out = models.JSONField(default=list, help_text="Ids of questions whose answers the release does not take.")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["replay", "record"], name="replay_difference_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["fault", "moved", "unreadable"]), name="replay_difference_kind_known"
            ),
        ]

    def __str__(self):
        return f"{self.record}: {self.kind}"


class LawChange(UidModel, DatedModel):
    """Law says something else of a filed proposal than when it was assessed: for officers, who decide what follows."""

    class Kind(models.TextChoices):
        DATES = "dates", _("a rule came into force, or ended")
        RELEASE = "release", _("a newer release says it otherwise")

    record = models.ForeignKey(AssessmentRecord, on_delete=models.PROTECT, related_name="law_changes")
    version = models.ForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="law_changes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    cause = models.CharField(max_length=200, help_text="The day, or the release.")
    rules = models.JSONField(help_text="Id, title, and whether it is new, possible, gone or changed.")
    before = models.JSONField()
    after = models.JSONField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "cause"], name="law_change_once"),
            models.CheckConstraint(condition=Q(kind__in=["dates", "release"]), name="law_change_kind_known"),
        ]
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.version}: {self.cause}"
