from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from riskassess.core.models import DatedModel

INK = "#0D4F5E"


class Letterhead(DatedModel):
    """The institution's own logo and colour on its reports. Reports that were asked for keep the one of that day."""

    institution = models.OneToOneField("accounts.Institution", on_delete=models.PROTECT, related_name="letterhead")
    colour = models.CharField(
        _("colour"), max_length=7, default=INK, validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Like #0D4F5E."))]
    )
    logo = models.ForeignKey(
        "files.StoredFile", verbose_name=_("logo"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self):
        return f"letterhead of {self.institution}"
