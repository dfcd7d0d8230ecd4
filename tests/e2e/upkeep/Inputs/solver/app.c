#include <mpi.h>
#include <stdio.h>
double cblas_ddot(int n, const double* x, int incx, const double* y, int incy);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*, const int*,
            const double*, const int*, const double*, double*, const int*);
int main(int argc, char** argv) {
  int rank, ranks;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const double x[2] = {1, 2}, one = 1, a[4] = {1, 2, 3, 4};
  double c[4] = {0};
  const int n = 2;
  dgemm_("N", "N", &n, &n, &n, &one, a, &n, a, &n, &one, c, &n);
  double mine = cblas_ddot(2, x, 1, c, 1), sum = 0;
  MPI_Reduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  if (rank == 0) printf("%g of %d ranks\n", sum, ranks);
  MPI_Finalize();
  return 0;
}
