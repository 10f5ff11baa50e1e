from django.core.management.base import BaseCommand, CommandError

from partners.queries.owners import percent_words
from riskassess.assessments.queries import proposals_naming
from riskassess.proposals.contacts import people_called


class Command(BaseCommand):
    help = (
        "Which proposals name a person, and which partners they own, for somebody who asks what is kept of them or "
        "wants it erased. An officer does that from the page of the case, of the version or of the partner."
    )

    def add_arguments(self, parser):
        parser.add_argument("person", metavar="NAME or ORCID", help="part of the name, or the ORCID iD")

    def handle(self, *args, person, **options):
        contacts = people_called(person)
        if not contacts:
            raise CommandError(f"No proposal and no partner names anybody like {person[:80]!r}.")
        for contact in contacts:
            self.stdout.write(", ".join(filter(None, (contact.name, contact.orcid, str(contact.birth_year or "")))))
            for proposal in proposals_naming(contact):
                self.stdout.write(f"  {proposal.reference}  {proposal.get_state_display()}: {proposal.title}")
            for share in contact.holdings.select_related("owned"):
                self.stdout.write(f"  owner: {percent_words(share.percent)} % of {share.owned.name}")
