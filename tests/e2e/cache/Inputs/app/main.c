#include <stdio.h>
double part1(const double*, int), part2(const double*, int), part3(const double*, int);
double part4(const double*, int), part5(const double*, int), part6(const double*, int);
int main(int n, char** v) {
  const double a[4] = {1, 2, 3, n + (v == 0)};
  printf("%g\n", part1(a, 4) + part2(a, 4) + part3(a, 4) + part4(a, 4) + part5(a, 4) + part6(a, 4));
}
