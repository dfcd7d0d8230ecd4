// SPDX-License-Identifier: Apache-2.0
#include "gravity.h"

#include <math.h>
#include <stdlib.h>

enum { k_block = 16 };

// Keeps close encounters finite, as simulations of galaxies do.
static const float k_softening = 0.05f;

int bodies_allocate(struct bodies* bodies, size_t count) {
  float* memory = calloc(count, 7 * sizeof(float));
  float** arrays[] = {&bodies->x,  &bodies->y,  &bodies->z,   &bodies->vx,
                      &bodies->vy, &bodies->vz, &bodies->mass};
  bodies->count = count;
  for (size_t i = 0; i < 7; ++i) *arrays[i] = memory ? memory + i * count : NULL;
  return memory != NULL;
}

void bodies_free(struct bodies* bodies) {
  free(bodies->x);
}

// Accelerations of sixteen bodies at once: each lane of a vector is one body, so nothing has to be
// added across lanes and the order of additions is the same on every processor.
static void accelerate_block(const struct bodies* bodies, size_t first, float* restrict ax,
                             float* restrict ay, float* restrict az) {
  const float* restrict x = bodies->x + first;
  const float* restrict y = bodies->y + first;
  const float* restrict z = bodies->z + first;
  float sx[k_block] = {0};
  float sy[k_block] = {0};
  float sz[k_block] = {0};
  for (size_t j = 0; j < bodies->count; ++j) {
    const float other_x = bodies->x[j];
    const float other_y = bodies->y[j];
    const float other_z = bodies->z[j];
    const float mass = bodies->mass[j];
    for (size_t i = 0; i < k_block; ++i) {
      const float dx = other_x - x[i];
      const float dy = other_y - y[i];
      const float dz = other_z - z[i];
      const float square = dx * dx + dy * dy + dz * dz + k_softening * k_softening;
      const float pull = mass / (square * sqrtf(square));
      sx[i] += pull * dx;
      sy[i] += pull * dy;
      sz[i] += pull * dz;
    }
  }
  for (size_t i = 0; i < k_block; ++i) {
    ax[first + i] = sx[i];
    ay[first + i] = sy[i];
    az[first + i] = sz[i];
  }
}

static void accelerate(const struct bodies* bodies, float* scratch) {
  const size_t count = bodies->count;
  for (size_t first = 0; first < count; first += k_block)
    accelerate_block(bodies, first, scratch, scratch + count, scratch + 2 * count);
}

static void add_scaled(float* restrict to, const float* restrict what, float factor, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] += factor * what[i];
}

static void kick(struct bodies* bodies, const float* acceleration, float step) {
  const size_t count = bodies->count;
  add_scaled(bodies->vx, acceleration, step, count);
  add_scaled(bodies->vy, acceleration + count, step, count);
  add_scaled(bodies->vz, acceleration + 2 * count, step, count);
}

void advance(struct bodies* bodies, float step, float* scratch, int is_first) {
  if (is_first) accelerate(bodies, scratch);
  kick(bodies, scratch, 0.5f * step);
  add_scaled(bodies->x, bodies->vx, step, bodies->count);
  add_scaled(bodies->y, bodies->vy, step, bodies->count);
  add_scaled(bodies->z, bodies->vz, step, bodies->count);
  accelerate(bodies, scratch);
  kick(bodies, scratch, 0.5f * step);
}

static double distance(const struct bodies* bodies, size_t i, size_t j) {
  const double dx = bodies->x[i] - bodies->x[j];
  const double dy = bodies->y[i] - bodies->y[j];
  const double dz = bodies->z[i] - bodies->z[j];
  return sqrt(dx * dx + dy * dy + dz * dz + (double)k_softening * k_softening);
}

struct invariants measure(const struct bodies* bodies) {
  struct invariants result = {0, {0, 0, 0}};
  for (size_t i = 0; i < bodies->count; ++i) {
    const double mass = bodies->mass[i];
    const double v[3] = {bodies->vx[i], bodies->vy[i], bodies->vz[i]};
    for (size_t k = 0; k < 3; ++k) {
      result.momentum[k] += mass * v[k];
      result.energy += 0.5 * mass * v[k] * v[k];
    }
    for (size_t j = 0; j < i; ++j) result.energy -= mass * bodies->mass[j] / distance(bodies, i, j);
  }
  return result;
}
