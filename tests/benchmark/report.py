# SPDX-License-Identifier: Apache-2.0
"""Rows of the tables, in Markdown and as JSON."""
import dataclasses
import json
import statistics

import measure

HEADER = ("| figure | A | B | ratio | 95 % interval | bound | |\n"
          "|---|---|---|---|---|---|---|")


@dataclasses.dataclass
class Bound:
    limit: float
    at_most: bool

    def __str__(self):
        return f"{'at most' if self.at_most else 'at least'} {self.limit:g}"

    def verdict(self, ratio):
        met = ratio <= self.limit if self.at_most else ratio >= self.limit
        return "met" if met else "NOT MET"


@dataclasses.dataclass
class Row:
    name: str
    unit: str = ""
    a: list = dataclasses.field(default_factory=list)  # samples
    b: list = dataclasses.field(default_factory=list)
    ratio: float | None = None
    interval: list | None = None
    bound: Bound | None = None
    problem: str = ""  # why there is no figure
    is_exact: bool = False  # the same every time

    def verdict(self):
        if self.problem:
            return "not measured"
        return self.bound.verdict(self.ratio) if self.bound and self.ratio is not None else ""


def at_most(limit):
    return Bound(limit, True)


def at_least(limit):
    return Bound(limit, False)


def compared(name, unit, a, b, bound=None):
    """A row of two contenders' samples."""
    return Row(name, unit, a, b, measure.ratio_of_medians(a, b), measure.bootstrap_interval(a, b), bound)


def exact(name, unit, a, b, bound=None):
    """A row of figures that are the same every time."""
    return Row(name, unit, [a], [b], a / b if b else None, bound=bound, is_exact=True)


def quantity(samples, unit):
    return f"{statistics.median(samples):.4g} {unit}".strip() if samples else ""


def interval_words(row):
    if row.ratio is None:
        return ""
    if row.interval is None:
        return "exact" if row.is_exact else "single pair"
    return f"{row.interval[0]:.3f} to {row.interval[1]:.3f}"


def line_of(row):
    if row.problem:
        problem = row.problem.splitlines()[0].replace("|", "\\|")
        return f"| {row.name} | {problem[:200]} | | | | | not measured |"
    ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
    cells = [row.name, quantity(row.a, row.unit), quantity(row.b, row.unit), ratio,
             interval_words(row), str(row.bound or ""), row.verdict()]
    return "| " + " | ".join(cells) + " |"


def section_text(title, note, rows):
    return "\n".join([f"\n### {title}\n", f"{note}\n", HEADER, *map(line_of, rows)])


def write_json(path, machine, sections, measurements):
    """`measurements`: (step, package) -> what its runs cost, for figures that no row shows."""
    document = {
        "machine": machine,
        "sections": {name: [dataclasses.asdict(row) | {"verdict": row.verdict()} for row in rows]
                     for name, rows in sections.items()},
        "runs": [{"step": step, "package": package, **dataclasses.asdict(one)}
                 for (step, package), runs in measurements.items() for one in runs]}
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
