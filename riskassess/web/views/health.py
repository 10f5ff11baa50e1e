"""For probes, not for people: is this process alive, and may a proxy send it somebody."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from riskassess.jobs.queries import longest_wait

BROKER_SECONDS = 0.3
LATE_SECONDS = 60


@never_cache
@require_safe
def healthz(request):
    """The process answers. It asks nobody else: a slow database is no reason to restart a sound server."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """503 while pages can't be served: no database, or none of ours yet. Work that waits is told, not judged."""
    found = {"database": "away", "migrations": "unknown", "broker": _broker(), "work": "unknown"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found["database"] = "answers"
        executor = MigrationExecutor(connection)
        unapplied = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found["migrations"] = "missing" if unapplied else "applied"
        if not unapplied:
            seconds = int(longest_wait(timezone.now()).total_seconds())
            found["oldest_job_waits_seconds"] = seconds
            found["work"] = "late" if seconds > LATE_SECONDS else "in time"
    except DatabaseError:
        pass
    is_ready = found["migrations"] == "applied"
    return JsonResponse({"ready": is_ready, **found}, status=200 if is_ready else 503)


def _broker() -> str:
    """Away is no reason to send people elsewhere: what they ask for waits in the database."""
    if not settings.REDIS_URL:
        return "answers" if settings.BROKER_DIR.is_dir() else "away"
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as broker:
            broker.ping()
    except RedisError:
        return "away"
    return "answers"
