import re
import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import queries as registry
from partners.countries import country_name
from riskassess.assessments.copying import copy_answers
from riskassess.assessments.models import Answer
from riskassess.assessments.services import Present, Values, save_answers
from riskassess.assessments.wording import words_of
from riskassess.audit.log import story
from riskassess.core.errors import Conflict, DomainError
from riskassess.proposals import services as proposals
from riskassess.proposals.contacts import contacts_of
from riskassess.web.access import get_proposal_for
from riskassess.web.context import home_of
from riskassess.web.draft import VISITS_QUESTION, Draft, may_write
from riskassess.web.evidence import link_questions
from riskassess.web.forms.questionnaire import ItemForm, SectionForm, anchor, as_list, field_name, read_value
from riskassess.web.forms.rows import AnsweredRows, RowSet
from riskassess.web.prefilled import keep_prefilled, marks_of, place_after_keeping
from riskassess.web.question_talk import QuestionTalk, is_said

PAGE_MARK = re.compile(r"[0-9a-f]{16}")
ROW_ICONS = {"partner": "building-2", "technology": "flask-conical", "funder": "coins"}


class Contested(Conflict):
    """Answers that changed elsewhere meanwhile and that were changed here too; by the name of their field."""

    def __init__(self, answers: dict[str, Answer], user):
        first = next(iter(answers.values()))
        if first.changed_by_id == user.pk:
            words = _("You changed this in another window at %(time)s. Nothing is lost: both are shown, choose one.")
        else:
            words = _("%(name)s changed this at %(time)s. Yours is not lost: both are shown, choose one.")
        super().__init__(words % {"name": first.changed_by.name, "time": hour_of(first)})
        self.answers = answers


def get_draft_for(request, reference: str) -> Draft | None:
    """The draft for whoever writes it; None sends its reader back to the proposal's page.

    Somebody who typed while the proposal was submitted gets the form again, so that no text is lost.
    """
    proposal = get_proposal_for(request.user, reference, "proposals.view")
    if not may_write(request.user, proposal):
        if any(co.user_id == request.user.pk for co in proposal.coinvestigators.all()) and request.method == "GET":
            return None
        raise PermissionDenied
    if not proposal.is_editable and request.method == "GET":
        return None
    return Draft(proposal, again=bool(request.htmx) and request.method == "POST")


def section(request, reference, section):
    draft = get_draft_for(request, reference)
    if draft is None:
        return redirect("proposal", reference)
    current = next((item for item in draft.sections if item.id == section), None)
    if current is None:
        raise Http404
    if draft.is_collaboration(current):
        return redirect("collaboration", reference)
    items = items_of(draft, current, request.POST) if current.scope == "technology" else None
    action = request.POST.get("do", "continue")
    # What is said beside a question chooses between no two answers, no more than a page that saves itself.
    shown = read_shown(request.POST, chooses=not request.htmx and not is_said(action))
    mark = page_mark(request.POST)
    answers = draft.stored
    posted, taken = take_over(request.POST, action, answers)
    overlay(draft, current, posted, shown)
    form = section_form(draft, current, posted if request.method == "POST" else None, shown)
    spoken = QuestionTalk(draft, current, request.user, form, request.POST)
    status, contested, changed, is_fresh = 200, {}, [], request.method != "POST"
    if request.method == "POST":
        if taken or (items is not None and items.act(action)):
            pass  # another's answer in place of one's own, or a row more or less; nothing is saved yet
        elif form.is_valid() & (items is None or items.is_valid()) & spoken.is_valid(action):
            try:
                changed, contested = save_section(
                    draft, current, request.user, form, items, mark, keeps_rest=bool(request.htmx)
                )
                keep_prefilled(draft, current, request.user, action, form.shown)
                spoken.take(action)
            except Contested as fault:
                draft.stored = answers = {**answers, **fault.answers}
                contested, status = fault.answers, 409
                form.add_error(None, str(fault))
            except DomainError as fault:
                form.add_error(fault.field if fault.field in form.fields else None, str(fault))
                status = 409 if isinstance(fault, Conflict) else 422
            else:
                if not request.htmx:
                    if action.startswith("help:"):
                        messages.success(request, _("Sent. Research security answers here, and you get a notice then."))
                    return redirect(spoken.place or after_saving(request, reference, current, action, form, changed))
                draft.stored = answers = {**answers, **{field_name(a.question, a.row): a for a in changed}, **contested}
                is_fresh = not contested
                if contested:
                    form.add_error(None, str(Contested(contested, request.user)))
                    status = 409
        else:
            status = 422
    # What was saved beside a contested answer is shown as it stands now; the contested one is still asked about.
    old = {name: form.shown[name] for name in contested if name in form.shown} if changed else form.shown
    revisions = revisions_shown(form, answers, {} if is_fresh else old)
    contested = [contested_words(form, name, answer, request.user) for name, answer in contested.items()]
    told = {"spoken": spoken, "hidden": revisions, "contested": contested, "mark": mark, "is_fresh": is_fresh}
    response = section_page(request, draft, current, form, items, answers, status, told)
    response["X-Saved"] = "yes" if is_fresh else "no"
    return response


