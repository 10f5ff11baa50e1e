from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "riskassess.privacy"
    default_auto_field = "django.db.models.BigAutoField"
