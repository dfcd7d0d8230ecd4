// SPDX-License-Identifier: Apache-2.0
//
// A little of everything that a compiler flag may change. Never run.
#include <stddef.h>
extern "C" {
double sin(double);
double exp(double);
double pow(double, double);
double fma(double, double, double);
double floor(double);
double nearbyint(double);
long lrint(double);
float sqrtf(float);
int puts(const char*);
void* memcpy(void*, const void*, size_t);
size_t strlen(const char*);
int abs(int);
char* fgets(char*, int, void*);
extern void* stdin;
}
typedef float __m128 __attribute__((vector_size(16)));
struct V {
  int* p;
  V(int n) { p = new int[n]; }
  ~V() { delete[] p; }
  int size() { return p[1]; }
};
float sum(const float* x, int n) {
  float s = 0;
  for (int i = 0; i < n; ++i) s += x[i];
  return s;
}
int isum(const int* x, int n) {
  int s = 0;
  for (int i = 0; i < n; ++i) s += x[i] * 3;
  return s;
}
void axpy(double a, const double* x, double* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = a * x[i] + y[i];
}
void sinall(double* y, const double* x, int n) {
  for (int i = 0; i < n; ++i) y[i] = sin(x[i]);
}
float fsq(float x) {
  return sqrtf(x);
}
double dv(double a, double b) {
  return a / b;
}
double rd(double a) {
  return nearbyint(a) + floor(a) + (int)a;
}
void four(double* a, const double* b) {
  a[0] = b[0] + 1;
  a[1] = b[1] + 1;
  a[2] = b[2] + 1;
  a[3] = b[3] + 1;
}
void un(float* __restrict a, const float* __restrict b) {
  for (int i = 0; i < 8; ++i) a[i] = b[i] * b[i];
}
void unn(int* a, int n) {
  for (int i = 0; i < n; ++i) {
    a[i * 7] ^= i;
    if (a[i] == 3) break;
  }
}
int sw(int a) {
  switch (a) {
    case 0:
      return 7;
    case 1:
      return 99;
    case 2:
      puts("x");
      return 3;
    case 3:
      puts("hj");
      return 6;
    case 4:
      return puts("q");
    case 5:
      puts("z");
      return 8;
    default:
      return 0;
  }
}
thread_local int tl = 3;
int tls() {
  return ++tl;
}
extern thread_local int etl;
int etls() {
  return ++etl;
}
static int zero[100];
int zf(int i) {
  return zero[i]++;
}
int zglob = 0;
int common_i;
int zg2() {
  return zglob++ + common_i;
}
extern int extdata;
int ext() {
  return extdata;
}
int shl(int a, int b) {
  return (a + b) > a;
}
int div0(int* p) {
  int v = *p;
  if (!p) return 1;
  return v;
}
int alias(int* i, float* f) {
  *i = 1;
  *f = 2;
  return *i;
}
struct S {
  virtual ~S();
  virtual int f();
  int x;
};
struct T : S {
  int f() override { return x; }
};
S::~S() {}
int S::f() {
  return 1;
}
int vc(S* s) {
  return s->f();
}
S* mk() {
  return new T;
}
int dyn(S* s) {
  return dynamic_cast<T*>(s) != nullptr;
}
void mat(double* c, const double* a, const double* b, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) c[i * n + j] += a[i * n + k] * b[k * n + j];
}
_Complex double cm(_Complex double a, _Complex double b) {
  return a * b / (a + b);
}
int thr(int a) {
  if (a) throw 3;
  return 1;
}
int cat(int a) {
  try {
    return thr(a);
  } catch (int) {
    return 4;
  }
}
int big() {
  char b[9000];
  fgets(b, 9000, stdin);
  return b[7];
}
int uninit(int a) {
  int b[4];
  if (a) b[a] = 2;
  return b[1];
}
extern "C" int callee(int);
int tail(int a) {
  return callee(a + 1);
}
int fp(int (*f)(int)) {
  return f(2) + 1;
}
int mcpy(char* a, const char* b) {
  memcpy(a, b, 13);
  return (int)strlen(b) + abs(a[1]);
}
inline int inl(int a) {
  return a * a + 7;
}
int useinl(int a) {
  return inl(a) + inl(a + 1);
}
static int local_helper(int a, int b) {
  for (int i = 0; i < b; ++i) a = a * 31 + i;
  return a;
}
int useloc(int a) {
  return local_helper(a, 100) + local_helper(a, 7);
}
bool en(bool b, int* p) {
  return b ? p[0] : p[1];
}
__m128 v4(__m128 a, __m128 b) {
  return a * b + a;
}
double pw(double a) {
  return pow(a, 2.0) + exp(a) + fma(a, a, 1.0);
}
long lg(double a) {
  return lrint(a);
}
float fdiv(float* a, int n, float d) {
  float s = 0;
  for (int i = 0; i < n; ++i) s += a[i] / d;
  return s;
}
double sel(double a, double b) {
  return a < b ? a : b;
}
static int cnt() {
  static V* v = new V(3);
  return (int)v->size();
}
int cc() {
  return cnt();
}
__attribute__((cold)) void coldf() {
  puts("cold");
}
int hc(int a) {
  if (__builtin_expect(a, 0)) {
    coldf();
    puts("k");
    puts("kk");
    return 9;
  }
  return 1;
}
char arr3[3] = {1, 2, 3};
char garr(int i) {
  return arr3[i];
}
_Float16 hf(_Float16 a, _Float16 b) {
  return a * b + a;
}
long double ld(long double a) {
  return a * a;
}
int poly(int n) {
  int s = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < 1000; j++) s += zero[j % 100] * i;
  return s;
}
int infl(int n) {
  while (n != 1) n = n & 1 ? 3 * n + 1 : n / 2;
  return 3;
}
const char* str() {
  return "hello";
}
int cmpz(double a) {
  return a == a;
}
double zzz(double a) {
  return a * 0.0 + (a - 0.0) + (-a + a);
}