def section_page(request, draft, current, form, items, answers, status, told):
    before = draft.step_before(current.id)
    panel = draft.panel()
    # The same questions as before: only the parts beside them change.
    is_beside = bool(request.htmx) and status == 200 and request.POST.get("shape") == form.shape
    if not is_beside:
        told["spoken"].attach()
        link_questions(form, draft.proposal)
    response = render(
        request,
        "proposals/section.html",
        {
            "frame": "parts.html" if request.htmx else "base.html",
            "is_beside": is_beside,
            "draft": draft,
            "proposal": draft.proposal,
            "section": current,
            "form": form,
            "items": items,
            "is_empty": not form.slots,
            "planned": draft.planned if current.id == place_of_visits(draft) else [],
            **told,
            "waiting": len(form.marks),
            "news": news(form) if request.htmx and told["is_fresh"] else "",
            "rail": draft.rail(current.id),
            "panel": panel,
            "saved": saved_words(answers),
            "next": draft.next_step(current.id),
            "before": before,
            "crumbs": crumbs(draft.proposal, current.title),
        },
        status=status if not request.htmx else 200,
    )
    if is_beside:
        response["HX-Reswap"] = "none"
    return response


def place_of_visits(draft: Draft) -> str:
    """The section that would ask what planned visits say already."""
    is_there = draft.catalogue.has_question(VISITS_QUESTION)
    return draft.catalogue.question(VISITS_QUESTION).section if is_there else ""


def crumbs(proposal, *parts, reader=None):
    """The way to a proposal from its reader's own first page; without a reader it is an author's."""
    first = home_of(reader, proposal) if reader else (_("My page"), reverse("home"))
    return [first, (proposal.reference, proposal.get_absolute_url() if parts else "")] + [(part, "") for part in parts]


def saved_words(answers: dict[str, Answer]) -> str:
    """When an answer was saved last; the day is told unless it is today."""
    if not answers:
        return ""
    at = timezone.localtime(max(answer.changed_at for answer in answers.values()))
    if at.date() == timezone.localdate():
        return _("Saved at %(time)s") % {"time": at.strftime("%H:%M")}
    return _("Saved %(day)s, %(time)s") % {"day": date_format(at, "j M"), "time": at.strftime("%H:%M")}


def news(form: SectionForm) -> str:
    """What a page that saved itself tells somebody who cannot see it change."""
    came = len([name for name in form.slots if name not in form.shown])
    went = len([name for name in form.shown if name not in form.slots])
    words = []
    if came:
        sentence = ngettext(
            "Your answer brings up %(n)d more question.", "Your answer brings up %(n)d more questions.", came
        )
        words.append(sentence % {"n": came})
    if went:
        sentence = ngettext("%(n)d question is no longer asked.", "%(n)d questions are no longer asked.", went)
        words.append(sentence % {"n": went})
    return " ".join(words)


# -- reading -----------------------------------------------------------------------------------------------------------


def page_mark(posted) -> str:
    """What tells this opened page from others, also of the same person: it comes back with all that it saves."""
    given = posted.get("page", "")
    return given if PAGE_MARK.fullmatch(given) else secrets.token_hex(8)


