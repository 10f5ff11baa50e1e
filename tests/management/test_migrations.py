"""Each migration forward, back and forward again, on a university with work in it and on both databases."""

import json

import pytest

BACK_AND_FORTH = """
import json
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from riskassess.audit.services import verify_chain
from riskassess.backups.tables import kept_models

from django.apps import apps
graph = MigrationExecutor(connection).loader.graph
ours = [config.label for config in apps.get_app_configs() if config.name.startswith(("riskassess", "partners"))]
OURS = {app for app, _name in graph.nodes} & set(ours)

def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.loader.build_graph()
    executor.migrate(targets)
    return executor.loader.project_state([target for target in targets if target[1]]).apps

def counts(registry):
    return {name: model._base_manager.count() for name, model in kept_models(registry).items()}

ends = [node for node in graph.leaf_nodes() if node[0] in OURS]
first = {app: min(name for of, name in graph.nodes if of == app) for app in OURS}
first["audit"] = "0002_triggers"  # what protects the log is never taken away

def is_later(app):
    # an app that came when others had grown: at the beginning there is nothing of it
    above = [node.key for node in graph.node_map[app, first[app]].parents]
    return any(of in OURS and of != app and name > first[of] for of, name in above)

begins = [(app, None if is_later(app) else first[app]) for app in sorted(OURS)]
before = counts(apps)
at_first = counts(migrate(begins))
migrate(ends)
print(json.dumps({"before": before, "first": at_first, "after": counts(apps), "chain": verify_chain().ok}))
"""
# Of these, what was about people goes: the tables of before had no place for it.
SUBJECTS = {
    "partners_screening", "partners_screening_editions", "partners_hit", "partners_judgement", "partners_factchange",
}  # fmt: skip


@pytest.mark.parametrize("setup", ["embedded", "services"])
def test_every_migration_goes_back_and_forward_again_with_rows_in_the_tables(live_stack, setup):
    stack = live_stack(setup, is_started=False)
    told = json.loads(stack.python(BACK_AND_FORTH, seconds=300).splitlines()[-1])
    before, first, after = told["before"], told["first"], told["after"]
    assert before["proposals_proposal"] > 5
    assert {name for name in set(first) & set(after) - SUBJECTS if after[name] != before[name]} == set()
    for name in SUBJECTS & set(first):
        assert 0 < after[name] <= before[name] or before[name] == 0
    assert told["chain"]


def test_the_protection_of_the_audit_log_is_never_migrated_away(live_stack):
    stack = live_stack("embedded", is_started=False)
    done = stack.manage("migrate", "audit", "zero")
    assert done.returncode == 1
    assert "never taken away" in done.stderr
