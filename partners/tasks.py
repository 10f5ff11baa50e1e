from partners.lists import go_on
from partners.models import Contact, ListEdition, Partner, Party, RorImport
from partners.reference import ror
from partners.rescreening import rescreen
from partners.screening import screen
from riskassess.core.errors import DomainError
from riskassess.jobs.running import job_task


@job_task("partners.screen_partner")
def screen_partner(partner_id, *_ids_of_the_follow_up):
    """A list that cannot be read is tried again; what was found is kept each time."""
    _screen_whole(Partner.objects.get(pk=partner_id))


@job_task("partners.screen_contact")
def screen_contact(contact_id, *_ids_of_the_follow_up):
    """A person who was taken away meanwhile needs no comparing."""
    if contact := Contact.objects.filter(pk=contact_id).first():
        _screen_whole(contact)


def _screen_whole(party: Party) -> None:
    screening = screen(party)
    if screening.is_broken:
        raise DomainError(screening.reason)


@job_task("partners.rescreen_edition")
def rescreen_edition(edition_id, how, after):
    rescreen(ListEdition.objects.select_related("source").get(pk=edition_id), how, after)


@job_task("partners.import_step")
def import_step(edition_id, run, number):
    go_on(ListEdition.objects.select_related("source", "file").get(pk=edition_id), run, number)


@job_task("partners.import_ror_step")
def import_ror_step(import_id):
    ror.go_on(RorImport.objects.select_related("file", "brought_by").get(pk=import_id))
