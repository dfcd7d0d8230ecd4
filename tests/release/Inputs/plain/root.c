#include <math.h>

double root_of(double x) { return exp(x) + sqrt(x); }
