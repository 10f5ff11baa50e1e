from django.db import migrations, models


def fill_in(apps, schema_editor):
    """The rules of decisions from before, out of the assessment that each rests on."""
    decisions = apps.get_model("reviews", "Decision").objects
    for decision in decisions.select_related("record").only("pk", "rules", "record__result").iterator():
        found = decision.record.result.get("findings", [])
        decision.rules = sorted({finding["rule"] for finding in found if finding.get("firm")})
        decision.save(update_fields=["rules"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_terms"), ("assessments", "0009_terms")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="rules",
            field=models.JSONField(default=list, help_text="Of the firm findings; for finding cases that are alike."),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
