class DomainError(Exception):
    """Something the domain does not allow, in a sentence a person can read; `field` names the form field at fault."""

    def __init__(self, message, field=""):
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self):
        return str(self.message)


class Conflict(DomainError):
    """Somebody else was first: nothing was changed, and doors answer 409 with the present state."""
