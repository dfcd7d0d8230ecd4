#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails unless each error code is in docs/diagnostics.md and in a test, and each error has a code.

check_diagnostics.py ROOT
"""
import pathlib
import re
import sys

SOURCES = ["include", "src", "ir", "specializations", "targets", "xaas-build", "xaas-deploy"]
CODE = r"[a-z]+\.[a-z]+(?:-[a-z]+)*"
# `damaged(error, "ELF file", "elf.damaged")`: a helper's last argument is a code too.
GIVEN = re.compile(rf'with_code\((?:[^()"]*\? *)?"({CODE})"(?: *: *"({CODE})")?\)|damaged\([^;]*?"({CODE})"\)')
# Errors of the wrapper's child processes: the parent reports them with a code of its own, or they
# become the reason why something is carried as it is.
WRAPPED = {"src/capture/fixed_path.cpp", "src/lowering/child_main.cpp",
           "src/lowering/lower_archive.cpp", "src/lowering/materialize.cpp",
           "src/lowering/unit_rewrite.cpp", "xaas-build/link_table.cpp", "xaas-deploy/run/image_root.cpp"}
FAIL = re.compile(r"\bfail\(\s*(?:absent \? )?ErrorKind::(\w+)")


def files(root, folders, suffixes):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def statement(text, start):
    """From `fail(` to the semicolon, strings passed over."""
    end = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*")*').match(text, start).end()
    return text[start:end]


def given_codes(root):
    """Code -> the first place that gives it."""
    codes = {}
    for path in files(root, SOURCES, {".cpp", ".hpp"}):
        text = path.read_text()
        for match in GIVEN.finditer(text):
            for code in filter(None, match.groups()):
                line = text.count("\n", 0, match.start()) + 1
                codes.setdefault(code, f"{path.relative_to(root)}:{line}")
    return codes


def errors_without_code(root):
    for path in files(root, SOURCES, {".cpp", ".hpp"}):
        name = str(path.relative_to(root))
        text = path.read_text()
        for match in FAIL.finditer(text):
            if match[1] == "internal" or name in WRAPPED or name.startswith("include/"):
                continue
            if "with_code(" not in statement(text, match.start()):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: error: no code, and not ErrorKind::internal"


def violations(root):
    given = given_codes(root)
    table = (root / "docs/diagnostics.md").read_text()
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = set(re.findall(rf"`({CODE}|usage)`", "".join(rows)))
    tests = "\n".join(p.read_text(errors="replace")
                      for p in files(root, ["tests/unit", "tests/e2e"], {".cpp", ".test"}))
    tested = set(re.findall(rf'"({CODE})"|\[({CODE}|usage)\]', tests))
    tested = {code for pair in tested for code in pair}
    yield from errors_without_code(root)
    for code, place in sorted(given.items()):
        if code not in listed:
            yield f"{place}: error: docs/diagnostics.md does not list `{code}`"
        if code not in tested:
            yield f"{place}: error: no test reaches `{code}`"
    for code in sorted(listed - set(given) - {"usage"}):
        yield f"docs/diagnostics.md: error: no source gives `{code}`"


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
