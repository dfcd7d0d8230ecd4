#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
double JOIN(part, PART)(const double* a, int n) {
  double sum = PART;
  for (int i = 0; i < n; ++i) sum += a[i] * PART;
  return sum;
}
