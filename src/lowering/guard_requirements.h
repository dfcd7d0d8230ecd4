// SPDX-License-Identifier: Apache-2.0

// What guard.c checks, in C for both sides: it lies in the guard's object file with its magic
// alone, and guard.cpp fills it in.

#ifndef XAAS_GUARD_REQUIREMENTS_H
#define XAAS_GUARD_REQUIREMENTS_H

#define XAAS_GUARD_MAGIC "xaas-guard/1"

enum { xaas_most_checks = 64 };

struct XaasCheck {
  unsigned leaf;          // x86: of cpuid; AArch64: AT_HWCAP or AT_HWCAP2
  unsigned char subleaf;  // x86 alone
  unsigned char word;     // x86 alone: 0 to 3 are eax, ebx, ecx, edx
  unsigned char bit;
  unsigned char least;  // x86 alone: not 0: the word's lowest byte is at least this
  char name[16];        // LLVM's, for people
};

struct XaasRequirements {
  char magic[16];
  unsigned long long states;  // x86 alone: bits of xcr0, which the system must have enabled
  unsigned count;
  unsigned reserved;
  char made_for[104];
  struct XaasCheck checks[xaas_most_checks];
};

#endif
