// SPDX-License-Identifier: Apache-2.0
#include "diffusion.hpp"

namespace heat {

namespace {

float flow(float from, float to, const Conductivity& k) {
  const float mean = 0.5F * (from + to);
  return (from - to) * (k[0] + mean * (k[1] + mean * (k[2] + mean * (k[3] + mean * k[4]))));
}

// One row, on its own so that the compiler sees what may not overlap: this is the loop that all
// the time goes into, and the one that gets the machine's widest vectors.
void diffuse_row(const float* __restrict in, float* __restrict out, const Box& box,
                 const Conductivity& conductivity, float step) {
  const Conductivity k = conductivity;
  const std::ptrdiff_t y = box.row();
  const std::ptrdiff_t z = box.plane();
  const int cells = box.cells();
  for (int x = 0; x < cells; ++x) {
    const float* const c = in + x;
    const float along_x = flow(c[-1], c[0], k) + flow(c[1], c[0], k);
    const float along_y = flow(c[-y], c[0], k) + flow(c[y], c[0], k);
    const float along_z = flow(c[-z], c[0], k) + flow(c[z], c[0], k);
    out[x] = c[0] + step * (along_x + along_y + along_z);
  }
}

}  // namespace

void diffuse(const Box& before, Box& after, const Conductivity& conductivity, float step) {
#pragma omp parallel for
  for (int z = 0; z < before.cells(); ++z)
    for (int y = 0; y < before.cells(); ++y)
      diffuse_row(before.at(y, z), after.at(y, z), before, conductivity, step);
}

}  // namespace heat
