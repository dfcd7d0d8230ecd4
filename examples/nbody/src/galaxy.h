// SPDX-License-Identifier: Apache-2.0
#ifndef GALAXY_H
#define GALAXY_H

#include "gravity.h"

// A Plummer sphere of mass 1 at rest, the usual model of a star cluster: the same bodies every
// time, from a generator with a fixed seed.
void make_galaxy(struct bodies* bodies);

#endif
