"""Are filed names and affiliations resolved to the right record of ROR, and do translated names meet there?

    python benchmarks/ror_resolution.py DATA [--pairs PAIRS.csv] [--affiliations AFFILIATIONS.json]

Affiliations: right, wrong and unresolved ones among those whose ROR id is in the records at hand. Pairs: the two names
of one organisation, translated or in two scripts, against pairs of names that ROR keeps apart. The first name is the
partner's, the second the list's; a match is one where both resolve to one record or a name of the partner's record is
like the listed one. "Left out" means: the second name was taken out of the records before anything was resolved. Of
those it says how many share no word that tells, as written or romanised, with another name of the record or its town:
these no comparison of names finds, only a translation that was learnt elsewhere.
"""

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import names as world
import tantivy

from partners.candidates.places import number_of, ror_id_of
from partners.candidates.resolving import countries_in
from partners.candidates.searching import ask, ask_equal
from partners.candidates.writing import write
from partners.matching.prepare import is_distinctive, prepare
from partners.matching.resolve import Record, resolve_affiliation, resolve_name
from partners.matching.score import LIKELY, POSSIBLE, Name, Named, compare

LOOKED_AT = 20


def read_records(folder: Path) -> dict[str, Record]:
    records = {}
    for row in world.ror_records(folder / "ror" / "ror-v2-sample.jsonl.gz"):
        place = row["locations"][0]["geonames_details"]
        names = (Name(one["value"], "acronym" if "acronym" in one["types"] else "alias") for one in row["names"])
        records[row["id"]] = Record(row["id"], tuple(names), place["country_code"], place["name"])
    return records


class Lookups:
    def __init__(self, records: dict[str, Record], folder: Path):
        rows = ((number_of(key), name.text, "organisation") for key, one in records.items() for name in one.names)
        write(folder, rows)
        self.records, self.searcher = records, tantivy.Index.open(str(folder)).searcher()

    def like(self, text: str) -> list[Record]:
        return [self.records[ror_id_of(row)] for row in ask(self.searcher, text, "organisation", LOOKED_AT)]

    def equal(self, text: str) -> list[Record]:
        return [self.records[ror_id_of(row)] for row in ask_equal(self.searcher, text, "organisation", LOOKED_AT)]

    def without(self, name: str):
        """As `like`, with the name taken out of every record that bears it."""

        def like(text: str) -> list[Record]:
            records = (replace(one, names=tuple(n for n in one.names if n.text != name)) for one in self.like(text))
            return [one for one in records if one.names]

        return like


def judge_affiliations(path: Path, lookups: Lookups) -> bool:
    right = wrong = none = unlabelled = without_id = 0
    began = time.perf_counter()
    rows = json.loads(path.read_text())
    for row in rows:
        text, meant = row["affiliation"], set(row["ror_ids"]) & lookups.records.keys()
        if row["ror_ids"] and not meant:
            continue
        found = resolve_affiliation(text, countries_in(text), lookups.like, lookups.equal)
        if not row["ror_ids"]:
            without_id += 1
            unlabelled += found is not None
        elif found is None:
            none += 1
        elif found.record.ror_id in meant:
            right += 1
        else:
            wrong += 1
    print(f"affiliations with an id in the records: {right + wrong + none}")
    print(f"  precision {world.say_share(right, right + wrong)}")
    print(f"  recall    {world.say_share(right, right + wrong + none)}")
    print(f"  of {without_id} to which nobody gave an id, {unlabelled} are resolved all the same")
    print(f"  {(time.perf_counter() - began) / len(rows) * 1e3:.1f} ms each")
    return right >= 0.95 * (right + wrong) and right >= 0.80 * (right + wrong + none)


def judge_pairs(path: Path, lookups: Lookups, is_left_out: bool) -> bool:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["source"].startswith("ROR")]
    hits, counted, sharing, likely = defaultdict(int), defaultdict(int), defaultdict(int), defaultdict(int)
    for row in rows:
        label = "translated" if "translated" in row["category"] else row["category"].split(":")[0]
        if label == "same-script":
            continue
        counted[label] += 1
        if row["is_match"] == "true" and row["ref"] in lookups.records:
            sharing[label] += shares_a_word(row["name2"], lookups.records[row["ref"]])
        score = score_of(row["name1"], row["name2"], row["country"], lookups, is_left_out)
        hits[label] += score >= POSSIBLE
        likely[label] += score >= LIKELY
    false, of_false = hits.pop("hard-negative"), counted.pop("hard-negative")
    true, of_true = sum(hits.values()), sum(counted.values())
    print(f"pairs, the tested name {'left out' if is_left_out else 'in its record'}")
    for label in hits:
        print(f"  recall, {label:11} {world.say_share(hits[label], counted[label])}")
        if is_left_out:
            print(f"    share a word that tells {world.say_share(sharing[label], counted[label])}")
    print(f"  recall, all         {world.say_share(true, of_true)}")
    print(f"  precision           {world.say_share(true, true + false)}; of {of_false} kept apart {false} are matched")
    sure, wrong = sum(likely.values()) - likely["hard-negative"], likely["hard-negative"]
    print(f"  likely only, recall {world.say_share(sure, of_true)}")
    print(f"  their precision     {world.say_share(sure, sure + wrong)}")
    return true >= 0.95 * of_true and true >= 0.98 * (true + false)


def shares_a_word(listed: str, record: Record) -> bool:
    """With another name of the record or its town: as written, romanised, or a usual word in another language."""
    others = (record.city, *(name.text for name in record.names if name.text != listed))
    return not telling_words(listed).isdisjoint(word for other in others for word in telling_words(other))


def telling_words(text: str) -> set[str]:
    return {word for reading in prepare(text).readings for word in reading.words if is_distinctive(word)}


def score_of(filed: str, listed: str, country: str, lookups: Lookups, is_left_out: bool) -> float:
    """1 where both resolve to one record, 0 where to two."""
    search = lookups.without(listed) if is_left_out else lookups.like
    partner = resolve_name(filed, country, search)
    entry = resolve_name(listed, country, search)
    ids = [frozenset({("ror", one.record.ror_id)}) if one else frozenset() for one in (partner, entry)]
    if ids[0] and ids[1]:
        return float(ids[0] == ids[1])
    names = (Name(filed), *(partner.record.names if partner else ()))
    entry_names = (Name(listed), *(entry.record.names if entry else ()))
    return compare(Named(names, frozenset(filter(None, [country]))), Named(entry_names)).score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--affiliations", type=Path)
    given = parser.parse_args()
    affiliations = given.affiliations or given.data / "affiliations" / "crossref_affiliation_ror_dev.json"
    pairs = given.pairs or given.data / "pairs" / "name_pairs_dev.csv"
    with tempfile.TemporaryDirectory() as folder:
        lookups = Lookups(read_records(given.data), Path(folder))
        reached = [judge_affiliations(affiliations, lookups)]
        reached += [judge_pairs(pairs, lookups, is_left_out) for is_left_out in (False, True)]
    print(
        "all figures reached"
        if all(reached)
        else "missed: "
        + ", ".join(
            name for name, good in zip(("affiliations", "pairs", "pairs, left out"), reached, strict=True) if not good
        )
    )
    return not all(reached)


if __name__ == "__main__":
    sys.exit(main())
