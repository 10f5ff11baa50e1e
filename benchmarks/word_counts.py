"""Count the words of real names: makes `partners/matching/words/organisations.csv` and `people.csv` anew.

    python benchmarks/word_counts.py ROR.jsonl.gz SDN.csv…

A word is counted once a name. Run it when the normalisation changes, and give the scorer a new version name.
"""

import csv
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
RAREST = 2


def names_in_ror(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for name in json.loads(line)["names"]:
                if "acronym" not in name["types"]:
                    yield name["value"]


def names_in_ofac(path: Path, kinds: tuple[str, ...]) -> Iterator[str]:
    """Column 2 is the name, column 3 the kind: `individual`, or `-0-` for an organisation."""
    with path.open(encoding="latin-1", newline="") as lines:
        for row in csv.reader(lines):
            if len(row) > 2 and row[2].strip() in kinds:
                yield row[1]


def counts_of(names: Iterator[str], kind: str) -> tuple[int, dict[str, int]]:
    """How many names, and how many of them hold each word; words of a single name are left out."""
    from partners.matching.prepare import prepare

    counts, total = Counter(), 0
    for name in names:
        prepared = prepare(name, kind)
        total += bool(prepared.readings)
        counts.update({word for reading in prepared.readings for word in reading.words})
    return total, {word: times for word, times in sorted(counts.items()) if times >= RAREST}


def count(names: Iterator[str], kind: str, target: Path) -> None:
    total, counts = counts_of(names, kind)
    kept = {"": total} | counts
    target.write_text("".join(f"{word},{times}\n" for word, times in kept.items()), encoding="ascii")
    print(f"{target.name}: {len(kept) - 1} words of {total} names")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ror, *sanctions = (Path(argument) for argument in sys.argv[1:])
    folder = ROOT / "partners" / "matching" / "words"
    organisations = [*names_in_ror(ror), *(name for path in sanctions for name in names_in_ofac(path, ("-0-",)))]
    count(iter(organisations), "organisation", folder / "organisations.csv")
    people = (name for path in sanctions for name in names_in_ofac(path, ("individual",)))
    count(people, "person", folder / "people.csv")
