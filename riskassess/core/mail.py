from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.filebased import EmailBackend as Files


class OneLineConsole(Console):
    """Says in one line that a mail was sent, so that a terminal stays readable; the whole mail is in its file."""

    def write_message(self, message):
        self.stream.write(f"Mail to {', '.join(message.recipients())}: {message.subject} (kept in var/mail)\n")


class ConsoleAndFileBackend(BaseEmailBackend):
    """The embedded default: each mail is named on the console and kept as a file under var/mail; none leaves."""

    def send_messages(self, email_messages):
        OneLineConsole(fail_silently=self.fail_silently).send_messages(email_messages)
        return Files(fail_silently=self.fail_silently).send_messages(email_messages)
