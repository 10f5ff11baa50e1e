from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel, UidModel
from riskassess.reports.models.building import Building


class BlankForm(Building, UidModel, DatedModel):
    """The blank questionnaire of a release as a PDF, made once of what `made_from` is the fingerprint of."""

    release = models.ForeignKey("assessments.CatalogueRelease", on_delete=models.PROTECT, related_name="blank_forms")
    language = models.CharField(_("language"), max_length=8)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    made_from = models.CharField(max_length=64, unique=True, help_text="Release, language, institution and page.")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(
        "files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="blank_form"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"Questionnaire of {self.release} ({self.language})"

    @property
    def file_name(self) -> str:
        return f"questionnaire-{self.release.catalogue_id}-{self.release.version}-{self.language}.pdf"
