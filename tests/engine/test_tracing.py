"""The page that leads from each paragraph to what answers to it, and back."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from riskassess.engine.loading import load_catalogue
from riskassess.engine.tracing import traceability
from riskassess.management.commands.traceability import newest_release

PAGE = Path(settings.BASE_DIR) / "docs" / "traceability.md"


def newest():
    return load_catalogue(newest_release(Path(settings.CATALOGUES_DIR) / "allea-eu"))


def test_published_page_is_that_of_the_newest_release():
    """Where it is not: run `manage.py traceability`."""
    assert PAGE.read_text(encoding="utf-8") == traceability(newest())


def test_page_names_every_part_rule_question_and_policy():
    catalogue, page = newest(), traceability(newest())

    for entry in (*catalogue.rules, *catalogue.questions, *catalogue.policies):
        assert f"\n| {entry.id} | " in page
    for source in catalogue.sources:
        for part in source.parts:
            line = next(line for line in page.splitlines() if line.startswith(f"| {part.key} | {part.where} |"))
            answered = [cell.strip() for cell in line.split(" | ")[3:5]]
            assert any(answered) or f"- {part.key} ({part.where}): {part.not_covered}" in page


def test_command_writes_the_page(tmp_path):
    call_command("traceability", output=tmp_path / "page.md", verbosity=0)

    assert (tmp_path / "page.md").read_text(encoding="utf-8") == traceability(newest())
