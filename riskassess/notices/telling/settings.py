from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from riskassess.accounts.models import SettingChange, User
from riskassess.notices.telling.keeping import keep


def setting_waits(*, change: SettingChange, people: list[User]) -> None:
    for user in people:
        with translation.override(user.language):
            keep(
                user,
                f"setting-waits:{change.uid}",
                "",
                _("A setting waits for a second person"),
                _("Somebody asks for a setting that makes a control weaker. Agree or not within seven days."),
                reverse("setting_change", args=[change.uid]),
            )


def setting_settled(*, change: SettingChange) -> None:
    with translation.override(change.asked_by.language):
        keep(
            change.asked_by,
            f"setting-settled:{change.uid}",
            "",
            _("The setting you asked for was looked at"),
            _("The settings page says whether the second person agreed."),
            reverse("settings"),
        )
