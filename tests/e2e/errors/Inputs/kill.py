#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `xaas-build ir` or `xaas-deploy specialize` at many moments, and runs it again each time.

    kill.py ir|specialize all|main FOLDER [MOMENTS]

`all` sends SIGKILL to the program's whole process group, `main` to its first process alone. A run
that nobody disturbs is measured first; run i is killed at (i + jitter) / MOMENTS of that time. Half
of the runs find nothing at the output, half replace (`--force`) what is there. After each kill:

  - every process that the run started ends by itself, soon;
  - what was at the output is there, whole, or what replaces it;
  - the same command over what is left succeeds, and its result is, byte by byte, that of the
    undisturbed run;
  - then no temporary file is left: not beside the output, not in the cache, not in TMPDIR.

XAAS_KILL_SEED repeats a run's jitter.
"""
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

what, whom, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve()
moments = int(sys.argv[4]) if len(sys.argv) > 4 else 100
seed = int(os.environ.get("XAAS_KILL_SEED") or random.randrange(1 << 32))
MARK = "XAAS_KILL_MARK"
# A guard takes 0.2 s; a loaded machine takes its time.
PATIENCE = 20

PROGRAM = """
int twice(int x);
int main(void) { return twice(%d); }
"""


class Place:
    """Where one run after the other happens; two of them work side by side."""

    def __init__(self, root):
        self.root = root
        self.output = root / "there/output"
        self.cache = root / "cache"
        self.temporary = root / "tmp"
        self.events = root / "events"
        for made in (self.output.parent, self.cache, self.temporary):
            made.mkdir(parents=True)

    def command(self, version, *more):
        common = ["-q", "--jobs", "2", "--events", self.events, *more]
        if what == "ir":
            source = folder / f"source-{version}"
            return ["xaas-build", "ir", "--source", source, "--output", f"oci:{self.output}",
                    *common, "--", "sh", "build.sh"]
        return ["xaas-deploy", "specialize", f"oci:{folder}/image-{version}", "--output",
                f"tree:{self.output}", "--cache", self.cache, *common]

    def start(self, version, *more, mark=""):
        self.events.unlink(missing_ok=True)
        environment = {**os.environ, "TMPDIR": str(self.temporary), MARK: mark}
        return subprocess.Popen([str(word) for word in self.command(version, *more)],
                                env=environment, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def run(self, version, *more):
        process = self.start(version, *more)
        errors = process.communicate()[1]
        assert process.returncode == 0, f"ended with {process.returncode}:\n{errors}"

    def last_stage(self):
        if not self.events.exists():
            return "before the first stage"
        lines = [line for line in self.events.read_text().splitlines() if line.endswith("}")]
        return json.loads(lines[-1])["title"] if lines else "before the first stage"


def state_of(output):
    """The content of everything at the output; a layout's is what its tags lead to."""
    if not output.exists():
        return None
    files = {}
    for path in sorted(output.rglob("*")):
        name = str(path.relative_to(output))
        # Unfinished files of killed runs; the next run removes them, which is looked at apart.
        if path.is_file() and not name.startswith(".xaas-"):
            files[name] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode)
    if what == "specialize":
        # Where the image lay is in the record; which of the two it was, in the digests.
        return files or None
    index = output / "index.json"
    if not (output / "oci-layout").exists() or not json.loads(index.read_text())["manifests"]:
        return None
    kept, pending = {"index.json": files["index.json"]}, [json.loads(index.read_text())]
    while pending:
        document = pending.pop()
        parts = document.get("manifests", []) + document.get("layers", [])
        for part in parts + [document[key] for key in ("config",) if key in document]:
            blob = "blobs/sha256/" + part["digest"].removeprefix("sha256:")
            kept[blob] = files[blob]
            assert files[blob][0] == blob.rsplit("/", 1)[1], f"{blob} is half written"
            if part["mediaType"].endswith(("index.v1+json", "manifest.v1+json")):
                pending.append(json.loads((output / blob).read_text()))
    return kept


def processes_marked(mark):
    wanted = f"{MARK}={mark}\0".encode()
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass
    return found


