// SPDX-License-Identifier: Apache-2.0

// What the guard and the chooser have in common: they ask what the processor can do.

#ifndef XAAS_PROCESSOR_H
#define XAAS_PROCESSOR_H

#include "launcher_ranks.h"
#include "processor_checks.h"
#include "system_calls.h"

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

/// Whether a launcher started this process as another rank than the first.
static int is_later_rank(void) {
  enum { size = 1 << 20 };
  char* const environment =
      (char*)call6(sys_mmap, 0, size, 3 /* read, write */, 0x22 /* private, anonymous */, -1, 0);
  if ((unsigned long)environment > -4096ul) return 0;
  const char* const end = environment + read_file("/proc/self/environ", environment, size);
  for (const char* at = environment; at < end; ++at) {
    for (unsigned i = 0; i < sizeof k_launcher_ranks / sizeof *k_launcher_ranks; ++i) {
      if (!starts_with(at, end, k_launcher_ranks[i])) continue;
      while (*at != '=') ++at;
      return at + 1 < end && (at[1] != '0' || (at + 2 < end && at[2] != 0));
    }
    while (at < end && *at != 0) ++at;
  }
  return 0;
}

#endif
