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
is_auditor = holds(Role.AUDITOR)

rules.add_perm("accounts.settle_settings", is_signed_in & (is_officer | is_administrator))
rules.add_perm("accounts.change_settings", is_signed_in & is_administrator)