def read_shown(posted, *, chooses: bool = True) -> dict[str, int]:
    """The questions the page showed, each with the revision of the answer it showed.

    Of an answer that two people changed it showed both: whoever presses a button then chooses (`chooses`), while a page
    that only saves itself goes on asking.
    """
    found = {}
    for item in [*posted.getlist("shown"), *(posted.getlist("both") if chooses else [])]:
        name, _sign, revision = item.rpartition(":")
        if name and revision.isdecimal() and len(revision) < 10:
            found[name] = int(revision)
    return found


def overlay(draft: Draft, current, posted, shown) -> None:
    """Lay what was posted over what stands, so that the page asks what these answers call up."""
    for question in draft.catalogue.questions_of(current.id):
        rows = draft.rows_of(current) if question.scope != "proposal" else [None]
        for row in rows:
            row_id = row["id"] if row else ""
            name = field_name(question.id, row_id)
            if name in shown:
                draft.answers_of(row_id)[question.id] = read_value(question, posted.getlist(name))


def take_over(posted, action: str, answers: dict[str, Answer]):
    """What was posted, with another person's answer in one place where a button asks for it; and whether one did."""
    what, _sign, name = action.partition(":")
    if what != "take" or name not in answers:
        return posted, False
    posted = posted.copy()
    posted.setlist(name, as_list(answers[name].value))
    return posted, True


def revisions_shown(form: SectionForm, answers, kept) -> list[tuple[str, int]]:
    """The revision each question is shown with; a page that comes back unsaved keeps those of before."""
    now = {name: answers[name].revision if name in answers else 0 for name in form.slots}
    return [(name, kept.get(name, number)) for name, number in now.items()]


def contested_words(form: SectionForm, name: str, answer: Answer, user) -> dict:
    """Both versions of an answer in words, the other's first."""
    question, row = form.slots[name]
    heading = f"{question.text} ({form.row_labels[row]})" if row in form.row_labels else question.text
    is_own = answer.changed_by_id == user.pk
    who = _("You in another window, %(time)s") if is_own else _("%(name)s, %(time)s")
    return {
        "name": name,
        "revision": answer.revision,
        "question": heading,
        "who": who % {"name": answer.changed_by.name, "time": hour_of(answer)},
        "first_name": "" if is_own else answer.changed_by.first_name,
        "theirs": words_of(question, answer.value),
        "mine": words_of(question, form.answers()[question.id, row]),
    }


def hour_of(answer: Answer) -> str:
    return timezone.localtime(answer.changed_at).strftime("%H:%M")


def section_form(draft: Draft, current, data, shown) -> SectionForm:
    asked = draft.in_section(current.id)
    order = {row["id"]: place for place, row in enumerate(draft.rows_of(current))}
    asked = sorted(asked, key=lambda item: order.get(item.row, -1))
    slots = [(item.question, item.row) for item in asked]
    names = [field_name(question.id, row) for question, row in slots]
    values = {name: draft.stored[name].value if name in draft.stored else None for name in names}
    heads, marks = row_heads(draft, current), marks_of(draft, slots)
    return SectionForm(data, slots=slots, values=values, shown=shown, heads=heads, marks=marks)


def row_heads(draft: Draft, current) -> dict[str, dict]:
    """What stands above the questions about each row."""
    rows = draft.rows_of(current)
    of = {"partner": _("Partner %(n)d of %(all)d"), "technology": _("Item %(n)d of %(all)d")}
    of["funder"] = _("Funder %(n)d of %(all)d")
    known = {}
    if current.scope == "partner":
        alike = rows_with_alike_person(draft.proposal)
        for row in draft.proposal.participations.select_related("partner"):
            identified = _("identified by ROR") if row.partner.ror_id else _("known by name only")
            known[str(row.uid)] = [str(country_name(row.partner.country)), identified]
            if row.pk in alike:
                known[str(row.uid)].append(_("a name on a list is like that of a person you named here"))
    if current.scope == "funder":
        for row in draft.proposal.funders.all():
            known[str(row.uid)] = [str(row.get_kind_display())]
    return {
        row["id"]: {
            "row": row["id"],
            "icon": ROW_ICONS[current.scope],
            "title": row["label"],
            "line": " · ".join([of[current.scope] % {"n": n, "all": len(rows)}, *known.get(row["id"], [])]),
        }
        for n, row in enumerate(rows, start=1)
    }


