# SPDX-License-Identifier: Apache-2.0
"""Running commands and measuring them, and what samples of two contenders say about each other."""
import dataclasses
import os
import pathlib
import random
import statistics
import subprocess
import threading
import time

SAMPLING_SECONDS = 0.05
RESAMPLES = 2000
SEED = 20


class Unmeasurable(Exception):
    """A figure could not be measured; the text says why."""


@dataclasses.dataclass
class Measurement:
    wall: float  # seconds
    processor: float  # seconds, of the whole process tree
    process_bytes: int  # most memory that one process had
    tree_bytes: int  # most memory that all of them had at one moment

    def followed_by(self, other):
        """Both as one, when they ran one after the other."""
        return Measurement(self.wall + other.wall, self.processor + other.processor,
                           max(self.process_bytes, other.process_bytes),
                           max(self.tree_bytes, other.tree_bytes))


NOTHING = Measurement(0.0, 0.0, 0, 0)


def children_of(process):
    """A thread's children are listed with the thread that started them."""
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        yield from (task / "children").read_text(encoding="ascii").split()


def resident_bytes_of_tree(root):
    """Pages that processes share count in each of them."""
    total, pending = 0, [str(root)]
    while pending:
        process = pending.pop()
        try:
            pages = pathlib.Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
            pending.extend(children_of(process))
        except (OSError, IndexError):
            continue  # it ended meanwhile
        total += int(pages) * os.sysconf("SC_PAGE_SIZE")
    return total


class TreeSampler:
    """Watches the memory of a process tree, as a context."""

    def __init__(self, root):
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak = 0

    def _watch(self):
        while not self._ended.wait(SAMPLING_SECONDS):
            self.peak = max(self.peak, resident_bytes_of_tree(self._root))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def last_lines(path, count=15):
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def measured(command, log, *, folder=None, environment=None):
    """Runs a command, what it prints going to the file `log`, and measures its process tree."""
    with open(log, "wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   cwd=folder, env=environment)
        with TreeSampler(process.pid) as sampler:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        words = " ".join(map(str, command[:4]))
        raise Unmeasurable(f"`{words} ...` ended with {process.returncode}: {last_lines(log)}")
    # Of the process or one that it waited for; never below this interpreter's own, which the kernel
    # counts until the child runs its program (fs/exec.c), some 20 MB.
    peak = usage.ru_maxrss * 1024
    return Measurement(wall, usage.ru_utime + usage.ru_stime, peak, max(peak, sampler.peak))


def seconds_to_run(command):
    """Wall time of one short command, without a sampler that would disturb it."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
        start = time.perf_counter()
        process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status = os.waitpid(process, 0)
        wall = time.perf_counter() - start
    finally:
        os.close(null)
    if status != 0:
        raise Unmeasurable(f"`{' '.join(command)}` ended with {os.waitstatus_to_exitcode(status)}")
    return wall


def alternating(contenders, rounds):
    """What each of the functions returned, round by round: every other round backwards, so that
    a machine that grows slower is not held against the last one."""
    results = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders)
        for name in names if number % 2 == 0 else reversed(names):
            results[name].append(contenders[name]())
    return results


def ratio_of_medians(a, b):
    below = statistics.median(b)
    if below <= 0:
        raise Unmeasurable("the median of what is divided by is 0")
    return statistics.median(a) / below


def bootstrap_interval(a, b):
    """95 % interval of the ratio of medians, pairs drawn together; None for a single pair."""
    if len(a) < 2:
        return None
    draws = random.Random(SEED)
    ratios = []
    for _ in range(RESAMPLES):
        chosen = draws.choices(range(len(a)), k=len(a))
        ratios.append(ratio_of_medians([a[i] for i in chosen], [b[i] for i in chosen]))
    ratios.sort()
    return [ratios[int(RESAMPLES * 0.025)], ratios[int(RESAMPLES * 0.975) - 1]]
