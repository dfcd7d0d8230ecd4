#include <omp.h>
#include <stdio.h>

int main(void) {
  int threads = 0;
#pragma omp parallel reduction(+ : threads)
  threads += 1;
  return threads < 1 || printf("\"made by an OpenMP program\"\n") < 0;
}
