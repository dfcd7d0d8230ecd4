// SPDX-License-Identifier: Apache-2.0

// Runs first in each deployed program (.preinit_array) and library (.init_array, first priority):
// ends the process with one sentence where the processor lacks what the code was generated for.
// Compiled for the baseline, without any library: neither may be there yet. xaas-deploy fills
// `required` in before the link.

#include "processor.h"

enum { exit_wrong_processor = 126 };

// Volatile: what stands here is not what will.
__attribute__((section(".rodata.xaas.guard"),
               used)) static const volatile struct XaasRequirements required = {
    .magic = XAAS_GUARD_MAGIC};

__attribute__((cold, noinline)) static void refuse(struct processor* processor) {
  char text[1024];
  unsigned long at = 0;
  const char* separator = "";
  if (!is_later_rank()) {
    at = add(text, at, sizeof text, "xaas: this program was made for ");
    at = add(text, at, sizeof text, required.made_for);
    at = add(text, at, sizeof text, "; this processor, or its system, lacks ");
    for (unsigned i = 0; i < required.count && i < xaas_most_checks; ++i) {
      if (has(processor, &required.checks[i])) continue;
      at = add(text, at, sizeof text - 80, separator);
      at = add(text, at, sizeof text - 80, required.checks[i].name);
      separator = ", ";
    }
    if (*separator == 0) at = add(text, at, sizeof text, "enabled vector registers");
    at = add(text, at, sizeof text, "; specialize its image for this machine\n");
    call6(sys_write, 2, (long)text, (long)at, 0, 0, 0);
  }
  call6(sys_exit, exit_wrong_processor, 0, 0, 0, 0, 0);
}

static void guard(void) {
  struct processor processor;
  if (required.count == 0) return;
  look(&processor);
  int fits = has_states(&processor, required.states);
  for (unsigned i = 0; fits && i < required.count && i < xaas_most_checks; ++i)
    fits = has(&processor, &required.checks[i]);
  if (!fits) refuse(&processor);
}

typedef void (*initializer)(void);
#ifdef XAAS_GUARD_LIBRARY
__attribute__((section(".init_array.00000"), used)) static const initializer first = guard;
#else
__attribute__((section(".preinit_array"), used)) static const initializer first = guard;
#endif
