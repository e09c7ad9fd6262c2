"""The script that recomputes every number of a submission from its ratings."""

_SCRIPT = '''\
#!/usr/bin/env python3
"""Recompute every number of data/analysis.json from data/ratings.csv, and compare them.

Needs Python 3.11 and this version of the program:
    pip install negatoscope=={version}
    python analysis.py
Exits with 0 where all numbers are equal to a relative 1e-9, else with 1 after naming the others.
"""

import json
import math
import sys
from pathlib import Path

from app.services.analyse_export import analyse_export

DATA = Path(__file__).parent / "data"
PARTS = ("arms", "contrasts", "readers", "groups", "machines", "subgroups", "generalizability")


def leaves(value, path=""):
    """Every number below a value of JSON, with the way to it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield path, float(value)
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in pairs:
        yield from leaves(below, f"{{path}}/{{key}}")


def main():
    stored = json.loads((DATA / "analysis.json").read_text(encoding="utf-8"))
    made = analyse_export(DATA / "ratings.csv", DATA / "design.json")
    again = {{}} if made.analysis is None else made.analysis.to_json()
    again["choices"] = None if made.choices is None else made.choices.to_json()
    again["question_figures"] = [one.to_json() for one in made.figures]
    compared, differing = 0, []
    for part in (*PARTS, "choices", "question_figures"):
        before = dict(leaves(stored.get(part), part))
        after = dict(leaves(json.loads(json.dumps(again.get(part))), part))
        for name in sorted(before.keys() | after.keys()):
            compared += 1
            one, other = before.get(name, math.nan), after.get(name, math.nan)
            if not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
                differing.append(f"{{name}}: {{one}} in analysis.json, {{other}} recomputed")
    print("\\n".join(differing))
    print(f"{{compared}} numbers recomputed from ratings.csv, {{len(differing)}} differ.")
    return 1 if differing or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
'''


def analysis_script(version: str) -> str:
    """The script for a version of this program."""
    return _SCRIPT.format(version=version)
