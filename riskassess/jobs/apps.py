from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "riskassess.jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from riskassess.jobs import checks  # noqa: F401  registers itself
