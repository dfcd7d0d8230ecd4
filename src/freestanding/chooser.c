// SPDX-License-Identifier: Apache-2.0

// What stands in the place of a program in a tree for several targets: starts the best of its
// products that this processor can run. A program without any library, for the baseline, because it
// runs everywhere and is in the way of each start: one readlink, one execve. xaas-deploy fills
// `choice` in.

#include "processor.h"

enum { exit_cannot_start = 127, at_execfn = 31 };

// Volatile: what stands here is not what will.
__attribute__((section(".rodata.xaas.choice"),
               used)) static const volatile struct XaasChoice choice = {.magic = XAAS_CHOICE_MAGIC};

// Where it is from, as each product says it
// (https://systemd.io/PACKAGE_METADATA_FOR_EXECUTABLE_FILES).
__attribute__((section(".note.package"), used, aligned(4))) static const struct {
  unsigned name_size, size, type;
  char name[4];
  char text[xaas_package_room];
} package = {sizeof package.name, sizeof package.text, 0xcafe1a7eu, "FDO", XAAS_PACKAGE_MAGIC};

static void say(const char* text, unsigned long length) {
  if (!is_later_rank()) call6(sys_write, 2, (long)text, (long)length, 0, 0, 0);
}

static void leave(void) {
  call6(sys_exit, exit_cannot_start, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}

/// "xaas: " + about + middle + end.
__attribute__((cold)) static void complain(const char* start, const volatile char* about,
                                           const char* end) {
  char text[longest_path + 512];
  unsigned long at = add(text, 0, sizeof text, "xaas: ");
  at = add(text, at, sizeof text - 256, start);
  at = add(text, at, sizeof text - 256, about);
  at = add(text, at, sizeof text, end);
  say(text, at);
}

/// Pairs of a type and a value, behind the environment; a type of 0 ends them.
static const unsigned long* auxiliary_vector(char** environment) {
  while (*environment != 0) ++environment;
  return (const unsigned long*)(environment + 1);
}

/// Whether the view's code runs here.
static int fits(struct processor* processor, const volatile struct XaasCandidate* candidate) {
  for (unsigned i = 0; i < choice.check_count && i < xaas_most_checks; ++i)
    if ((candidate->needs >> i & 1) != 0 && !has(processor, &choice.checks[i])) return 0;
  return has_states(processor, candidate->states);
}

#if defined(__x86_64__)
static void look_here(struct processor* processor, const unsigned long* entry) {
  (void)entry;
  look(processor);
}

static int is_own_vendor(struct processor* processor,
                         const volatile struct XaasCandidate* candidate) {
  const unsigned* const answer = leaf_of(processor, 0, 0)->words;
  const unsigned words[3] = {answer[1], answer[3], answer[2]};
  for (unsigned i = 0; i < sizeof words; ++i)
    if (((const char*)words)[i] != candidate->vendor[i]) return 0;
  return 1;
}
#else
static void look_here(struct processor* processor, const unsigned long* entry) {
  unsigned long count = 0;
  while (entry[count] != 0 && count + 1 < sizeof processor->entries / sizeof *entry) {
    processor->entries[count] = entry[count];
    processor->entries[count + 1] = entry[count + 1];
    count += 2;
  }
  processor->count = count;
}

static int is_own_vendor(struct processor* processor,
                         const volatile struct XaasCandidate* candidate) {
  (void)processor;
  (void)candidate;
  return 0;
}
#endif

/// 2: made for this vendor's processors; 1: for no vendor's; 0: for another's.
static int liking(struct processor* processor, const volatile struct XaasCandidate* candidate) {
  if (candidate->vendor[0] == 0) return 1;
  return is_own_vendor(processor, candidate) ? 2 : 0;
}

/// The same rule as choose_target() in targets/choose_target.cpp.
static unsigned choose(char** environment) {
  struct processor processor;
  look_here(&processor, auxiliary_vector(environment));
  const unsigned generic = choice.candidate_count - 1;
  unsigned best = generic;
  for (unsigned i = 0; i < generic; ++i) {
    const volatile struct XaasCandidate* candidate = &choice.candidates[i];
    const volatile struct XaasCandidate* rival = &choice.candidates[best];
    if (!fits(&processor, candidate)) continue;
    if (best == generic || candidate->level > rival->level ||
        (candidate->level == rival->level &&
         liking(&processor, candidate) > liking(&processor, rival)))
      best = i;
  }
  return best;
}

static int is_generic_wanted(char** environment) {
  for (; *environment != 0; ++environment) {
    const char* text = *environment;
    if (!starts_with(text, 0, "XAAS_GENERIC=")) continue;
    text += sizeof "XAAS_GENERIC=" - 1;
    return *text != 0 && !(*text == '0' && text[1] == 0);
  }
  return 0;
}

/// The path of this file, without links on the way; its length.
static unsigned long find_self(char* path, char** environment) {
  const long found = read_link("/proc/self/exe", path, longest_path - 1);
  unsigned long length = found > 0 ? (unsigned long)found : 0;
  // Without /proc: as it was called, which works unless it was by a link.
  const unsigned long* entry = auxiliary_vector(environment);
  for (; length == 0 && *entry != 0; entry += 2)
    if (*entry == at_execfn) length = add(path, 0, longest_path, (const char*)entry[1]);
  path[length] = 0;
  return length;
}

/// How much of the path is the tree's, with the slash behind it; leaves when this lies elsewhere.
static unsigned long find_tree(const char* path, unsigned long length) {
  const unsigned long own = length_of(choice.place);
  unsigned long same = 0;
  while (same < own && same < length && path[length - 1 - same] == choice.place[own - 1 - same])
    ++same;
  // Called by a relative name from the tree itself, without /proc, there is nothing before it.
  if (same == own && (length == own || path[length - own - 1] == '/')) return length - own;
  complain("`", path,
           "` starts the programs of a tree, and lies outside of it: link to it instead "
           "of copying it\n");
  leave();
  return 0;
}

__attribute__((cold, noinline)) static void cannot_start(const char* path, long error) {
  char text[longest_path + 512];
  unsigned long at = add(text, 0, sizeof text, "xaas: cannot start `");
  at = add(text, at, sizeof text - 256, path);
  at = add(text, at, sizeof text, "`: ");
  if (error == 2)
    at = add(text, at, sizeof text, "it, or the loader that it names, is not there");
  else if (error == 13)
    at = add(text, at, sizeof text, "permission denied");
  else {
    at = add(text, at, sizeof text, "error ");
    at = add_number(text, at, sizeof text, error);
  }
  at = add(text, at, sizeof text, "; `xaas-deploy check` says whether the tree is whole\n");
  say(text, at);
  leave();
}

__attribute__((used, noreturn)) static void start(long* stack) {
  char** arguments = (char**)(stack + 1);
  char** environment = arguments + stack[0] + 1;
  char self[longest_path];
  char path[longest_path + sizeof choice.candidates[0].folder + sizeof choice.place + 32];
  const unsigned generic = choice.candidate_count - 1;
  if (choice.candidate_count == 0 || choice.candidate_count > xaas_most_candidates) leave();
  const unsigned long tree = find_tree(self, find_self(self, environment));
  const int is_generic = is_generic_wanted(environment);
  const unsigned best = is_generic ? generic : choose(environment);
  self[tree] = 0;
  unsigned long at = add(path, 0, sizeof path, self);
  at = add(path, at, sizeof path, "libexec/xaas/");
  at = add(path, at, sizeof path, choice.candidates[best].folder);
  at = add(path, at, sizeof path, "/");
  at = add(path, at, sizeof path, choice.place);
  path[at] = 0;
  if (best == generic && !is_generic)
    complain("nothing of this deployment was made for this processor; starting the generic `",
             choice.place, "`\n");
  cannot_start(path, -call6(sys_execve, (long)path, (long)arguments, (long)environment, 0, 0, 0));
  leave();
  __builtin_unreachable();
}

#if defined(__x86_64__)
__asm__(
    ".globl _start\n.type _start,@function\n_start:\n"
    "  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start\n  hlt\n");
#elif defined(__aarch64__)
__asm__(
    ".globl _start\n.type _start,@function\n_start:\n"
    "  mov x29, #0\n  mov x0, sp\n  bl start\n  brk #0\n");
#endif
