"""What `scripts/bench` runs inside a rig: pairs of commands in turn, medians, differences, ratios.

Nothing here fails for being slow: it prints figures beside their budgets, for people to judge.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

NAME = "bench"
LABEL = f"label=com.docker.compose.project={NAME}"


def run(command):
    """Runs to the end; returns milliseconds."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def sh(script):
    return ["sh", "-ec", script]


def pair(title, ours, bare, rounds, before=None, budget=None):
    """Measures two commands in turn, so that a busy moment hits both alike."""
    times = {"ours": [], "bare": []}
    for turn in range(rounds + 2):
        for which, command in (("ours", ours), ("bare", bare)):
            if before:
                run(before)
            taken = run(command)
            if turn >= 2:
                times[which].append(taken)
    a, b = (statistics.median(times[which]) for which in ("ours", "bare"))
    print(f"{title:<34} {a:9.1f} {b:9.1f} {a - b:+9.1f} {a / b:8.2f}   {budget or ''}")


def peak_memory(command):
    """Resident peak in MiB: the high-water mark of the process's own memory, read until it ends."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                marks = [line.split()[1] for line in status if line.startswith("VmHWM")]
        except (FileNotFoundError, ProcessLookupError):
            continue
        peak = max([peak, *map(int, marks)])
    return peak / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prisma")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    prisma, rounds = given.prisma, given.rounds
    compose = os.environ.get("PRISMA_TEST_COMPOSE_V2") or os.environ.get("PRISMA_TEST_COMPOSE_V1")
    if compose:
        os.environ["PRISMA_COMPOSE"] = compose
    compose = compose or shutil.which("docker-compose")
    home = tempfile.mkdtemp(prefix="prisma-bench-")
    os.environ["PRISMA_HOME"] = home
    local = lambda verb, *more: [prisma, "local", verb, "-n", NAME, *more]
    try:
        measure(prisma, rounds, compose, home, local)
    finally:
        subprocess.run(local("delete", "--yes"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(home, ignore_errors=True)


def measure(prisma, rounds, compose, home, local):
    run(local("start"))
    folder = f"{home}/clusters/{NAME}"
    up = f"{compose} -p {NAME} -f {folder}/docker-compose.yml --project-directory {folder} up -d"
    ids = f"docker ps -aq --no-trunc --filter {LABEL}"
    print(f"docker-compose: {subprocess.run([compose, 'version', '--short'], capture_output=True, text=True).stdout.strip()}")
    print(f"{'milliseconds, median of ' + str(rounds):<34} {'prisma':>9} {'bare':>9} {'more':>9} {'ratio':>8}   budget")
    pair("--version | docker --version", [prisma, "--version"], ["docker", "--version"], rounds, budget="below 5 ms in all")
    pair("local ps | docker ps, inspect", local("ps"), sh(f"docker inspect $({ids})"), rounds, budget="at most 30 ms more")
    pair("local start, running | compose up", local("start"), sh(up), rounds, budget="at most 30 ms more")
    start = sh(f"docker start $({ids})")
    slow = max(5, rounds // 2)
    pair("local stop | docker stop", local("stop"), sh(f"docker stop $({ids})"), slow, start, "at most 30 ms more")
    # A dry run on a new name makes a key pair and throws it away; `ps` asks docker the same questions.
    fresh = [prisma, "local", "start", "-n", "bench-new", "--dry-run"]
    pair("a key pair | local ps", fresh, local("ps"), rounds, budget="at most 300 ms more")
    print(f"\nresident peak of `prisma local ps`: {peak_memory(local('ps')):.1f} MiB (budget 8)")


if __name__ == "__main__":
    main()
