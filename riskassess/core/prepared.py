"""Questions to the database that are put together once and asked often.

Django writes the SQL of a query anew each time; for the lists of the desk, with all their conditions, that takes longer
than the answer. A prepared question keeps its SQL, and the keys of the moment are put in their places.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from functools import lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import QuerySet

MOST_KEPT = 512
FIRST_PLACE = -(10**15)  # no key of a row
WORD_PLACE = "\N{WHITE SQUARE}"  # no word that anything is found by


def ask(
    key: Hashable, make: Callable[..., QuerySet], *, keys: Sequence[int] = (), most: int = 0, word: str | None = None
) -> list:
    """The rows of the queryset that `make` returns. Where the caller gives `keys`, up to `most` of them, `make` is
    given a list, and where a `word`, a word; it may only compare what is in them with columns as they are.

    `key` names everything else that `make` reads: for whom, on which day, in which units.
    """
    if len(keys) > most:
        raise ValueError(f"{len(keys)} keys, and places for {most}")
    question = _put_together(Question(key, make, most, has_word=word is not None))
    if question.sql is None:
        return []
    values = {FIRST_PLACE - place: (keys[place] if place < len(keys) else -1) for place in range(most)}
    values[WORD_PLACE] = word
    params = tuple(values.get(value, value) if type(value) in {int, str} else value for value in question.params)
    return list(question.rows_with(params))


class Question:
    """Told from another by its key and by what makes it; the SQL is added when it is put together."""

    def __init__(self, key, make, most, *, has_word):
        named = getattr(make, "func", make)
        self.name = (named.__module__, named.__qualname__, key, most, has_word, connection.vendor)
        self.make = make
        self.given = {"keys": [FIRST_PLACE - place for place in range(most)]} if most else {}
        self.given |= {"word": WORD_PLACE} if has_word else {}
        self.sql = None

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def put_together(self):
        self.queryset = self.make(**self.given)
        self.compiler = self.queryset.query.get_compiler(using=self.queryset.db)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql = None
        self.compiler.connection = self.make = None  # a connection belongs to its thread

    def rows_with(self, params) -> QuerySet:
        found = self.queryset.all()

        def get_compiler(using=None, **_given):
            compiler = copy(self.compiler)
            compiler.using, compiler.connection = using, connections[using]
            compiler.as_sql = lambda *args, **kwargs: (self.sql, params)
            return compiler

        found.query.get_compiler = get_compiler
        return found


@lru_cache(maxsize=MOST_KEPT)
def _put_together(question: Question) -> Question:
    question.put_together()
    return question
