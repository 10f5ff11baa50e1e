"""Every part of a page with content of a plausible case; drawn by gallery.html and looked at by the tests beside it."""

from datetime import UTC, datetime

from django import forms
from django.core.paginator import Paginator

CHOICES = [("yes", "Yes"), ("no", "No"), ("unsure", "Unsure")]
SAME_UNIT = [("separate", "Separate"), ("related", "Related"), ("same", "The same"), ("unsure", "Unsure")]
OUTCOMES = [
    ("approve", "Approve"),
    ("conditions", "Approve with conditions"),
    ("part", "Approve in part"),
    ("decline", "Decline"),
]


class Questions(forms.Form):
    defence = forms.ChoiceField(
        label="Does this organisation, or the unit you work with, do research for armed forces?",
        choices=CHOICES,
        widget=forms.RadioSelect,
    )
    same_unit = forms.ChoiceField(
        label="Is it the same unit, people or labs as in your project?", choices=SAME_UNIT, widget=forms.RadioSelect
    )
    purpose = forms.CharField(
        label="What does the partner want to use the results for, beyond the project?",
        help_text="One or two sentences are enough.",
        widget=forms.Textarea,
    )


class Fields(forms.Form):
    title = forms.CharField(label="Title")
    needed_by = forms.DateField(
        label="Decision needed by", error_messages={"invalid": "February 2027 has 28 days. Choose another date."}
    )
    unit = forms.ChoiceField(label="Unit", choices=[("m", "Marine Sciences"), ("h", "History and Archives")])
    outcome = forms.ChoiceField(label="Outcome", choices=OUTCOMES, widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label="Kind of collaboration",
        choices=[("r", "Joint research"), ("d", "Data exchange")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="I read what changed", help_text="Version 3 of 20 November.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].closed = {"approve": "Not open: the level as filed is very high."}
        self.fields["outcome"].hints = {
            "conditions": "The four safeguards bring the level to moderate.",
            "decline": "Asks for reason, source and why safeguards would fail.",
        }
        self.fields["outcome"].columns = 2


def reason(question, text, words):
    return {"kind": "answer", "id": question, "text": text, "words": words}


def grade(likelihood, impact, level=""):
    return {"likelihood": likelihood, "impact": impact, "score": likelihood * impact, "level": level}


def content() -> dict:
    questions = Questions({"defence": "yes", "same_unit": "unsure", "purpose": "A commercial buoy for fish farms."})
    council = {
        "title": "Council Recommendation on research security",
        "section": "criteria",
        "url": "https://example.org",
    }
    findings = [
        {
            "key": "K04:p1",
            "rule": "K04",
            "title": "A partner unit close to the project also does defence research",
            "row_label": "Boreal Photonics Ltd.",
            "dimensions": ["knowledge"],
            "factors": ["domain", "partner"],
            "filed": grade(4, 4, "very_high"),
            "firm": True,
            "raised_by": ["knowledge:K01"],
            "if_agreed": grade(2, 4),
            "because": [
                reason("P7", "research for armed forces", "yes"),
                reason("P8", "same unit", "related"),
                {"kind": "fact", "id": "trl", "text": "technology readiness", "words": "TRL 5"},
            ],
            "sources": [council],
        },
        {
            "key": "G03",
            "rule": "G03",
            "title": "Partner staff get accounts without an end date",
            "explain": "Accounts that outlive a project are the way in that is found last.",
            "dimensions": ["cyber"],
            "factors": ["own"],
            "filed": grade(3, 3, "moderate"),
            "firm": True,
            "if_agreed": grade(1, 3),
            "because": [reason("D4", "accounts beyond the project?", "yes")],
            "sources": [{"title": "Toolkit on foreign interference", "section": "cybersecurity part", "url": ""}],
        },
        {
            "key": "L16",
            "rule": "L16",
            "title": "It is open whether an item is on the dual-use list",
            "dimensions": ["legal"],
            "factors": ["domain"],
            "filed": grade(2, 4, "moderate"),
            "firm": False,
            "if_agreed": grade(2, 4),
            "because": [reason("X1", "Annex I", "unsure")],
            "sources": [{"title": "Regulation (EU) 2021/821", "section": "Annex I", "url": ""}],
        },
    ]
    dimensions = [
        ("Legal compliance", "moderate", "low"),
        ("Knowledge transfer", "very_high", "moderate"),
        ("Malign influence", "low", "low"),
        ("Ethics and human rights", ("low", "high"), ("low", "high")),
        ("Data and cyber", "moderate", "low"),
    ]
    return {
        "crumbs": [("My page", "#home"), ("RA-2026-0042", "#proposal"), ("Components", "")],
        "now": datetime(2026, 11, 20, 9, 12, tzinfo=UTC),
        "open": ("low", "high"),
        "upper": ("high", "very_high"),
        "findings": findings,
        "names": {"knowledge": "Knowledge and technology", "cyber": "Data and cyber", "legal": "Legal compliance"},
        "hold": {
            "rule": "L20",
            "title": "Export of a listed sensor needs a permit",
            "activity": "shipping the sensor",
            "state": "firm",
            "because": [reason("X1", "Annex I", "yes")],
            "lifted_by": "National export authority, by its permit",
            "sources": [{"title": "Regulation (EU) 2021/821", "section": "Article 3", "url": ""}],
        },
        "dimension_rows": dimensions,
        "dimensions": [{"title": title, "filed": filed, "reached": reached} for title, filed, reached in dimensions],
        "safeguards": [
            {
                "name": "End-use clause in the agreement",
                "does": "Civil use only, onward transfer by consent",
                "who": "Legal office",
                "due": "15 Jan 2027",
                "effect": "Very high → high",
                "field": forms.CheckboxInput().render("s1", True, {"id": "s1"}),
                "input_id": "s1",
            },
            {
                "name": "Separate team and lab at Boreal",
                "does": "Named staff; no shared equipment with the defence unit",
                "who": "Boreal, checked by A. Ferreira",
                "due": "1 Feb 2027",
                "effect": "High → moderate",
                "enough": "Enough for moderate",
                "state": "agreed",
            },
        ],
        "question": {
            "field": questions["defence"],
            "number": 2,
            "total": 3,
            "why": "Shared labs are a way for results to reach a use you did not agree to.",
            "seen_by": "Your unit's reviewer and the case officer.",
            "example": "An optics workshop that both groups book.",
            "children": [
                {
                    "field": questions["same_unit"],
                    "because": "Because you answered yes",
                    "hint_texts": {"separate": "Other people and other labs", "related": "Shared management or staff"},
                    "unsure_hint": "stays open; Omar gets a task to help",
                    "find_out": "The lab page or annual report usually names the group.",
                }
            ],
        },
        "text_question": {"field": questions["purpose"], "number": 3, "total": 3, "example": "Monitoring of harbours."},
        "form": Fields({"needed_by": "31 February 2027", "unit": "m", "outcome": "conditions", "kinds": ["d"]}),
        "turns": [
            {
                "title": "Omar asks: who can read the raw buoy data?",
                "text": "Buoy network · asked yesterday · the clock waits for your answer",
                "url": "#a",
                "label": "Answer",
            },
            {
                "title": "Upload the signed data agreement",
                "text": "River health · condition due 1 Dec, in 8 days",
                "url": "#b",
                "label": "Add file",
            },
        ],
        "facts": [
            {
                "label": "Level, filed and with safeguards",
                "filed": "very_high",
                "reached": "moderate",
                "note": "4 proposed, 0 agreed yet",
            },
            {"label": "Route", "value": "Panel", "note": "very high as filed"},
            {"label": "Deciders", "value": "Two, of two roles", "note": "you, then the dean; votes unseen"},
            {"label": "Due", "value": "Wed 16 Dec", "note": "17 working days left"},
        ],
        "tabs": [
            {"label": "Overview", "count": None, "url": "#main", "current": True},
            {"label": "Findings", "count": 3, "url": "#finding-k04p1", "current": False},
            {"label": "Safeguards", "count": 4, "url": "#s1", "current": False},
            {"label": "Partners", "count": 2, "url": "#main", "current": False},
            {"label": "Record", "count": None, "url": "#main", "current": False},
        ],
        "primary": {"label": "Judge the match", "url": "#match"},
        "blocked": [{"name": "Decide", "opens": "opens when the match is judged."}],
        "others": [{"label": "Ask Ana", "url": "#"}, {"label": "Note", "url": "#"}, {"label": "Flag", "url": "#"}],
        "closed": [{"name": "recommend", "reason": "who decides does not recommend"}],
        "chips": [
            {"label": "Mine", "count": 7, "url": "?a", "current": True},
            {"label": "My move", "count": 3, "url": "?b", "current": False},
            {"label": "Overdue", "count": 1, "url": "?c", "current": False},
        ],
        "page": Paginator(range(120), 50).page(2),
        "events": [
            {"when_words": "Today 9:12", "actor": "T. Wilk", "text": "recommends: approve with conditions"},
            {"when": datetime(2026, 11, 20, 9, 12, tzinfo=UTC), "actor": "A. Ferreira", "text": "sent version 3"},
            {"when_words": "18 Nov", "actor": "You", "text": "asked about the unit at Boreal; the clock stopped"},
        ],
        "settle": [
            {"text": "Is it the same unit?", "url": "#q", "hint": "“Separate” brings it to moderate"},
            {"text": "Is any item on the dual-use list?", "url": "#q", "hint": "Export control can classify in 5 days"},
        ],
        "why": [
            {"text": "The work applies a critical technology", "level": "moderate", "firm": True, "hint": "photonics"},
            {"text": "a partner unit also works on defence", "level": "very_high", "firm": False},
        ],
        "lower": [{"text": "End-use clause in the agreement"}, {"text": "Separate team and lab at the partner"}],
        "rail": [
            {"title": "The collaboration", "url": "#1", "state": "done", "hint": "Complete"},
            {"title": "Purpose and benefit", "url": "#2", "state": "done", "hint": "Complete"},
            {"title": "Partners", "url": "#3", "state": "now", "hint": "2 of 3 answered"},
            {"title": "Technology", "url": "#4", "state": "todo", "hint": "1 answer unsure", "unsure": True},
            {"title": "Check and submit", "url": "#5", "state": "todo", "hint": ""},
        ],
        "job": {"state": "working", "done": 3, "total": 5, "message": "drawing the matrix"},
        "failed": {"state": "failed", "error": "Your decision stands and nothing is lost."},
        "ready": {"state": "done"},
        "messages": [],
    }
