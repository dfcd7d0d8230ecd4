double solve(double x) {
  double sum = 0;
  for (int i = 0; i < 100; ++i) sum += x * i;
  return sum;
}
