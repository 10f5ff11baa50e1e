import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from riskassess.jobs.services import registered_tasks


@register("jobs")
def check_task_names(app_configs, **kwargs) -> list[CheckMessage]:
    """A misspelt task name would leave its job queued for ever, so each name that the code mentions must exist."""
    known = registered_tasks()
    mentioned = list(_scheduled_names())
    for config in apps.get_app_configs():
        if Path(config.path).is_relative_to(settings.BASE_DIR) and ".venv" not in Path(config.path).parts:
            for path in sorted(Path(config.path).rglob("*.py")):
                mentioned += names_in(path)
    return [
        Error(f"{place} names the task {name!r}, which nobody registers.", id="jobs.E001")
        for place, name in dict.fromkeys(mentioned)
        if name not in known
    ]


def _scheduled_names() -> Iterator[tuple[str, str]]:
    for entry, scheduled in settings.CELERY_BEAT_SCHEDULE.items():
        yield f"CELERY_BEAT_SCHEDULE[{entry!r}]", scheduled["task"]


def names_in(path: Path) -> Iterator[tuple[str, str]]:
    """Task names that stand as literals in calls: the first argument of `enqueue`, and `follow_up=` of any call."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = node.args[:1] if called == "enqueue" else []
        wanted = {"follow_up", "task"} if called == "enqueue" else {"follow_up"}
        for argument in [*named, *(keyword.value for keyword in node.keywords if keyword.arg in wanted)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
                yield f"{path.relative_to(settings.BASE_DIR)}:{argument.lineno}", argument.value
