"""What a flagged case is sent with, as one zip: asked for by who reviews it, made by a worker, kept for some weeks."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from riskassess.accounts.models import Institution, User
from riskassess.assessments.queries import latest_record
from riskassess.audit.log import record as record_event
from riskassess.core.errors import DomainError
from riskassess.files.services import remove_file
from riskassess.jobs import services as jobs
from riskassess.jobs.models import Queue
from riskassess.proposals.services import role_in
from riskassess.reports.models import Addressee, FlagPackage
from riskassess.reviews.models import Case

LONGEST_QUESTION = 4000


@transaction.atomic
def request_package(
    *, case: Case, actor: User, addressee: str, question: str, is_redacted: bool = False, with_evidence: bool = False
) -> FlagPackage:
    """Ask for a package about a flagged case. It leaves out internal notes, advice and votes in any case."""
    proposal, question = case.proposal, question.strip()
    if addressee not in Addressee.values:
        raise DomainError(_("Choose whom the package goes to."), field="addressee")
    if not question:
        raise DomainError(_("Say what you ask them."), field="question")
    if len(question) > LONGEST_QUESTION:
        raise DomainError(
            _("At most %(most)d letters fit here; shorten it a little.") % {"most": LONGEST_QUESTION}, field="question"
        )
    to = addressed_to(proposal.institution, addressee)
    package = FlagPackage.objects.create(
        proposal=proposal,
        record=latest_record(proposal),
        addressee=addressee,
        to=to,
        question=question,
        is_redacted=is_redacted,
        with_evidence=with_evidence and not is_redacted,
        language=actor.language,
        asked_by=actor,
    )
    package.job = jobs.enqueue(
        "reports.build_package", f"package:{package.uid}", ids=[package.pk], queue=Queue.PERSON, asked_by=actor
    )
    package.save(update_fields=["job"])
    after = {"reason": to, "addressee": addressee, "redacted": is_redacted, "evidence": package.with_evidence}
    record_package("package.asked", package, actor, after)
    return package


def addressed_to(institution: Institution, addressee: str) -> str:
    if addressee == Addressee.PANEL:
        return _("The panel of %(institution)s") % {"institution": institution.name}
    if not institution.contact_point_name:
        raise DomainError(
            _("No national contact point is named yet. An administrator enters it among the settings."),
            field="addressee",
        )
    return institution.contact_point_name


@transaction.atomic
def remove_old_packages(*, now: datetime) -> int:
    """Their files go after the days of archives; what was in them, and where it went, is on record."""
    late = FlagPackage.objects.filter(
        file__isnull=False, made_at__lt=now - timedelta(days=settings.REPORT_ARCHIVES_DAYS)
    ).select_related("file", "proposal")
    for package in late:
        stored, package.file = package.file, None
        package.save(update_fields=["file"])
        remove_file(stored)
        record_package("package.removed", package, None, {"sha256": package.sha256})
    return len(late)


def record_package(verb: str, package: FlagPackage, actor: User | None, after: dict) -> None:
    record_event(
        verb,
        subject=package,
        actor_id=actor.pk if actor else None,
        role=role_in(actor, package.proposal) if actor else "system",
        actor_name=actor.name if actor else "",
        reference=package.proposal.reference,
        after=after,
    )
