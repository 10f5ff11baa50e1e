"""Partners registered before this was kept get who registered them from the audit log."""

from django.db import migrations

MANY = 500


def read_registrars(apps, _editor):
    partners = apps.get_model("partners", "Partner").objects.filter(registered_by=None, registered_by_staff=False)
    events = apps.get_model("audit", "Event").objects.filter(verb="partner.registered", actor_id__isnull=False)
    people = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    rows = list(partners.values_list("pk", "uid"))
    for at in range(0, len(rows), MANY):
        pks = {f"partners.Partner:{uid}": pk for pk, uid in rows[at : at + MANY]}
        for subject, actor, role in events.filter(subject__in=pks).values_list("subject", "actor_id", "role"):
            if actor in people:
                known = {"registered_by": actor, "registered_by_staff": role == "officer"}
                partners.filter(pk=pks[subject]).update(**known)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0017_registered_by"),
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
    ]

    operations = [migrations.RunPython(read_registrars, migrations.RunPython.noop)]
