"""What a notice is about, by which way it goes out, and which ways its reader may choose."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    ASKED = "asked", _("Something is asked of you")
    DECIDED = "decided", _("Decisions, and what ends or opens again")
    DATES = "dates", _("Dates that come near or have passed")
    TALK = "talk", _("What people write to you")
    NEWS = "news", _("Where your proposals and cases stand")
    LISTS = "lists", _("Lists, and how this service runs")


class Way(models.TextChoices):
    NOW = "now", _("By e-mail at once")
    DAILY = "daily", _("By e-mail once a working day")
    APP = "app", _("Only here, no e-mail")


# The first way is the one that holds while somebody has chosen nothing.
WAYS = {
    Kind.ASKED: (Way.NOW,),
    Kind.DECIDED: (Way.NOW,),
    Kind.DATES: (Way.NOW, Way.DAILY),
    Kind.TALK: (Way.NOW, Way.DAILY, Way.APP),
    Kind.NEWS: (Way.NOW, Way.DAILY, Way.APP),
    Kind.LISTS: (Way.NOW, Way.DAILY, Way.APP),
}
WHY_BOUND = {
    Kind.ASKED: _("This always comes by e-mail at once: somebody waits for you, and days may be running."),
    Kind.DECIDED: _("This always comes by e-mail at once: the days to appeal or to reply begin with it."),
    Kind.DATES: _("This always comes by e-mail, at once or once a day: a date that is missed may open a case again."),
}
