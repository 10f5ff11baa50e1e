"""How a name stands in an index, and so how it is asked for."""

from functools import lru_cache

import tantivy

from partners.matching.prepare import Reading, is_distinctive, prepare

FORM = "threes-1"  # goes up whenever a name would be written differently: older indexes are then made anew

GRAMS, KEY, ROW = "grams", "key", "row"
SHORT = 6  # a slip in a word of up to so many letters leaves hardly a three unchanged
FEW = 5  # letters of the telling words; a name with fewer is also found by its usual words


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(GRAMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(KEY, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(ROW, fast=True)
    return builder.build()


def terms_of(reading: Reading) -> list[str]:
    """The threes of each telling word with its edges marked, so that order hardly matters; usual words whole."""
    telling = [word for word in reading.words if is_distinctive(word)]
    terms = [word for word in reading.words if not is_distinctive(word)]
    for word in telling if sum(map(len, telling)) >= FEW else reading.words:
        edged = f"_{word}_"
        terms += [edged[at : at + 3] for at in range(len(edged) - 2)]
        if 3 <= len(word) <= SHORT:
            terms += [f"-{word[:at]}{word[at + 1 :]}" for at in range(len(word))]
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
    wanted = dict.fromkeys(term for reading in prepared.readings for term in terms_of(reading))
    clauses = [(tantivy.Occur.Should, tantivy.Query.term_query(schema(), GRAMS, term, "freq")) for term in wanted]
    for key in prepared.keys:
        exact = tantivy.Query.const_score_query(tantivy.Query.term_query(schema(), KEY, key, "basic"), 1_000.0)
        clauses.append((tantivy.Occur.Should, exact))
    return tantivy.Query.boolean_query(clauses)
