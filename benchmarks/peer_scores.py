"""Scores of nomenklatura's logic-v2, for `name_screening.py`. Runs with the interpreter that has it installed.

Reads lines of JSON [kind, name, [other names]] and answers each with the scores of the other names, in their order.
"""

import json
import sys
from itertools import count

from followthemoney import model
from nomenklatura.matching import LogicV2

SCHEMATA = {"person": "Person", "organisation": "Organization"}


numbers = count()


def entity(name: str, kind: str):
    made = model.make_entity(SCHEMATA[kind])
    made.id = f"entity-{next(numbers)}"  # the names of an id are kept, so that no id may come twice
    made.add("name", name)
    return made


if __name__ == "__main__":
    config = LogicV2.default_config()
    for line in sys.stdin:
        kind, name, others = json.loads(line)
        asked = entity(name, kind)
        scores = [LogicV2.compare(asked, entity(other, kind), config).score for other in others]
        print(json.dumps(scores), flush=True)
