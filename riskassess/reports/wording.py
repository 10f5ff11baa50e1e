"""The words of events are the doors' (web/verbs.py); they hand them down at start, so that reports print the same."""

_words: dict[str, object] = {}


def use_verb_words(words: dict[str, object]) -> None:
    _words.update(words)


def verb_words(verb: str) -> str:
    return str(_words.get(verb, verb))
