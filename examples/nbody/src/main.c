// SPDX-License-Identifier: Apache-2.0
//
// Moves a star cluster, every star attracting every other, and checks what physics says cannot
// change. Exit code 1: the check failed. 2: wrong usage, or not enough memory.
#include "galaxy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int is_conserved(struct invariants before, struct invariants after) {
  double momentum = 0;
  for (int i = 0; i < 3; ++i) momentum += fabs(after.momentum[i]);
  return fabs(after.energy / before.energy - 1) < 1e-3 && momentum < 1e-4;
}

static int run(struct bodies* bodies, float* scratch, long steps) {
  make_galaxy(bodies);
  const struct invariants before = measure(bodies);
  const double start = seconds();
  for (long i = 0; i < steps; ++i) advance(bodies, 0.01f, scratch, i == 0);
  const double time = seconds() - start;
  const struct invariants after = measure(bodies);
  const int good = is_conserved(before, after);
  const double pairs = (double)bodies->count * (double)bodies->count * (double)(steps + 1);
  printf("bodies: %zu, steps: %ld\n", bodies->count, steps);
  printf("energy: %.17g before, %.17g after\n", before.energy, after.energy);
  printf("check: %s\n", good ? "ok" : "WRONG");
  printf("rate: %.1f Mpair/s\n", pairs / time * 1e-6);
  return good ? 0 : 1;
}

int main(int count, char** values) {
  const long bodies_wanted = count > 1 ? atol(values[1]) : 2048;
  const long steps = count > 2 ? atol(values[2]) : 60;
  if (count > 3 || bodies_wanted < 16 || bodies_wanted > 1000000 || steps < 1) {
    fprintf(stderr, "usage: nbody [BODIES, from 16 on [STEPS]]\n");
    return 2;
  }
  struct bodies bodies;
  const size_t rounded = (size_t)(bodies_wanted + 15) / 16 * 16;
  const int allocated = bodies_allocate(&bodies, rounded);
  float* scratch = calloc(rounded, 3 * sizeof(float));
  const int code = allocated && scratch ? run(&bodies, scratch, steps) : 2;
  if (!allocated || !scratch) fprintf(stderr, "nbody: not enough memory\n");
  free(scratch);
  bodies_free(&bodies);
  return code;
}
