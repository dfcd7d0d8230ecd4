// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

#include <mpi.h>

namespace blast {
namespace {

MPI_Datatype type_of(float) {
  return MPI_FLOAT;
}
MPI_Datatype type_of(double) {
  return MPI_DOUBLE;
}

}  // namespace

Processes::Processes(int* argc, char*** argv) {
  MPI_Init(argc, argv);
  MPI_Comm_size(MPI_COMM_WORLD, &count_);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
}

Processes::~Processes() {
  MPI_Finalize();
}

void Processes::fill_borders(Gas& gas) const {
  const int below = rank_ > 0 ? rank_ - 1 : MPI_PROC_NULL;
  const int above = rank_ + 1 < count_ ? rank_ + 1 : MPI_PROC_NULL;
  const int size = static_cast<int>(gas.plane_size());
  const MPI_Datatype type = type_of(Real{});
  const int last = gas.planes() - 1;
  for (int field = 0; field < k_fields; ++field) {
    MPI_Sendrecv(gas.plane(field, 0), size, type, below, field, gas.plane(field, last + 1), size,
                 type, above, field, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv(gas.plane(field, last), size, type, above, field, gas.plane(field, -1), size, type,
                 below, field, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }
  if (below == MPI_PROC_NULL) mirror_plane(gas, 0, -1);
  if (above == MPI_PROC_NULL) mirror_plane(gas, last, last + 1);
}

double Processes::largest(double value) const {
  double result = 0;
  MPI_Allreduce(&value, &result, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return result;
}

double Processes::sum(double value) const {
  double result = 0;
  MPI_Allreduce(&value, &result, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return result;
}

}  // namespace blast
