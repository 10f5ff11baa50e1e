from django.core.management.base import BaseCommand

from riskassess.accounts.queries import the_institution
from riskassess.assessments.models import CatalogueRelease
from riskassess.assessments.queries import catalogue_of, current_release
from riskassess.jobs import services as jobs
from riskassess.reports.services import request_blank_form


class Command(BaseCommand):
    help = "Have the blank questionnaire of the release in force made as a PDF, in each of its languages, by a worker."

    def handle(self, *args, **options):
        try:
            release = current_release()
        except CatalogueRelease.DoesNotExist as fault:
            self.stdout.write(str(fault))
            return
        institution = the_institution()
        for language in catalogue_of(release).languages:
            form = request_blank_form(
                release=release, language=language, institution=institution.name if institution else ""
            )
            if form.is_failed:
                jobs.retry(job=form.job)
            self.stdout.write(f"{form}: {form.state}")