def wait_until_gone(mark):
    deadline = time.monotonic() + PATIENCE
    while survivors := processes_marked(mark):
        assert time.monotonic() < deadline, f"outlived the killed program: {survivors}"
        time.sleep(0.02)


def leftovers(place):
    found = [*place.temporary.iterdir(), *place.root.rglob(".xaas-tmp-*")]
    return [str(path) for path in found + [p for p in place.output.parent.iterdir()
                                           if p != place.output]]


def kill_at(place, number, moment, old, new):
    replaces = number % 2 == 1
    shutil.rmtree(place.output, ignore_errors=True)
    if number % 4 < 2:  # half of them with a cold cache
        shutil.rmtree(place.cache, ignore_errors=True)
    if replaces:
        shutil.copytree(folder / "old", place.output, symlinks=True)
    mark = f"{os.getpid()}-{whom}-{number}"
    keep = ["--keep", place.root / "kept"] if what == "ir" else []
    process = place.start("new", *(["--force", *keep] if replaces else []), mark=mark)
    try:
        errors = process.communicate(timeout=moment)[1]
    except subprocess.TimeoutExpired:
        if whom == "all":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        process.stderr.close()
        errors = ""
    assert process.returncode in (0, -signal.SIGKILL), f"{process.returncode}: {errors}"
    stage = place.last_stage() if process.returncode else "(finished)"
    wait_until_gone(mark)
    state = state_of(place.output)
    finished = process.returncode == 0
    assert state == new or (not finished and state == (old if replaces else None)), \
        f"neither the old nor the new output is there after a kill while `{stage}`"
    # A run that was killed after it had written its result is done.
    place.run("new", *(["--force", *(keep if replaces else [])] if state is not None else []))
    assert state_of(place.output) == new, f"not the same after a kill while `{stage}`"
    assert not leftovers(place), f"left after a kill while `{stage}`: {leftovers(place)}"
    return stage


def prepare():
    shutil.rmtree(folder, ignore_errors=True)
    for version, number in (("old", 4), ("new", 21)):
        source = folder / f"source-{version}"
        source.mkdir(parents=True)
        (source / "main.c").write_text(PROGRAM % number)
        (source / "twice.c").write_text("int twice(int x) { return 2 * x; }\n")
        (source / "build.sh").write_text(
            "$CC -O2 -c main.c & $CC -O2 -c twice.c\nwait\n"
            "$CC main.o twice.o -o p && install -D p $DESTDIR$PREFIX/bin/p\n")
        if what == "specialize":
            subprocess.run(["xaas-build", "ir", "--source", source, "--output",
                            f"oci:{folder}/image-{version}", "-q", "--", "sh", "build.sh"],
                           check=True, stdout=subprocess.DEVNULL)


def main():
    print(f"seed {seed}: XAAS_KILL_SEED={seed} repeats it", flush=True)
    prepare()
    places = [Place(folder / f"place-{i}") for i in range(2)]
    place = places[0]
    place.run("old")
    shutil.move(place.output, folder / "old")
    old = state_of(folder / "old")
    seconds = []
    for _ in range(3):
        shutil.rmtree(place.output, ignore_errors=True)
        shutil.rmtree(place.cache, ignore_errors=True)
        start = time.monotonic()
        place.run("new")
        seconds.append(time.monotonic() - start)
    new = state_of(place.output)
    assert old and new and old != new
    jitter = random.Random(seed)
    # The quickest: later moments would find the work done.
    whole = min(seconds)
    times = [(i + jitter.random()) / moments * whole for i in range(moments)]

    stages = collections.Counter()
    def work(worker):
        for i in range(worker, moments, 2):
            # Both halves, replacing and not, cold and warm, go through the whole time.
            stages[kill_at(places[worker], i // 2, times[i], old, new)] += 1
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, i) for i in range(2)]:
            done.result()
    print(f"{moments} kills of `{what}` ({whom}) within {whole:.2f} s, "
          f"{time.monotonic() - start:.0f} s in all:")
    for stage, count in stages.most_common():
        print(f"  {count:4} {stage}")


main()
