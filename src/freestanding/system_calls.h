// SPDX-License-Identifier: Apache-2.0

// The system calls and the few functions on texts that programs without any library have. All of it
// is static, for each to take what it needs.

#ifndef XAAS_SYSTEM_CALLS_H
#define XAAS_SYSTEM_CALLS_H

#pragma clang diagnostic ignored "-Wunused-function"

#if defined(__x86_64__)
enum {
  sys_read = 0,
  sys_write = 1,
  sys_close = 3,
  sys_mmap = 9,
  sys_pread = 17,
  sys_execve = 59,
  sys_exit = 231,
  sys_openat = 257,
  sys_readlinkat = 267
};

static long call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum {
  sys_openat = 56,
  sys_close = 57,
  sys_read = 63,
  sys_write = 64,
  sys_pread = 67,
  sys_readlinkat = 78,
  sys_exit = 94,
  sys_execve = 221,
  sys_mmap = 222
};

static long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#endif

enum { at_fdcwd = -100, longest_path = 4096 };

/// A descriptor, for reading; or an error below 0.
static long open_file(const char* path) {
  return call6(sys_openat, at_fdcwd, (long)path, 02000000 /* O_CLOEXEC */, 0, 0, 0);
}

/// Where a link leads, without a zero behind it: the length, or an error below 0.
static long read_link(const char* path, char* target, unsigned long size) {
  return call6(sys_readlinkat, at_fdcwd, (long)path, (long)target, (long)size, 0, 0);
}

/// Up to `size` bytes of a file of /proc.
static unsigned long read_file(const char* path, char* bytes, unsigned long size) {
  const long file = open_file(path);
  unsigned long have = 0;
  long got = 0;
  if (file < 0) return 0;
  while (have < size &&
         (got = call6(sys_read, file, (long)(bytes + have), (long)(size - have), 0, 0, 0)) > 0)
    have += (unsigned long)got;
  call6(sys_close, file, 0, 0, 0, 0, 0);
  return have;
}

static unsigned long length_of(const volatile char* text) {
  unsigned long length = 0;
  while (text[length] != 0) ++length;
  return length;
}

/// Puts `more` into `text` at `at`, as far as there is room for it and a zero, which the caller
/// puts behind all; the new end.
static unsigned long add(char* text, unsigned long at, unsigned long size,
                         const volatile char* more) {
  while (at + 1 < size && *more != 0) text[at++] = *more++;
  return at;
}

/// A number that is not below 0.
static unsigned long add_number(char* text, unsigned long at, unsigned long size, long number) {
  char digits[24];
  unsigned long first = sizeof digits - 1;
  digits[first] = 0;
  do digits[--first] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  return add(text, at, size, digits + first);
}

static int starts_with(const char* text, const char* end, const char* start) {
  while (*start != 0)
    if (text == end || *text++ != *start++) return 0;
  return 1;
}

#endif
