"""How a name stands in an index, and so how it is asked for."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import tantivy

from partners.matching.prepare import Reading, is_distinctive, prepare

FORM = "threes-2"  # goes up whenever a name would be written differently: older indexes are then made anew

GRAMS, KEY, ROW = "grams", "key", "row"
SHORT = 6  # a slip in a word of up to so many letters leaves hardly a three unchanged
MEMORY = 64 * 1024 * 1024  # of the writer; what does not fit goes to disk
FEW = 3  # letters of the telling words; a name with fewer is also found by its usual words


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(GRAMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(KEY, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(ROW, fast=True, indexed=True)
    return builder.build()


def terms_of(reading: Reading) -> list[str]:
    """The threes of each telling word with its edges marked, so that order hardly matters; usual words whole."""
    telling = [word for word in reading.words if is_distinctive(word)]
    terms = [word for word in reading.words if not is_distinctive(word)]
    for word in telling if sum(map(len, telling)) >= FEW else reading.words:
        edged = f"_{word}_"
        terms += [edged[at : at + 3] for at in range(len(edged) - 2)]
        if 3 <= len(word) <= SHORT:
            terms.append(f"-{word}")
            terms += [f"-{word[:at]}{word[at + 1 :]}" for at in range(len(word) if len(word) > 3 else 0)]
    return terms


def keys_of(text: str, kind: str) -> frozenset[str]:
    return prepare(text, kind).keys


def document(row: int, text: str, kind: str) -> tantivy.Document | None:
    """Nothing for a name without letters."""
    prepared = prepare.__wrapped__(text, kind)  # past the cache: a million names pass here once
    if not prepared.readings:
        return None
    document = tantivy.Document()
    for reading in prepared.readings:
        document.add_text(GRAMS, " ".join(terms_of(reading)))
    for key in prepared.keys:
        document.add_text(KEY, key)
    document.add_unsigned(ROW, row)
    return document


def query(text: str, kind: str) -> tantivy.Query | None:
    """The names that share most with this one; those that are equal but for order and legal form come first."""
    prepared = prepare(text, kind)
    if not prepared.readings:
        return None
    as_given = [reading for reading in prepared.readings if not reading.is_respelt]
    asked = _any_term(as_given, prepared.keys)
    if len(as_given) == len(prepared.readings):
        return asked
    # The letters of a mistyped usual word must not outweigh the telling words: each way counts for itself.
    respelt = _any_term([reading for reading in prepared.readings if reading.is_respelt], prepared.keys)
    return tantivy.Query.disjunction_max_query([asked, respelt])


def equal_query(text: str, kind: str) -> tantivy.Query | None:
    keys = prepare(text, kind).keys
    return _any_term([], keys) if keys else None


def _any_term(readings: Iterable[Reading], keys: Iterable[str]) -> tantivy.Query:
    wanted = [(GRAMS, term, "freq") for term in dict.fromkeys(term for one in readings for term in terms_of(one))]
    wanted += [(KEY, key, "basic") for key in keys]
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Should, tantivy.Query.term_query(schema(), *clause)) for clause in wanted]
    )


def write(folder: Path, rows: Iterable[tuple[int, str, str]], anew: Iterable[int] = ()) -> int:
    """Index these (row, name, kind) in the folder, beside what is there; gives the number of names. What stood there of
    the rows that are written `anew` goes in the same step."""
    writer = tantivy.Index(schema(), path=str(folder)).writer(heap_size=MEMORY, num_threads=1)
    for row in anew:
        writer.delete_documents_by_query(tantivy.Query.term_query(schema(), ROW, row))
    count = 0
    for row, text, kind in rows:
        if (entry := document(row, text, kind)) is not None:
            writer.add_document(entry)
            count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count
