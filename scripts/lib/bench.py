"""What `scripts/bench` runs inside a rig: pairs of commands in turn, medians, differences, ratios.

It prints figures next to their budgets, and ends with status 1 if some are not met. On a busy machine that says little.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

NAME = "bench"
LABEL = f"label=com.docker.compose.project={NAME}"
# The budgets that are not met.
SHORT = []


def judge(title, is_met, budget):
    """The budget as it is shown; one that is not met is remembered."""
    if not is_met:
        SHORT.append(f"{title.strip()}: {budget}")
    return budget if is_met else f"{budget}: MISSED"


def run(command):
    """Runs a command, or a Python function, to the end; returns milliseconds."""
    begun = time.perf_counter()
    if callable(command):
        command()
    else:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return (time.perf_counter() - begun) * 1000


def sh(script):
    return ["sh", "-ec", script]


def pair(title, ours, bare, rounds, before=None, more=None, below=None, ratio=None):
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
    if more is not None:
        budget = judge(title, a - b <= more, f"at most {more} ms more")
    elif below is not None:
        budget = judge(title, a < below, f"below {below} ms in all")
    else:
        budget = judge(title, a / b <= ratio, f"ratio at most {ratio}")
    print(f"{title:<34} {a:9.1f} {b:9.1f} {a - b:+9.1f} {a / b:8.2f}   {budget}")


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


def memory(title, command, budget):
    peak = peak_memory(command)
    print(f"resident peak of `{title}`: {peak:.1f} MiB, {judge(title, peak <= budget, f'at most {budget} MiB')}")


def first_byte(command):
    """Milliseconds until the command prints something."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdout.read(1)
    taken = (time.perf_counter() - begun) * 1000
    child.kill()
    child.wait()
    return taken


