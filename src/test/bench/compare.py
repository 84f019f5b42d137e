#!/usr/bin/env python3
"""Holds target/bench.json, which mvn -q -Pbench writes, against the committed docs/bench.json.

    python3 src/test/bench/compare.py [--spread 0.15] [--take]

A ratio may be worse than the committed one by the spread; seconds and rates are another machine's, and only shown.
Ends with 1 if a ratio got looser, or is measured no more. --take copies what was measured to docs/bench.json.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

COMMITTED = Path("docs/bench.json")
MEASURED = Path("target/bench.json")


def read(path):
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        sys.exit(f"{path} is missing: run mvn -q -Pbench, in the root of the repository")


def looser(old, new, spread):
    if not old["ratio"]:
        return False
    if old["better"] == "lower":
        return new["value"] > old["value"] * (1 + spread)
    return new["value"] < old["value"] * (1 - spread)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spread", type=float, default=0.15)
    parser.add_argument("--take", action="store_true")
    options = parser.parse_args()
    measured = read(MEASURED)
    committed = read(COMMITTED) if COMMITTED.exists() or not options.take else {}
    bad = 0
    for name in sorted(committed.keys() | measured.keys()):
        old, new = committed.get(name), measured.get(name)
        if old is None:
            print(f"{name:28} {'new':>10} {new['value']:>10g} {new['unit']}")
            continue
        if new is None:
            said = "not measured" if old["ratio"] else "not measured, another machine's"
            bad += old["ratio"]
        else:
            worse = looser(old, new, options.spread)
            bad += worse
            said = "LOOSER" if worse else ("held" if old["ratio"] else "")
        print(f"{name:28} {old['value']:>10g} {new['value'] if new else float('nan'):>10g} {old['unit']:10} {said}")
    if options.take:
        shutil.copy(MEASURED, COMMITTED)
        return
    sys.exit(1 if bad else 0)


main()
