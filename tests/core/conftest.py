from tests.story import *  # noqa: F403
