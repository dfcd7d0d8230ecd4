// SPDX-License-Identifier: Apache-2.0
//
// The recipe of Aarseth, Henon and Wielen (Astronomy and Astrophysics 37, 183, 1974) for drawing
// positions and velocities of a Plummer sphere in equilibrium.
#include "galaxy.h"

#include <math.h>
#include <stdint.h>

// xorshift64*, scaled to [0, 1): the same numbers with every C library.
static double draw(uint64_t* state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (double)((*state * UINT64_C(0x2545F4914F6CDD1D)) >> 11) * 0x1p-53;
}

static void draw_direction(uint64_t* state, double length, double out[3]) {
  const double height = 2 * draw(state) - 1;
  const double angle = 6.283185307179586 * draw(state);
  const double ring = sqrt(1 - height * height);
  out[0] = length * ring * cos(angle);
  out[1] = length * ring * sin(angle);
  out[2] = length * height;
}

// A share of the escape velocity, distributed as q^2 (1 - q^2)^(7/2): von Neumann's rejection.
static double draw_share(uint64_t* state) {
  for (;;) {
    const double share = draw(state);
    if (0.1 * draw(state) < share * share * pow(1 - share * share, 3.5)) return share;
  }
}

static void subtract_mean(float* values, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += values[i];
  for (size_t i = 0; i < count; ++i) values[i] -= (float)(sum / (double)count);
}

void make_galaxy(struct bodies* bodies) {
  uint64_t state = UINT64_C(88172645463325252);
  for (size_t i = 0; i < bodies->count; ++i) {
    // The outermost few per cent are left out: one far body would rule the whole sum of energies.
    const double radius = 1 / sqrt(pow(0.95 * draw(&state) + 0.01, -2.0 / 3) - 1);
    const double escape = sqrt(2.0) * pow(1 + radius * radius, -0.25);
    double position[3];
    double velocity[3];
    draw_direction(&state, radius, position);
    draw_direction(&state, escape * draw_share(&state), velocity);
    bodies->mass[i] = 1.0f / (float)bodies->count;
    bodies->x[i] = (float)position[0];
    bodies->y[i] = (float)position[1];
    bodies->z[i] = (float)position[2];
    bodies->vx[i] = (float)velocity[0];
    bodies->vy[i] = (float)velocity[1];
    bodies->vz[i] = (float)velocity[2];
  }
  subtract_mean(bodies->vx, bodies->count);
  subtract_mean(bodies->vy, bodies->count);
  subtract_mean(bodies->vz, bodies->count);
}
