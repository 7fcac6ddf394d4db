#!/usr/bin/env python3
"""Runs the test programs side by side, the longest first, and prints what each said, whole, when it ends.

`cargo test` runs one program after the other, and most of them wait: for servers, pages, clocks. Each has its own ports and folders.
Reads from standard input what `cargo test --no-run --message-format=json` made; the browser's test files come beside.
"""
import json, os, pathlib, signal, subprocess, sys, threading, time

HERE = pathlib.Path(__file__).resolve().parent
# As many as the machine has cores; each runs several tests at a time by itself. More fill the waits, and strain what measures time.
BESIDE = int(os.environ.get("MEYDAN_BESIDE", os.cpu_count() or 1))
# Begun first, in this order; those of less than some ten seconds need no order.
LONGEST = ["clients", "access.test.mjs", "torture", "frame.test.mjs", "routes", "duties", "field.test.mjs", "command_line",
           "citizen.test.mjs", "registers.test.mjs", "record.test.mjs", "map.test.mjs", "identity.test.mjs", "call.test.mjs",
           "administration.test.mjs", "meydan", "providers", "postgres", "permission", "sqlite_erasure"]
running, lock = set(), threading.Lock()


def programs(lines):
    """(name, how one runs it alone, command, folder) of every test program that cargo built, as cargo would run it."""
    for line in lines:
        made = json.loads(line) if line.startswith("{") else {}
        if made.get("reason") == "compiler-artifact" and made["profile"]["test"] and made["executable"]:
            folder, target = pathlib.Path(made["manifest_path"]).parent, made["target"]
            kind = ["--test", target["name"]] if "test" in target["kind"] else ["--lib"] if "lib" in target["kind"] else ["--bins"]
            package = made["package_id"].split("#")[-1].split("@")[0]
            package = package if not package[0].isdigit() else folder.name
            yield target["name"], f"cargo test -p {package} {' '.join(kind)}", [made["executable"]], folder


def pages():
    """The same of the browser's test files."""
    for file in sorted((HERE / "browser").glob("*.test.mjs")):
        # A browser that a failed test left open keeps nobody waiting.
        yield file.name, f"node --test tests/browser/{file.name}", ["node", "--test", "--test-force-exit", file.name], file.parent


def run(job):
    """Runs one to its end; whether it was good."""
    name, alone, command, folder = job
    begun = time.monotonic()
    environment = os.environ | {"CARGO_MANIFEST_DIR": str(folder)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    with lock:
        running.add(process.pid)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begun
    with lock:
        running.discard(process.pid)
        print(f"\n-- {name} ({alone})", flush=True)
        sys.stdout.buffer.write(said)
        end = "" if process.returncode == 0 else f" FAILED ({process.returncode})"
        print(f"-- {name}: {wall:.0f} s (CPU {used.ru_utime + used.ru_stime:.0f} s){end}", flush=True)
    return process.returncode == 0


def main():
    made = list(programs(sys.stdin))
    if not made:
        sys.exit("cargo built no test program")
    jobs = made + list(pages())
    jobs.sort(key=lambda job: LONGEST.index(job[0]) if job[0] in LONGEST else len(LONGEST))
    failed, left = [], iter(jobs)

    def work():
        while True:
            with lock:
                job = next(left, None)
            if job is None:
                return
            if not run(job):
                failed.append(job[1])

    def stop(*_):
        for pid in list(running):
            os.killpg(pid, signal.SIGTERM)
        os._exit(130)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    workers = [threading.Thread(target=work) for _ in range(BESIDE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(f"\n{len(jobs)} test programs, {len(failed)} failed")
    for alone in failed:
        print(f"failed: {alone}")
    sys.exit(1 if failed else 0)


main()
