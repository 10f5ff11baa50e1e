"""Findings of fact over answers, in words, for the page of a case and their own."""

from django.utils.translation import gettext as _

from riskassess.assessments.models import Determination
from riskassess.assessments.queries import catalogue_of
from riskassess.assessments.wording import words_of
from riskassess.web.forms.reviews import ReasonForm

State = Determination.State


def determination_rows(case, user, dropping=None) -> list[dict]:
    """Every finding of fact of this proposal in words, the newest first, with what this reader may do."""
    proposal, rows = case.proposal, []
    found = Determination.objects.filter(version__proposal=proposal).select_related(
        "version__release", "by", "proposed_by", "confirmed_by"
    )
    may_confirm = user.has_perm("reviews.confirm_determination", proposal)
    may_determine = user.has_perm("reviews.determine", proposal)
    for row in found.order_by("-pk"):
        question = catalogue_of(row.version.release).question(row.question)
        content = row.version.content
        places = [content, *(place for name in ("partners", "funders", "technology") for place in content[name])]
        place = next((place for place in places if place.get("id", "") == row.row), content)
        is_own = user.pk in {row.by_id, row.proposed_by_id}
        rows.append(
            {
                "row": row,
                "question": question.text,
                "place": place.get("label", ""),
                "filed": words_of(question, place["answers"].get(row.question)) or _("not answered"),
                "found": words_of(question, row.value),
                "may_take_up": row.state == State.PROPOSED and may_determine,
                "may_confirm": row.state == State.FOUND and may_confirm and not is_own,
                "may_drop": row.is_open and may_determine,
                "waits_for_other": row.state == State.FOUND and is_own,
                "form": dropping[1] if dropping and dropping[0] == row else ReasonForm(auto_id=f"{row.uid}-%s"),
                "opened": bool(dropping and dropping[0] == row),
            }
        )
    return rows
