// SPDX-License-Identifier: Apache-2.0
#ifndef GRAVITY_H
#define GRAVITY_H

#include <stddef.h>

// Bodies as arrays, one per quantity: neighbours in memory are what a vector unit works on.
struct bodies {
  size_t count;  // a multiple of 16
  float *x, *y, *z;
  float *vx, *vy, *vz;
  float* mass;
};

struct invariants {
  double energy;       // kinetic and potential
  double momentum[3];  // stays 0 in the frame in which it is 0
};

// Zeroed memory for `count` bodies; 0 when there is none. bodies_free() gives it back.
int bodies_allocate(struct bodies* bodies, size_t count);
void bodies_free(struct bodies* bodies);

// Moves all bodies by `step` in time: kick, drift, kick (leapfrog), with every pair's attraction.
// `scratch` holds three floats per body and, from the second call on, the last accelerations.
void advance(struct bodies* bodies, float step, float* scratch, int is_first);

struct invariants measure(const struct bodies* bodies);

#endif
