import rules

from riskassess.accounts.roles import Role


def holds(*roles):
    """A predicate: the signed-in person holds one of these roles today."""

    @rules.predicate(name="holds_" + "_".join(roles))
    def predicate(user):
        return user.is_authenticated and user.is_active and user.has_role(*roles)

    return predicate


@rules.predicate
def is_signed_in(user):
    return user.is_authenticated and user.is_active


is_researcher = holds(Role.RESEARCHER)
is_reviewer = holds(Role.REVIEWER)
is_officer = holds(Role.OFFICER)
is_approver = holds(Role.APPROVER)
is_administrator = holds(Role.ADMINISTRATOR)
holds_auditor = holds(Role.AUDITOR)


@rules.predicate
def has_mandate(user):
    """An auditor reads within a mandate that is in force, and nothing without one."""
    return bool(user.mandates_now)


is_auditor = holds_auditor & has_mandate

rules.add_perm("accounts.settle_settings", is_signed_in & (is_officer | is_administrator))
rules.add_perm("accounts.change_settings", is_signed_in & is_administrator)
rules.add_perm("accounts.see_mandates", is_signed_in & (is_administrator | is_officer))
rules.add_perm("accounts.ask_mandate", is_signed_in & is_administrator)
rules.add_perm("accounts.confirm_mandate", is_signed_in & is_officer)
