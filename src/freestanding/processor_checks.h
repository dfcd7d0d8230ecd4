// SPDX-License-Identifier: Apache-2.0

// What guard.c and chooser.c check, in C for both sides: it lies in what was compiled with its
// magic alone, and guard.cpp or chooser.cpp fills it in.

#ifndef XAAS_PROCESSOR_CHECKS_H
#define XAAS_PROCESSOR_CHECKS_H

#define XAAS_GUARD_MAGIC "xaas-guard/1"
#define XAAS_CHOICE_MAGIC "xaas-choice/1"
#define XAAS_PACKAGE_MAGIC "xaas-package/1"

enum { xaas_most_checks = 64, xaas_most_candidates = 32, xaas_package_room = 2048 };

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

/// One view of a tree's prefix.
struct XaasCandidate {
  char folder[64];           // below libexec/xaas
  unsigned long long needs;  // bits: indices of XaasChoice::checks
  unsigned long long states;
  unsigned level;   // of two that fit, the one of the higher level is the better
  char vendor[12];  // as cpuid tells it: better than another of its level; zeros: no vendor's
};

struct XaasChoice {
  char magic[16];
  unsigned check_count;
  unsigned candidate_count;
  char place[248];  // of the program, in the tree and in each view
  struct XaasCheck checks[xaas_most_checks];
  /// Those of a level in order, the best first; the last one is the generic view, which needs
  /// nothing.
  struct XaasCandidate candidates[xaas_most_candidates];
};

#endif
