from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "riskassess.accounts"
    default_auto_field = "django.db.models.BigAutoField"
