from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.filebased import EmailBackend as Files


class ConsoleAndFileBackend(BaseEmailBackend):
    """The embedded default: each mail is printed and kept as a file under var/mail; none leaves the machine."""

    def send_messages(self, email_messages):
        Console(fail_silently=self.fail_silently).send_messages(email_messages)
        return Files(fail_silently=self.fail_silently).send_messages(email_messages)
