// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

#include <mpi.h>

namespace membrane {

Processes::Processes(int* argc, char*** argv) {
  MPI_Init(argc, argv);
  MPI_Comm_size(MPI_COMM_WORLD, &count_);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
}

Processes::~Processes() {
  MPI_Finalize();
}

void Processes::fill_borders(Strip& strip) const {
  const int below = rank_ > 0 ? rank_ - 1 : MPI_PROC_NULL;
  const int above = rank_ + 1 < count_ ? rank_ + 1 : MPI_PROC_NULL;
  const int size = strip.columns();
  const int last = strip.rows() - 1;
  MPI_Sendrecv(strip.row(0), size, MPI_DOUBLE, below, 0, strip.row(last + 1), size, MPI_DOUBLE,
               above, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  MPI_Sendrecv(strip.row(last), size, MPI_DOUBLE, above, 1, strip.row(-1), size, MPI_DOUBLE, below,
               1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

double Processes::sum(double value) const {
  double result = 0;
  MPI_Allreduce(&value, &result, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return result;
}

double Processes::largest(double value) const {
  double result = 0;
  MPI_Allreduce(&value, &result, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return result;
}

}  // namespace membrane
