#!/usr/bin/env python3
"""Does the simulation find bugs? Each mutation is one line of the product changed so that it bills wrongly
or loses something silently; the simulation must fail within so many worlds.

    mvn -q test-compile && python3 src/test/simulation/mutations.py [--only NAME] [--seeds 20] [--unit-tests]

A mutation whose text is not in its file exactly once is an error: the product has moved on, so must the list.
Prints the table of docs/simulation.md. Needs JDK 25: $JAVA_HOME, or --jdk. Changes no file of the repository:
what is mutated is compiled into target/simulation, before the product on the class path.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

MAIN = Path("src/main/java/io/sensormeter")
WORK = Path("target/simulation")


class Mutation(NamedTuple):
    name: str
    file: Path
    search: str
    replace: str


MUTATIONS = [
    Mutation(
        "identifier is random",
        MAIN / "stripe/MeterEvents.java",
        ".setIdentifier(copy.identifier().value())",
        ".setIdentifier(java.util.UUID.randomUUID().toString())",
    ),
    Mutation(
        "expired copies are sent",
        MAIN / "reporter/Batch.java",
        "return !now.isBefore(copy.sendBefore());",
        "return false;",
    ),
    Mutation(
        "an hour of a last meter leaves beside a later one's copy",
        MAIN / "ledger/Sweeps.java",
        "where beside.hour > report.hour",
        "where false",
    ),
    Mutation(
        "an hour of a last meter leaves beside an earlier one's copy",
        MAIN / "ledger/Sweeps.java",
        "or beside.hour < report.hour and beside.status in ('pending', 'rejected')",
        "or false",
    ),
    Mutation(
        "sweep without expiry",
        MAIN / "ledger/Sweeps.java",
        "and (report.send_before is null or report.send_before <= clock.now)",
        "and true",
    ),
    Mutation(
        "a copy sent again keeps its old send_before",
        MAIN / "ledger/Sweeps.java",
        "set send_before = due.send_before, first_published_at = due.first_published_at",
        "set send_before = coalesce(report.send_before, due.send_before), first_published_at = due.first_published_at",
    ),
    Mutation(
        "additive copies live past Stripe's uniqueness",
        MAIN / "ledger/CopyExpiry.java",
        "ADDITIVE_SEND_HOURS = 23",
        "ADDITIVE_SEND_HOURS = 71",
    ),
    Mutation(
        "given up later than Stripe forgets",
        MAIN / "ledger/GivingUp.java",
        "interval '24 hours'",
        "interval '96 hours'",
    ),
    Mutation(
        "a last meter's copies outlive their clock hour",
        MAIN / "ledger/CopyExpiry.java",
        "least(case when report.kind <> 'last' then %s",
        "least(case when true then %s",
    ),
    Mutation(
        "earlier hours of a last meter are not superseded",
        MAIN / "ledger/Captures.java",
        "      Overtaking.supersede(transaction, hour, terms.now());",
        "      Overtaking.lock(transaction);",
    ),
    Mutation(
        "revision before its predecessor's end",
        MAIN / "ledger/Revisions.java",
        "case when report.send_before > argument.now then report.send_before end as send_before,",
        "null::timestamptz as send_before,",
    ),
    Mutation(
        "absence counted once",
        MAIN / "ledger/Verifications.java",
        "APART_MINUTES = 50",
        "APART_MINUTES = 0",
    ),
    Mutation(
        "absence believed while summaries are dead",
        MAIN / "ledger/Absences.java",
        "and given.alive_settled_at >= case when",
        "or true or given.alive_settled_at >= case when",
    ),
    Mutation(
        "retry of an additive report is not held",
        MAIN / "ledger/RetrySql.java",
        "case when sent.customer <> report.new_customer or report.additive and sent.customer is not null",
        "case when false",
    ),
    Mutation(
        "shadow is sent",
        MAIN / "ledger/CaptureSql.java",
        "when d.billed then 'pending' else 'shadow'",
        "when d.billed then 'pending' else 'pending'",
    ),
    Mutation(
        "a flow counts for its tick's hour",
        MAIN / "meter/Meter.java",
        "return pastHour ? tick.minusHours(1) : tick;",
        "return tick;",
    ),
    Mutation(
        "missed hours are forgotten",
        MAIN / "tick/OwedHours.java",
        ": new OwedHours(from.get(), tick, Optional.empty());",
        ": new OwedHours(tick, tick, Optional.empty());",
    ),
    Mutation(
        "discrepancies do not ring",
        MAIN / "ledger/Exceptions.java",
        "('rejected', 'unresolved', 'expired', 'superseded', 'discrepancy'))",
        "('rejected', 'unresolved', 'expired', 'superseded'))",
    ),
    Mutation(
        "new discrepancies are printed as none",
        MAIN / "tick/TickSummary.java",
        'metrics.put("Discrepancies", shown.discrepancies());',
        'metrics.put("Discrepancies", 0);',
    ),
    Mutation(
        "late by the recorder's clock",
        MAIN / "ledger/Settlements.java",
        "else greatest(r.captured_at, o.at) end",
        "else argument.now end",
    ),
    Mutation(
        "a duplicate answer beats a refusal",
        MAIN / "ledger/Precedence.java",
        "or not o.duplicate and (",
        "or (",
    ),
]


def run(command, **more):
    return subprocess.run([str(part) for part in command], text=True, capture_output=True, check=False, **more)


def classpath():
    file = WORK / "classpath"
    if not file.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        made = run(
            ["mvn", "-q", "-B", "dependency:build-classpath", "-DincludeScope=test", f"-Dmdep.outputFile={file.resolve()}"]
        )
        if made.returncode != 0:
            sys.exit(made.stdout + made.stderr)
    return file.read_text().strip()


def snapshot(build):
    """The compiled product and tests: whoever builds meanwhile changes nothing here."""
    for name in ["classes", "test-classes"]:
        shutil.rmtree(WORK / name, ignore_errors=True)
        shutil.copytree(build / name, WORK / name)


def mutated(mutation, jdk, libraries):
    """The folder that holds what differs."""
    text = mutation.file.read_text()
    found = text.count(mutation.search)
    if found != 1:
        sys.exit(f"{mutation.name}: the text is {found} times in {mutation.file}, not once: {mutation.search}")
    overlay = WORK / "overlay"
    shutil.rmtree(overlay, ignore_errors=True)
    overlay.mkdir(parents=True)
    changed = text.replace(mutation.search, mutation.replace)
    source = WORK / "source" / mutation.file.name
    shutil.rmtree(source.parent, ignore_errors=True)
    source.parent.mkdir(parents=True)
    source.write_text(changed)
    # Constants are copied into the classes that use them: those are compiled anew as well.
    users = re.compile(rf"\b{mutation.file.stem}\.")
    others = [file for file in mutation.file.parent.glob("*.java") if file != mutation.file and users.search(file.read_text())]
    compiled = run(
        [
            jdk / "bin/javac", "-parameters", "-nowarn", "-proc:none", "--release", "25", "-d", overlay,
            "-cp", f"{WORK}/classes:{libraries}", source, *others,
        ]
    )
    if compiled.returncode != 0:
        sys.exit(f"{mutation.name} does not compile:\n{compiled.stderr}")
    return overlay


def simulate(overlay, jdk, libraries, postgres, seeds, days, faults):
    """Violated invariant and the world's number, or nothing; and how long it took."""
    began = time.monotonic()
    done = run(
        [
            jdk / "bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            f"-Dpostgres.binaries={postgres}", "-Dseed=0", f"-Dseeds={seeds}", "-Dfirst=1", f"-Ddays={days}",
            f"-Dfaults={faults}", "-Dsleeps=false", "-Dleast=0", "-Dshrink=false",
            "-cp", f"{overlay}:{WORK}/classes:{WORK}/test-classes:{libraries}",
            "io.sensormeter.simulation.Simulation",
        ],
        env={
            **os.environ,
            "AWS_LAMBDA_FUNCTION_NAME": "local", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "us-east-1", "POWERTOOLS_METRICS_DISABLED": "true",
        },
    )
    seconds = time.monotonic() - began
    failed = re.search(r"^seed (\d+), .*FAILED.*\n  ([^:\n]+): (.*)$", done.stdout, re.M)
    if failed:
        return failed.group(2), int(failed.group(1)), seconds
    if done.returncode != 0:
        return "the world breaks: " + (done.stderr.strip().splitlines() or ["?"])[0][:80], 1, seconds
    return None, None, seconds


