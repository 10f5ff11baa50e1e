"""What a form says where Django would speak: our own sentences, each with the way out."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

CHANGED_ON_ITS_WAY = _("Part of this page was lost on its way. Copy what you typed, open the page again and repeat.")
WORDS = {
    "required": _("Fill this in."),
    "invalid_choice": _("Choose one of those shown."),
    "invalid_list": _("Choose among those shown."),
    "invalid_pk_value": _("Choose among those shown."),
    "max_length": _("At most %(limit_value)d characters fit here; shorten it a little."),
}
INVALID = (
    (forms.UUIDField, CHANGED_ON_ITS_WAY),
    (forms.DateField, _("Write the date as year-month-day, such as 2027-01-15.")),
    (forms.IntegerField, _("Write a whole number, such as 12.")),
    (forms.EmailField, _("This is no e-mail address. It looks like name@university.example.")),
)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
SHORT = 60  # what is shorter, such as a code, may go on being cut by the browser


def possible_day(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(_("The year cannot be right. Write it in four digits, such as 2027-01-15."))


class OwnWordsForm(forms.Form):
    """Wherever a field has no sentence of its own for a fault, it takes ours and not Django's.

    No browser cuts off silently what is pasted: the page counts (`data-ra-most`), and the form refuses with a sentence.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            count(field)

    def full_clean(self):
        for field in self.fields.values():
            speak(field)
        super().full_clean()


def count(field: forms.Field) -> None:
    attributes = field.widget.attrs
    most = getattr(field, "max_length", None)
    if most and most > SHORT and attributes.get("maxlength") == str(most):
        del attributes["maxlength"]
        attributes |= {"data-ra-most": most, "data-ra-over": _("Too long: shorten it a little. Nothing was cut off.")}


def speak(field: forms.Field) -> None:
    known: dict[str, str] = {}
    for cls in reversed(type(field).__mro__):
        known |= getattr(cls, "default_error_messages", {})
    ours = dict(WORDS)
    if isinstance(field, forms.DateField) and possible_day not in field.validators:
        field.validators.append(possible_day)
    for kind, text in INVALID:
        if isinstance(field, kind):
            ours["invalid"] = text
    if field.widget.is_hidden:
        ours["required"] = CHANGED_ON_ITS_WAY
    for code, text in ours.items():
        if field.error_messages.get(code) == known.get(code):
            field.error_messages[code] = text
