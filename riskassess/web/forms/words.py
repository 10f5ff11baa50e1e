"""What a form says where Django would speak: our own sentences, each with the way out."""

from django import forms
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


class OwnWordsForm(forms.Form):
    """Wherever a field has no sentence of its own for a fault, it takes ours and not Django's."""

    def full_clean(self):
        for field in self.fields.values():
            speak(field)
        super().full_clean()


def speak(field: forms.Field) -> None:
    known: dict[str, str] = {}
    for cls in reversed(type(field).__mro__):
        known |= getattr(cls, "default_error_messages", {})
    ours = dict(WORDS)
    for kind, text in INVALID:
        if isinstance(field, kind):
            ours["invalid"] = text
    if field.widget.is_hidden:
        ours["required"] = CHANGED_ON_ITS_WAY
    for code, text in ours.items():
        if field.error_messages.get(code) == known.get(code):
            field.error_messages[code] = text
