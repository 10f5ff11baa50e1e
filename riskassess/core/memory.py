import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 50_000  # new objects between two rounds of the collector


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """For work that makes thousands of objects and hardly a circle: looking for circles after every few hundred takes a
    tenth of its time and more."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def collecting_after() -> Iterator[None]:
    """For work that makes one big thing and lets go of it: looked at once, at the end, while all of it is still young.
    That thing must not have a name any more by then."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_on:
            gc.enable()
