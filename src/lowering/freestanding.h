// SPDX-License-Identifier: Apache-2.0

// What the guard and the chooser have in common: programs of ours without any library, for the
// baseline processor, that ask what the processor can do. All of it is static; each includes it
// once.

#ifndef XAAS_FREESTANDING_H
#define XAAS_FREESTANDING_H

#include "processor_checks.h"

#pragma clang diagnostic ignored "-Wunused-function"  // each uses what it needs

#if defined(__x86_64__)
enum {
  sys_read = 0,
  sys_write = 1,
  sys_open = 2,
  sys_close = 3,
  sys_mmap = 9,
  sys_execve = 59,
  sys_readlink = 89,
  sys_exit = 231
};
#elif defined(__aarch64__)
enum {
  sys_read = 63,
  sys_write = 64,
  sys_openat = 56,
  sys_close = 57,
  sys_mmap = 222,
  sys_execve = 221,
  sys_readlinkat = 78,
  sys_exit = 94
};
#endif

#if defined(__x86_64__)
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
static long open_file(const char* path) {
  return call6(sys_open, (long)path, 0, 0, 0, 0, 0);
}
static long read_link(const char* path, char* target, unsigned long size) {
  return call6(sys_readlink, (long)path, (long)target, (long)size, 0, 0, 0);
}
#elif defined(__aarch64__)
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
static long open_file(const char* path) {
  return call6(sys_openat, -100 /* AT_FDCWD */, (long)path, 0, 0, 0, 0);
}
static long read_link(const char* path, char* target, unsigned long size) {
  return call6(sys_readlinkat, -100 /* AT_FDCWD */, (long)path, (long)target, (long)size, 0, 0);
}
#endif

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

#if defined(__x86_64__)
struct leaf {
  unsigned number, subleaf, words[4];
};

static void ask(struct leaf* leaf, unsigned number, unsigned subleaf) {
  leaf->number = number;
  leaf->subleaf = subleaf;
  __asm__ volatile("cpuid"
                   : "=a"(leaf->words[0]), "=b"(leaf->words[1]), "=c"(leaf->words[2]),
                     "=d"(leaf->words[3])
                   : "a"(number), "c"(subleaf));
}

// What it has answered, because in a virtual machine each question is a trip to its host.
struct processor {
  struct leaf leaves[8];
  unsigned count;
};

static void look(struct processor* processor) {
  processor->count = 0;
}

static const struct leaf* leaf_of(struct processor* processor, unsigned number, unsigned subleaf) {
  enum { most = sizeof processor->leaves / sizeof processor->leaves[0] };
  for (unsigned i = 0; i < processor->count; ++i)
    if (processor->leaves[i].number == number && processor->leaves[i].subleaf == subleaf)
      return &processor->leaves[i];
  struct leaf* const leaf =
      &processor->leaves[processor->count < most ? processor->count++ : most - 1];
  ask(leaf, number, subleaf);
  return leaf;
}

/// 1 and 0x80000001 are there on each x86-64 processor: they say that it is one.
static int has_leaf(struct processor* processor, unsigned number) {
  const unsigned first = number & 0x80000000u;
  return number - first <= 1 || number <= leaf_of(processor, first, 0)->words[0];
}

static int has(struct processor* processor, const volatile struct XaasCheck* check) {
  const unsigned leaf = check->leaf;
  if (!has_leaf(processor, leaf)) return 0;
  const unsigned word = leaf_of(processor, leaf, check->subleaf)->words[check->word & 3];
  return check->least != 0 ? (word & 0xff) >= check->least : word >> check->bit & 1;
}

static int has_states(struct processor* processor, unsigned long long states) {
  unsigned low, high;
  if (states == 0) return 1;
  if ((leaf_of(processor, 1, 0)->words[2] >> 27 & 1) == 0) return 0;  // OSXSAVE: there is no xgetbv
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (((unsigned long long)high << 32 | low) & states) == states;
}
#elif defined(__aarch64__)
struct processor {
  unsigned long entries[128];  // pairs of a type and a value
  unsigned long count;
};

static void look(struct processor* processor) {
  processor->count =
      read_file("/proc/self/auxv", (char*)processor->entries, sizeof processor->entries) /
      sizeof(long);
}

static int has(struct processor* processor, const volatile struct XaasCheck* check) {
  for (unsigned long i = 0; i + 1 < processor->count; i += 2)
    if (processor->entries[i] == check->leaf) return processor->entries[i + 1] >> check->bit & 1;
  return processor->count == 0;  // without /proc nobody knows
}

static int has_states(struct processor* processor, unsigned long long states) {
  (void)processor;
  (void)states;
  return 1;
}
#endif

static unsigned long add(char* text, unsigned long at, unsigned long size,
                         const volatile char* more) {
  while (at + 1 < size && *more != 0) text[at++] = *more++;
  return at;
}

static int starts_with(const char* text, const char* end, const char* start) {
  while (*start != 0)
    if (text == end || *text++ != *start++) return 0;
  return 1;
}

/// Whether a launcher started this process as another rank than the first.
static int is_later_rank(void) {
  static const char names[][24] = {
      "PMI_RANK=",    "PMIX_RANK=",      "OMPI_COMM_WORLD_RANK=", "SLURM_PROCID=",
      "PALS_RANKID=", "FLUX_TASK_RANK=", "ALPS_APP_PE=",          "JSM_NAMESPACE_RANK="};
  enum { size = 1 << 20 };
  char* const environment =
      (char*)call6(sys_mmap, 0, size, 3 /* read, write */, 0x22 /* private, anonymous */, -1, 0);
  if ((unsigned long)environment > -4096ul) return 0;
  const char* const end = environment + read_file("/proc/self/environ", environment, size);
  for (const char* at = environment; at < end; ++at) {
    for (unsigned i = 0; i < sizeof names / sizeof *names; ++i) {
      if (!starts_with(at, end, names[i])) continue;
      while (*at != '=') ++at;
      return at + 1 < end && (at[1] != '0' || (at + 2 < end && at[2] != 0));
    }
    while (at < end && *at != 0) ++at;
  }
  return 0;
}

#endif
