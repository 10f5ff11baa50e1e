from django.conf import settings
from django.core.checks import run_checks

from riskassess.jobs.checks import check_task_names, names_in


def test_every_task_name_in_the_code_is_registered():
    assert run_checks(tags=["jobs"]) == []


def test_misspelt_names_are_found_where_they_stand(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    page = tmp_path / "services.py"
    page.write_text(
        "from x import enqueue, jobs\n"
        "enqueue('reports.biuld', key='k', ids=[])\n"
        "jobs.services.enqueue(task='notices.sned', key='k', ids=[], follow_up='schedule.onn')\n"
        "request_screening(partner=p, key='k', follow_up='schedule.assess')\n"
        "enqueue(name, key='k', ids=[], follow_up='')\n"
    )

    assert list(names_in(page)) == [
        ("services.py:2", "reports.biuld"),
        ("services.py:3", "notices.sned"),
        ("services.py:3", "schedule.onn"),
        ("services.py:4", "schedule.assess"),
    ]


def test_scheduled_task_that_does_not_exist_is_an_error(settings):
    settings.CELERY_BEAT_SCHEDULE = {"dream": {"task": "schedule.dream", "schedule": 10.0}}

    assert [error.msg for error in check_task_names(None)] == [
        "CELERY_BEAT_SCHEDULE['dream'] names the task 'schedule.dream', which nobody registers."
    ]


def test_time_limits_stand_in_the_order_that_keeps_work_from_being_done_twice():
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < settings.JOB_LEASE_SECONDS
    assert settings.CELERY_TASK_TIME_LIMIT * 2 < 300