def merged_logs(prisma, rounds):
    """Two logs of 100 MB each, played by a docker that costs nothing itself."""
    folder = tempfile.mkdtemp(prefix="prisma-bench-logs-")
    containers = [
        {
            "Id": ident,
            "Name": f"/{ident}",
            "Config": {"Image": image, "Labels": {"com.docker.compose.service": service}, "Env": []},
            "State": {"Status": "running"},
        }
        for ident, service, image in (("aaa", "prisma", "prismagraphql/prisma:1.8"), ("bbb", "db", "mysql:5.7"))
    ]
    for ident in ("aaa", "bbb"):
        with open(f"{folder}/{ident}.log", "w", encoding="ascii") as log:
            for number in range(800_000):
                log.write(f"2024-01-01T00:{number // 60_000:02}:{number // 1000 % 60:02}.{number % 1000:03}000000Z {ident} {'x' * 90}\n")
    with open(f"{folder}/inspect.json", "w", encoding="ascii") as inspect:
        json.dump(containers, inspect)
    docker = f"{folder}/docker"
    with open(docker, "w", encoding="ascii") as script:
        script.write(
            f"#!/bin/sh\ncd {folder}\ncase \"$*\" in\nps*) printf 'aaa\\nbbb\\n' ;;\ninspect*) cat inspect.json ;;\n"
            "logs*) for id; do :; done; exec cat $id.log ;;\nesac\n"
        )
    os.chmod(docker, 0o755)
    with open(f"{folder}/config.yml", "w", encoding="ascii") as registry:
        registry.write("clusters:\n  local:\n    host: 'http://localhost:4466'\n")
    old = dict(os.environ)
    os.environ.update(PRISMA_HOME=folder, PRISMA_DOCKER=docker)
    try:
        logs = [prisma, "cluster", "logs", "local", "--all"]
        ids = sh(f"{docker} logs aaa & {docker} logs bbb; wait")
        pair("logs of 200 MB | docker logs", logs + ["--timestamps"], ids, max(3, rounds // 4), more=1500)
        ahead = statistics.median(first_byte(logs) for _ in range(5))
        print(f"first byte of the logs: {ahead:.1f} ms, {judge('first byte', ahead <= 100, 'at most 100 ms')}")
        for more in ([], ["--since", "1h"], ["-f"], ["-o", "json"]):
            memory(" ".join(["cluster logs", *more]), logs + more, 32)
    finally:
        os.environ.clear()
        os.environ.update(old)
        shutil.rmtree(folder, ignore_errors=True)


def recorded(port, client):
    """Runs a client against a port that passes everything on to `port`; returns the requests it sent."""
    listener = socket.create_server(("127.0.0.1", 0))
    sent = []

    def one(near):
        far = socket.create_connection(("localhost", port))
        back = threading.Thread(target=lambda: [near.sendall(chunk) for chunk in iter(lambda: far.recv(65536), b"")], daemon=True)
        back.start()
        for chunk in iter(lambda: near.recv(65536), b""):
            sent.append(chunk)
            far.sendall(chunk)
        far.close()

    def serve():
        while True:
            near, _ = listener.accept()
            threading.Thread(target=one, args=(near,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    client(listener.getsockname()[1])
    requests, rest = [], b"".join(sent)
    while rest:
        head, rest = rest.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        length = next((int(value) for name, value in headers.items() if name.lower() == "content-length"), 0)
        requests.append((method, path, rest[:length], headers))
        rest = rest[length:]
    return requests


def deployment(prisma, home, rounds):
    """A deploy without changes, against the same requests sent by a few lines of Python."""
    with open(f"{home}/config.yml", encoding="utf-8") as registry:
        text = registry.read()
    port = int(re.search(r"localhost:(\d+)", text).group(1))
    folder = f"{home}/service"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(pathlib.Path(__file__).parents[2] / "assets" / "example", folder)
    os.chdir(folder)
    deploy = [prisma, "deploy", "-c", NAME]
    run(deploy)

    def through(proxy):
        other = f"{home}/recorded"
        os.makedirs(other, exist_ok=True)
        with open(f"{other}/config.yml", "w", encoding="utf-8") as registry:
            registry.write(text.replace(f"localhost:{port}", f"localhost:{proxy}"))
        subprocess.run(deploy, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"PRISMA_HOME": other})

    requests = recorded(port, through)

    def bare():
        server = http.client.HTTPConnection("localhost", port)
        for method, path, body, headers in requests:
            server.request(method, path, body, headers)
            server.getresponse().read()
        server.close()

    title = f"deploy, no change | {len(requests)} requests"
    pair(title, deploy, bare, rounds, more=20)


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
    print(f"docker-compose: {subprocess.run([compose, 'version', '--short'], capture_output=True, text=True).stdout.strip()}")
    print(f"{'milliseconds, median of ' + str(rounds):<34} {'prisma':>9} {'bare':>9} {'more':>9} {'ratio':>8}   budget")
    for title, args in (
        ("cluster edition, Prisma 1.1", []),
        ("server edition, Prisma 1.34", ["--prisma-version", "1.34", "--database", "postgres"]),
    ):
        print(title)
        try:
            run(local("start", *args))
            measure(rounds, compose, f"{home}/clusters/{NAME}", local, server=bool(args))
            if not args:
                alone(prisma, rounds, local)
            deployment(prisma, home, rounds)
        finally:
            os.chdir("/")
            subprocess.run(local("delete", "--yes"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(home, ignore_errors=True)
    print("logs of several containers")
    merged_logs(prisma, rounds)
    if SHORT:
        print("budgets that are not met:", *SHORT, sep="\n  ")
        sys.exit(1)


def measure(rounds, compose, folder, local, server):
    """The verbs, against what the page of the edition says to type."""
    project = f"{compose} -p {NAME} -f {folder}/docker-compose.yml --project-directory {folder}"
    ids = f"docker ps -aq --no-trunc --filter {LABEL}"
    pair("local ps | docker ps, inspect", local("ps"), sh(f"docker inspect $({ids})"), rounds, more=30)
    pair("local start, running | compose up", local("start"), sh(f"{project} up -d"), rounds, more=30)
    start = sh(f"docker start $({ids})")
    slow = max(5, rounds // 2)
    title, stop = ("local stop | compose stop", f"{project} stop") if server else ("local stop | docker stop", f"docker stop $({ids})")
    pair(title, local("stop"), sh(stop), slow, start, more=30)
    run(local("start"))


def alone(prisma, rounds, local):
    """What has little to do with docker."""
    pair("--version | docker --version", [prisma, "--version"], ["docker", "--version"], rounds, below=5)
    # A dry run on a new name makes a key pair and throws it away; `ps` asks docker the same questions.
    fresh = [prisma, "local", "start", "-n", "bench-new", "--dry-run"]
    pair("a key pair | local ps", fresh, local("ps"), rounds, more=300)
    memory("local ps", local("ps"), 8)


if __name__ == "__main__":
    main()
