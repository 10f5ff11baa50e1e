"""What if, at the desk: toggles in the address, levels, route and deciders beside today's. Nothing is stored."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskassess.assessments.lowering import lowering_of
from riskassess.assessments.queries import assessment_of, catalogue_of, latest_record
from riskassess.assessments.trying import LEFT_OUT, Tried, answers_to_try, standing_safeguards, try_out
from riskassess.core.words import ROUTE_WORDS
from riskassess.engine.catalogue import Catalogue
from riskassess.engine.comparing import compare
from riskassess.engine.results import Assessment
from riskassess.web.access import get_case_for, note_read
from riskassess.web.views.case import RESPONSIBLE, crumbs, decider_words_of

MOST_SENTENCES = 8


def what_if(request, reference):
    case = get_case_for(request.user, reference, "reviews.view_case")
    note_read(request.user, case.proposal)
    record = latest_record(case.proposal)
    catalogue, today = catalogue_of(record.release), assessment_of(record)
    given = request.GET
    picked = [tuple(value.split("|", 1)) for value in given.getlist("pick") if "|" in value]
    tried = try_out(
        record,
        safeguards=picked if "tried" in given else standing_safeguards(record),
        without=given.getlist("without"),
        answers=[value for value in given.getlist("answer") if value],
    )
    difference = compare(catalogue, today, tried.result)
    sentences = [*(move.sentence for move in difference.moves), *(change.sentence for change in difference.changes)]
    names = [(finding, catalogue.mitigation(mitigation).name) for finding, mitigation in sorted(tried.safeguards)]
    return render(
        request,
        "cases/what_if.html",
        {
            "case": case,
            "proposal": case.proposal,
            "tried": tried,
            "today": today,
            "result": tried.result,
            "is_changed": bool(sentences) or tried.safeguards != standing_safeguards(record),
            "rows": beside(catalogue, case, today, tried.result),
            "sentences": sentences[:MOST_SENTENCES],
            "more": max(0, len(sentences) - MOST_SENTENCES),
            "safeguards": safeguard_lines(catalogue, today, tried),
            "parts": [
                {"id": row["id"], "label": row["label"], "is_out": row["id"] in tried.without}
                for name in LEFT_OUT
                for row in record.facts[name]
            ],
            "answers": answers_to_try(catalogue, record.facts),
            "lowering": lowering_rows(catalogue, tried, record, given),
            "count_words": ngettext("With %(n)d safeguard", "With %(n)d safeguards", len(names)) % {"n": len(names)},
            "take_over": take_over_url(request.user, case, tried),
            "crumbs": crumbs(case, _("What if"), reader=request.user),
        },
    )


def beside(catalogue: Catalogue, case, today: Assessment, tried: Assessment) -> list[dict]:
    """Today and as tried, line by line."""
    words = [
        (_("Route"), ROUTE_WORDS[today.route], ROUTE_WORDS[tried.route]),
        (_("Who decides"), decider_words_of(today.deciders), decider_words_of(tried.deciders)),
        (_("Working days"), str(catalogue.route(today.route).days), str(catalogue.route(tried.route).days)),
        (_("Legal holds"), hold_words(today), hold_words(tried)),
    ]
    return [
        {"label": label, "today": before, "tried": after, "differs": before != after} for label, before, after in words
    ]


def hold_words(result: Assessment) -> str:
    if not result.holds:
        return _("none")
    return "; ".join(
        f"{hold.title} ({_('possible')})" if hold.state == "possible" else hold.title for hold in result.holds
    )


def safeguard_lines(catalogue: Catalogue, today: Assessment, tried: Tried) -> list[dict]:
    """What rules name for the findings of today and of the trial, the gravest finding first; each once."""
    found = {}
    for finding in (*tried.result.findings, *today.findings):
        for mitigation_id in finding.mitigations:
            mitigation = catalogue.mitigation(mitigation_id)
            value = f"{finding.key}|{mitigation_id}"
            if mitigation.lowers == "nothing" or value in found:
                continue
            found[value] = {
                "value": value,
                "input_id": f"pick-{value}".replace(":", "-").replace("|", "-"),
                "name": mitigation.name,
                "does": mitigation.text,
                "who": RESPONSIBLE[mitigation.responsible],
                "evidence": mitigation.evidence,
                "finding": f"{finding.title} · {finding.row_label}" if finding.row_label else finding.title,
                "is_picked": (finding.key, mitigation_id) in tried.safeguards,
            }
    groups: dict[str, list] = {}
    for line in found.values():
        groups.setdefault(line["finding"], []).append(line)
    return [{"title": title, "lines": lines} for title, lines in groups.items()]


def lowering_rows(catalogue: Catalogue, tried: Tried, record, given) -> dict | None:
    lowering = lowering_of(catalogue, tried.facts, on=record.as_of)
    if lowering is None:
        return None
    rows = []
    for words, parts in zip(lowering.sets, lowering.parts, strict=True):
        picks = sorted({*tried.safeguards, *parts})
        query = urlencode(
            [
                ("tried", "1"),
                *(("pick", f"{finding}|{mitigation}") for finding, mitigation in picks),
                *(("without", row) for row in sorted(tried.without)),
                *(("answer", answer.key) for answer in tried.answers),
            ]
        )
        rows.append({"words": words, "url": f"?{query}"})
    return {"target": lowering.target, "rows": rows, "more": lowering.more, "obstacles": lowering.obstacles}


def take_over_url(user, case, tried: Tried) -> str:
    """The decision form filled in with the toggles; nothing to whoever does not decide, or where none can be taken."""
    if not user.has_perm("reviews.decide", case.proposal) or not (tried.safeguards or tried.without):
        return ""
    query = urlencode(
        [
            *(("take", f"{finding}|{mitigation}") for finding, mitigation in sorted(tried.safeguards)),
            *(("leave", row) for row in sorted(tried.without)),
        ]
    )
    return f"{reverse('decide', args=[case.proposal.reference])}?{query}"
