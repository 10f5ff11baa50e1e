"""Settings of the institution, and who is told where one waits for a second person."""

from riskassess.accounts import settings
from riskassess.accounts.models import Institution, SettingChange, User
from riskassess.accounts.queries import holders
from riskassess.accounts.roles import Role
from riskassess.audit.log import story
from riskassess.notices import telling


@story()
def change_settings(*, institution: Institution, actor: User, **values) -> list[SettingChange]:
    asked = settings.change_settings(institution=institution, actor=actor, **values)
    people = {user.pk: user for role in (Role.OFFICER, Role.ADMINISTRATOR) for user in holders(role)}
    people.pop(actor.pk, None)
    for change in asked:
        telling.setting_waits(change=change, people=list(people.values()))
    return asked


@story()
def settle_setting(*, change: SettingChange, actor: User, agreed: bool) -> SettingChange:
    change = settings.settle_setting(change=change, actor=actor, agreed=agreed)
    if actor.pk != change.asked_by_id:
        telling.setting_settled(change=change)
    return change
