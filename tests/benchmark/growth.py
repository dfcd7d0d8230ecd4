# SPDX-License-Identifier: Apache-2.0
"""Generated projects: as many small C units as wanted, one program or library, a Makefile."""
import random
import shutil

SEED = 20
FUNCTIONS_PER_UNIT = 6

FUNCTION = """
{linkage}double {name}(double *values, int count) {{
  double sum = {constant};
  for (int i = 0; i < count; ++i) {{
    values[i] = values[i] {operator} {factor} + i % {modulus};
    if (values[i] > {limit}) sum += values[i]; else sum -= values[(i * {stride}) % count];
  }}
  return sum{calls};
}}
"""

MAKEFILE = """PREFIX = /usr/local
UNITS := $(sort $(wildcard unit*.c)) main.c
CFLAGS = -O3
grown: $(UNITS:.c=.o)
\t$(file >objects,$^)$(CC) $(LDFLAGS) -o $@ @objects
install: grown
\tinstall -D -m 755 grown $(DESTDIR)$(PREFIX)/bin/grown
"""


def function(draws, name, linkage, calls):
    return FUNCTION.format(
        linkage=linkage, name=name, calls="".join(f" + {call}(values, count)" for call in calls),
        constant=draws.randint(1, 9), operator=draws.choice("+-*"), factor=draws.randint(2, 99) / 100,
        modulus=draws.randint(3, 17), limit=draws.randint(10, 1000), stride=draws.randint(1, 7))


def unit(draws, number):
    """Some functions of its own, and one that others call: another unit's is called by it."""
    own = [f"part{index}" for index in range(FUNCTIONS_PER_UNIT - 1)]
    parts = [function(draws, name, "static ", []) for name in own]
    callee = f"unit{draws.randrange(number)}" if number > 0 else ""
    declaration = f"double {callee}(double *values, int count);\n" if callee else ""
    return declaration + "".join(parts) + function(draws, f"unit{number}", "", own + [callee] * bool(callee))


def main_unit(units):
    return (f"#include <stdio.h>\ndouble unit{units - 1}(double *values, int count);\n"
            f"int main(void) {{\n  double values[64] = {{1}};\n"
            f"  printf(\"%g\\n\", unit{units - 1}(values, 64));\n  return 0;\n}}\n")


LIBRARY = """PREFIX = /usr/local
UNITS := $(sort $(wildcard *.c))
libgrown.so: $(UNITS:.c=.o)
\t$(CC) -shared $(LDFLAGS) -o $@ $^
%.o: %.c
\t$(CC) -std=c11 -O3 -fPIC -c -o $@ $<
install: libgrown.so
\tinstall -D -m 644 libgrown.so $(DESTDIR)$(PREFIX)/lib/libgrown.so
"""


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def multiply(folder, unit_file, headers, names, units):
    """A library of copies of one unit, in each of which the functions `names` are called otherwise."""
    fresh(folder)
    for header in headers:
        shutil.copy(header, folder)
    body = unit_file.read_text(encoding="utf-8")
    for number in range(units):
        defines = "".join(f"#define {name} {name}_{number}\n" for name in names)
        (folder / f"unit{number:05}.c").write_text(defines + body, encoding="utf-8")
    (folder / "Makefile").write_text(LIBRARY, encoding="ascii")


def generate(folder, units):
    """The same bytes for the same number of units."""
    draws = random.Random(SEED)
    fresh(folder)
    for number in range(units):
        (folder / f"unit{number:05}.c").write_text(unit(draws, number), encoding="ascii")
    (folder / "main.c").write_text(main_unit(units), encoding="ascii")
    (folder / "Makefile").write_text(MAKEFILE, encoding="ascii")
