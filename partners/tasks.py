from partners.models import Partner
from partners.screening import screen
from riskassess.jobs.running import job_task


@job_task("partners.screen_partner")
def screen_partner(partner_id, *_ids_of_the_follow_up):
    screen(Partner.objects.get(pk=partner_id))
