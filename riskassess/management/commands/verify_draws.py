"""manage.py verify_draws: does each draw among the registrations come out as it was kept?"""

import sys

from django.core.management.base import BaseCommand

from riskassess.audit.models import Event
from riskassess.reviews.models import Draw
from riskassess.reviews.services import lot_of


class Command(BaseCommand):
    help = (
        "Do each draw among the registrations again, from the fingerprints in the audit log. Run verify_audit first: "
        "it says whether the log itself is whole. Exit code 0: all agree; 1: a draw differs."
    )

    def handle(self, *args, **options):
        count, drawn, wrong = 0, 0, []
        for draw in Draw.objects.select_related("event", "proposal").iterator():
            count, drawn = count + 1, drawn + draw.is_drawn
            said = Event.objects.filter(verb="proposal.lot_drawn", reference=draw.proposal.reference)
            after = said.select_related("detail").latest("sequence").detail.after if said.exists() else None
            kept = {"event": draw.event_id, "lot": draw.lot, "below": draw.below, "drawn": draw.is_drawn}
            if draw.event.verb != "proposal.register" or draw.event.reference != draw.proposal.reference:
                wrong.append(f"{draw.proposal.reference}: event {draw.event_id} is not its registration")
            elif draw.lot != lot_of(draw.event.hash):
                wrong.append(
                    f"{draw.proposal.reference}: {draw.lot:04} is kept, {lot_of(draw.event.hash):04} was drawn"
                )
            elif after != kept:
                wrong.append(f"{draw.proposal.reference}: the audit log says {after}, kept is {kept}")
        for line in wrong:
            self.stderr.write(line)
        self.stdout.write(f"{count} registrations had their draw, {drawn} were drawn, {len(wrong)} differ.")
        if wrong:
            sys.exit(1)
