from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_replay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # What is there already was told at each save.
    operations = [
        migrations.AddField(
            model_name="answerchange",
            name="is_told",
            field=models.BooleanField(default=True, help_text="Whether an event of the record tells of it."),
        ),
        migrations.AlterField(
            model_name="answerchange",
            name="is_told",
            field=models.BooleanField(default=False, help_text="Whether an event of the record tells of it."),
        ),
        migrations.AddIndex(
            model_name="answerchange",
            index=models.Index(condition=models.Q(("is_told", False)), fields=["at"], name="answer_change_untold"),
        ),
    ]
