"""An auditor at work: the mandate, the log searched by keyboard and without script, a sample, a case, a finding, an
export with preview, and the dossier checked by a bare Python outside the project. Nothing else is changed."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.xdist_group("journeys")


def checked(path) -> subprocess.CompletedProcess:
    """The verifier of a dossier, as somebody runs it who has nothing of ours."""
    script = path.parent / "verify.py"
    subprocess.run([sys._base_executable, "-m", "zipfile", "-e", path, path.parent / "unpacked"], check=True)
    script.write_bytes((path.parent / "unpacked" / "verify.py").read_bytes())
    command = [sys._base_executable, "-I", "-S", script, path]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60, check=False)


def test_auditor_samples_a_case_and_takes_away_a_dossier_that_proves_itself(visit, embedded, tmp_path):
    plain = visit(embedded, "david", has_script=False)
    plain.open("/audit")
    plain.expect("Your mandate: The whole institution")
    plain.expect("The log is whole.")
    plain.page.get_by_label("What happened").focus()
    plain.page.keyboard.type("Submitted")
    plain.page.get_by_label("Case", exact=True).focus()
    plain.page.keyboard.type("ra-")
    plain.page.keyboard.press("Enter")
    plain.page.wait_for_load_state()
    plain.expect("No event fits")
    plain.page.get_by_label("Case", exact=True).fill("")
    plain.page.get_by_label("Case", exact=True).press("Enter")
    plain.page.wait_for_load_state()
    told = set(plain.page.locator(".ra-event-what summary").all_inner_texts())
    assert told
    assert all(line.endswith("submitted the proposal") for line in told), told

    david = visit(embedded, "david", is_strict=True)
    seen = []
    for _ in range(2):  # the same seed draws the same cases
        david.open("/audit/samples")
        david.page.get_by_label("How many cases").fill("2")
        david.page.get_by_label("Seed").fill("spring-tide")
        david.follow("Draw cases")
        seen.append(re.findall(r"RA-\d{4}-\d{4}", david.text))
    assert seen[0] == seen[1]
    reference = seen[0][0]
    david.page.get_by_role("main").locator(".ra-table-title a").first.click()
    david.page.wait_for_load_state()
    david.look()
    david.expect("What happened, and who read it")

    david.page.get_by_label("Finding").check()
    david.page.get_by_label("Text", exact=True).fill("The second vote came before the first reason was read.")
    david.follow("Keep")
    david.expect("The second vote came before")
    david.page.get_by_label("What for").fill("A question of the council")
    david.follow("Make the dossier")
    david.refresh_until("Ready.")
    path = tmp_path / "dossier.zip"
    path.write_bytes(david.download(david.page.get_by_role("link", name="Download file")))
    done = checked(path)
    assert (done.returncode, f"In order: {reference}" in done.stdout) == (0, True), done.stdout + done.stderr

    david.open("/audit/exports/decisions")
    david.expect("would be written")
    david.page.get_by_label("What for").fill("Yearly audit")
    david.follow("Start export")
    david.refresh_until("Ready.")
    assert b'"reference"' in david.download(david.page.get_by_role("link", name="Download file"))

    for step in ("decide", "flag", "assign"):
        assert david.status_of(f"/cases/{reference}/{step}") in {403, 404}
