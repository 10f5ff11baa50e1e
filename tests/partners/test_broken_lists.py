"""Whatever a file holds: the edition in force stays in force, and a sentence says what was wrong."""

import resource

import pytest

from partners.lists import Outcome, import_edition
from partners.models import ListEdition, ListSource
from tests.partners.parsing.breaking import SAMPLES, broken_files, source_of, whole_file

pytestmark = pytest.mark.django_db
EACH, MOST_MB = 29, 200  # 232 files in all: every format that is read
GOOD = {Outcome.IMPORTED, Outcome.UNCHANGED}


@pytest.mark.parametrize("code", SAMPLES)
def test_broken_file_never_replaces_a_good_edition(code, tmp_path):
    source = ListSource.objects.get(code=source_of(code))
    path = tmp_path / "list"
    path.write_bytes(whole_file(code))
    first = import_edition(source=source, path=path)
    assert first.outcome == Outcome.IMPORTED, first.sentence
    before, refused = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0

    for what, content in broken_files(code, EACH):
        in_force = source.editions.get(state=ListEdition.State.IN_FORCE)
        path.write_bytes(content)

        result = import_edition(source=source, path=path)

        now = source.editions.get(state=ListEdition.State.IN_FORCE)
        if result.outcome in GOOD:  # a letter of a name or remark was hit; the file is a whole list all the same
            assert what.startswith("flipped"), what
            assert abs(now.entities_count - first.edition.entities_count) <= 3, what
            continue
        refused += 1
        assert now == in_force, what
        assert result.sentence.endswith((".", "?")), (what, result.sentence)
        assert 20 < len(result.sentence) < 400, (what, result.sentence)

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MOST_MB
    assert refused >= EACH * 0.7
    assert source.editions.filter(state=ListEdition.State.STAGING).count() == 0