def rows_with_alike_person(proposal) -> set[int]:
    """The participations at which somebody is named whose match nobody has judged yet."""
    named = contacts_of(proposal)
    said = registry.contact_facts_of(row.contact.uid for row in named)
    return {row.participation_id for row in named if said[str(row.contact.uid)]["sanction_hit"] == "possible"}


def items_of(draft: Draft, current, posted) -> RowSet:
    rows = [{"uid": str(row.uid), "label": row.label} for row in draft.proposal.technology_items.all()]
    return AnsweredRows("item", ItemForm, rows, posted or None, name=_("Item"), is_needed=draft.needs_rows(current))


# -- saving ------------------------------------------------------------------------------------------------------------


@story()
def save_section(
    draft: Draft, current, user, form: SectionForm, items, mark: str = "", *, keeps_rest: bool = False
) -> tuple[list[Answer], dict[str, Answer]]:
    """Keep the section's answers, unless one of them changed elsewhere since the page was shown: then none of them, or
    with `keeps_rest` all but those, which come back by the name of their field.

    The proposal's row is locked before anything is compared, so that of two who save at once one sees the other.
    """

    contested: dict[str, Answer] = {}

    def settle(values: Values, present: Present) -> Values:
        left = {}
        for key, value in values.items():
            answer, name = present.get(key), field_name(*key)
            if answer is None or answer.revision == form.shown[name] or answer.value == value:
                left[key] = value
            elif value == value_shown(answer, form.shown[name]):
                pass  # not touched here: the other's answer stands
            elif is_own_earlier(answer, form.shown[name], mark):
                left[key] = value  # a later choice on the same page, made while the one before was being saved
            else:
                contested[name] = answer
        if contested and not keeps_rest:
            raise Contested(contested, user)
        return left

    if items is not None:
        made = proposals.set_technology(proposal=draft.proposal, actor=user, rows=items.filled())
        copy_answers(questionnaire=draft.questionnaire, actor=user, rows=items.copies(made))
    saved = save_answers(questionnaire=draft.questionnaire, actor=user, values=form.answers(), settle=settle, page=mark)
    return saved, contested


def is_own_earlier(answer: Answer, revision: int, mark: str) -> bool:
    """Whether everything since that revision was chosen on this very page."""
    pages = list(answer.changes.order_by("pk").values_list("page", flat=True)[revision:])
    return bool(mark) and bool(pages) and set(pages) == {mark}


def value_shown(answer: Answer, revision: int):
    """The value the answer had at that revision."""
    if not revision:
        return None
    change = answer.changes.order_by("pk")[revision - 1 : revision].first()
    return change.after if change else None


def after_saving(request, reference, current, action, form, changed) -> str:
    """Where to go: on, back, away, or to questions that the answers have just called up."""
    proposal = get_proposal_for(request.user, reference, "proposals.edit")
    draft = Draft(proposal)
    if action == "leave":
        messages.success(request, _("Saved. You can go on whenever you like."))
        return proposal.get_absolute_url()
    if place := place_after_keeping(draft, current, action):
        return place
    what, _sign, name = action.partition(":")
    if what == "mine" and name in form.slots:
        messages.success(request, _("Saved. Your version stands."))
        return f"{draft.page_of(current)}#question-{name}"
    if action == "back":
        before = draft.step_before(current.id)
        return before["url"] if before else proposal.get_absolute_url()
    new = [
        item
        for item in draft.missing
        if item.question.section == current.id and field_name(item.question.id, item.row) not in form.shown
    ]
    if new and (changed or current.scope == "technology"):
        words = ngettext(
            "Saved. Your answers bring up %(n)d more question.",
            "Saved. Your answers bring up %(n)d more questions.",
            len(new),
        )
        messages.info(request, words % {"n": len(new)})
        return f"{draft.page_of(current)}#{anchor(new[0].question.id, new[0].row)}"
    return draft.next_step(current.id)["url"]
