from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from riskassess.reports.models import Kind, PeriodKind
from riskassess.reports.periods import periods
from riskassess.web.forms.words import OwnWordsForm

KIND_WORDS = {
    Kind.ASSESSMENT: _("Assessment report"),
    Kind.DECISION: _("Decision letter"),
    Kind.RECEIPT: _("Receipt of the fast track"),
    Kind.CERTIFICATE: _("Certificate of conditions"),
    Kind.CASE_AUDIT: _("Audit report of a case"),
}


class ManyReportsForm(OwnWordsForm):
    """Which kind; the proposals are ticked in the table beside it."""

    kind = forms.ChoiceField(label=_("Which report"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_redacted = forms.BooleanField(
        label=_("Without names, partners and free text"),
        required=False,
        help_text=_("For people who should learn from cases and not about them."),
    )
    is_redacted.needed = True

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = [kind for kind in Kind if kind != Kind.CASE_AUDIT or user.has_perm("reports.ask_case_audits")]
        self.fields["kind"].choices = [(str(kind), KIND_WORDS[kind]) for kind in allowed]
        self.fields["language"].initial = user.language


class AskReportForm(OwnWordsForm):
    """One more report of a proposal, on its own page."""

    kind = forms.ChoiceField(label=_("Which report"))
    is_redacted = forms.BooleanField(label=_("Without names, partners and free text"), required=False)
    is_redacted.needed = True

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(str(kind), KIND_WORDS[kind]) for kind in kinds]


class PeriodForm(OwnWordsForm):
    kind = forms.ChoiceField(label=_("Which counts"))
    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, prefix="period", **kwargs)
        kinds = [(PeriodKind.PERIOD, _("Period report for management"))]
        if user.has_perm("reports.ask_audit"):
            kinds.append((PeriodKind.AUDIT, _("Audit report, with the events of the log")))
        self.fields["kind"].choices = kinds
        self.fields["period"].choices = [
            (name, f"{date_format(first, 'j M Y')} – {date_format(last, 'j M Y')}")
            for name, first, last in periods(timezone.localdate())
        ]
        self.language = (get_language() or "en")[:2]


class LetterheadForm(OwnWordsForm):
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("Of the institution's name and the larger headings, such as #0D4F5E. Dark enough to be read."),
        validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Write the colour as # and six digits, such as #0D4F5E."))],
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_(
            "PNG or JPEG, best wide and low. It is decoded and written anew; nothing else of the file is kept."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    drops_logo = forms.BooleanField(label=_("Take the logo away"), required=False)
    drops_logo.needed = True
