from riskassess.assessments.models import Replay
from riskassess.assessments.replays import continue_replay as go_on
from riskassess.jobs.running import job_task


@job_task("assessments.continue_replay")
def continue_replay(replay_id: int, begin: int) -> None:
    go_on(replay=Replay.objects.select_related("release").defer("release__texts").get(pk=replay_id), begin=begin)