def unit_tests(overlay):
    """The unit tests that fail, with what is mutated in a copy of the build."""
    copy = WORK / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in ["pom.xml", "src", "docs", "events", "README.md", "template.yaml", "samconfig.toml", ".mvn"]:
        if Path(name).exists():
            (shutil.copytree if Path(name).is_dir() else shutil.copy)(name, copy / name)
    shutil.copytree(WORK / "classes", copy / "target/classes")
    shutil.copytree(WORK / "test-classes", copy / "target/test-classes")
    shutil.copytree(overlay, copy / "target/classes", dirs_exist_ok=True)
    done = run(["mvn", "-B", "toolchains:select-jdk-toolchain@default", "surefire:test"], cwd=copy)
    return sorted(set(re.findall(r"ERROR\].*?(\w+Test)[.>:]", done.stdout)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="mutations whose name holds this")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--faults", type=int, default=5)
    parser.add_argument("--jdk", type=Path, default=Path(os.environ.get("JAVA_HOME", "/usr")))
    parser.add_argument("--build", type=Path, default=Path("target"), help="where classes and test-classes are")
    parser.add_argument("--unit-tests", action="store_true", help="run them, too: a minute each")
    asked = parser.parse_args()
    libraries = classpath()
    snapshot(asked.build)
    postgres = next(Path("target").glob("**/postgres-1[5-9]*.jar"), None)
    if postgres is None:
        sys.exit("no PostgreSQL in target: run mvn -q -Psimulate once")
    print("| mutation | caught by | in world | seconds | unit tests that catch it too |")
    print("|---|---|---|---|---|")
    missed = 0
    for mutation in MUTATIONS:
        if asked.only and asked.only not in mutation.name:
            continue
        overlay = mutated(mutation, asked.jdk, libraries)
        invariant, seed, seconds = simulate(
            overlay, asked.jdk, libraries, postgres, asked.seeds, asked.days, asked.faults
        )
        missed += invariant is None
        tests = ", ".join(unit_tests(overlay)) if asked.unit_tests else "not run"
        print(f"| {mutation.name} | {invariant or '**nothing**'} | {seed or '-'} | {seconds:.0f} | {tests or 'none'} |")
        sys.stdout.flush()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
