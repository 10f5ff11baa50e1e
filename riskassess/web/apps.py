from django.apps import AppConfig

from riskassess.reports.wording import use_verb_words
from riskassess.web.verbs import VERB_WORDS


class WebConfig(AppConfig):
    name = "riskassess.web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        use_verb_words(VERB_WORDS)
