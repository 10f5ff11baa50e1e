from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database, the reference lists, the catalogues and the static files up to date. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="also load the demo university with its people")
        parser.add_argument("--no-static", action="store_true", help="leave the static files alone")

    def handle(self, *args, demo, no_static, verbosity, **options):
        steps = ["migrate", "load_reference", "load_catalogues"]
        if demo:
            steps.append("demo")
        for step in steps:
            if step in get_commands():
                call_command(step, verbosity=max(0, verbosity - 1), stdout=self.stdout, stderr=self.stderr)
        if not no_static:
            call_command("build_fonts", verbosity=0) if "build_fonts" in get_commands() else None
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("The database and the static files are up to date.")
