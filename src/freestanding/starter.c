// SPDX-License-Identifier: Apache-2.0

// bin/NAME of the xaas-build tarball: runs libexec/xaas/llvm/NAME with the loader and libraries of
// lib/xaas, wherever the tarball lies and whatever C library the machine has.
//
// It does not exec the loader. A program that is started so finds the loader at /proc/self/exe, and
// clang and flang take that for themselves: they start themselves again by it, and look for headers
// and libraries beside it. Instead the loader is mapped into this process, as the kernel would map
// it, and entered with the command line that it takes when it is started by hand:
//   LOADER --inhibit-cache --library-path PREFIX/lib/xaas --argv0 ARGV0 PROGRAM ARGUMENTS...
// /proc/self/exe stays PREFIX/bin/NAME, it costs no second exec, and nothing of it is in the
// environment that the tool's children see. Statically linked, without any library: there may be
// none. See docs/decisions/0013.

#include "system_calls.h"

#include <elf.h>
#include <stddef.h>

#if defined(__x86_64__)
#define LOADER "ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define LOADER "ld-linux-aarch64.so.1"
#endif

enum { exit_no_program = 127 };
enum { prot_read = 1, prot_write = 2, prot_exec = 4 };
enum { map_private = 2, map_fixed = 0x10, map_anonymous = 0x20 };

// The compiler may ask for these by itself.
void* memset(void* to, int byte, size_t size) {
  volatile char* bytes = to;
  for (size_t i = 0; i < size; ++i) bytes[i] = (char)byte;
  return to;
}

void* memcpy(void* to, const void* from, size_t size) {
  volatile char* bytes = to;
  for (size_t i = 0; i < size; ++i) bytes[i] = ((const char*)from)[i];
  return to;
}

static char* append(char* to, const char* text) {
  while (*text != '\0') *to++ = *text++;
  *to = '\0';
  return to;
}

/// What the loader is told; the strings live as long as the process.
static struct Places {
  char self[longest_path];
  char loader[longest_path];
  char libraries[longest_path];
  char program[longest_path];
} places;

static void say(const char* text) {
  call6(sys_write, 2, (long)text, (long)length_of(text), 0, 0, 0);
}

__attribute__((noreturn)) static void refuse(const char* seen, const char* path) {
  say("error: ");
  say(seen);
  say(" `");
  say(path);
  say("`\n  help: bin, lib and libexec belong together: unpack the whole xaas-build tarball, and"
      " link to its programs instead of copying them\n");
  for (;;) call6(sys_exit, exit_no_program, 0, 0, 0, 0, 0);
}

/// PREFIX/bin/NAME, with links followed. Without /proc, as the kernel was told it.
static void find_self(const char* told) {
  const long got = read_link("/proc/self/exe", places.self, longest_path - 1);
  if (got > 0) {
    places.self[got] = '\0';
    return;
  }
  if (told == NULL || length_of(told) >= longest_path) refuse("there is no", "/proc/self/exe");
  append(places.self, told);
}

static void find_places(const char* told) {
  find_self(told);
  size_t name = length_of(places.self);
  if (name + sizeof "../libexec/xaas/llvm/" + sizeof LOADER >= longest_path)
    refuse("this path is too long:", places.self);
  while (name > 0 && places.self[name - 1] != '/') --name;
  char folder[longest_path];  // "PREFIX/bin/", or nothing for the current one
  memcpy(folder, places.self, name);
  folder[name] = '\0';
  append(append(places.libraries, folder), "../lib/xaas");
  append(append(places.loader, places.libraries), "/" LOADER);
  append(append(append(places.program, folder), "../libexec/xaas/llvm/"), places.self + name);
}

struct Loader {
  unsigned long base;
  Elf64_Ehdr header;
  Elf64_Phdr segments[16];
};

static unsigned long down(unsigned long address, unsigned long page) {
  return address & ~(page - 1);
}
static unsigned long up(unsigned long address, unsigned long page) {
  return down(address + page - 1, page);
}

static int protection_of(const Elf64_Phdr* segment) {
  return (segment->p_flags & PF_R ? prot_read : 0) | (segment->p_flags & PF_W ? prot_write : 0) |
         (segment->p_flags & PF_X ? prot_exec : 0);
}

static int is_error(long result) {
  return result < 0 && result > -4096;
}

static void must(long result) {
  if (is_error(result)) refuse("the kernel does not map", places.loader);
}

/// One PT_LOAD: its bytes of the file, then zeros, up to the end of the last page: the loader takes
/// its first memory from there.
static void map_segment(const Elf64_Phdr* segment, unsigned long base, long file,
                        unsigned long page) {
  const unsigned long start = down(base + segment->p_vaddr, page);
  const unsigned long file_end = base + segment->p_vaddr + segment->p_filesz;
  const unsigned long end = base + segment->p_vaddr + segment->p_memsz;
  const int protection = protection_of(segment);
  must(call6(sys_mmap, (long)start, (long)(file_end - start), protection, map_private | map_fixed,
             file, (long)down(segment->p_offset, page)));
  if (end == file_end) return;
  const unsigned long whole = up(file_end, page);
  memset((void*)file_end, 0, whole - file_end);
  if (whole < end)
    must(call6(sys_mmap, (long)whole, (long)(end - whole), protection,
               map_private | map_fixed | map_anonymous, -1, 0));
}

static void read_headers(long file, struct Loader* loader) {
  Elf64_Ehdr* header = &loader->header;
  const long got = call6(sys_pread, file, (long)header, sizeof *header, 0, 0, 0);
  const unsigned count = header->e_phnum;
  const long size = (long)(count * sizeof loader->segments[0]);
  if (got != sizeof *header || !starts_with((const char*)header->e_ident, 0, ELFMAG) ||
      header->e_type != ET_DYN || count > sizeof loader->segments / sizeof loader->segments[0] ||
      call6(sys_pread, file, (long)loader->segments, size, (long)header->e_phoff, 0, 0) != size)
    refuse("this is no loader:", places.loader);
}

static void map_loader(unsigned long page, struct Loader* loader) {
  const long file = open_file(places.loader);
  if (file < 0) refuse("there is no", places.loader);
  read_headers(file, loader);
  unsigned long end = 0;
  for (unsigned i = 0; i < loader->header.e_phnum; ++i) {
    const Elf64_Phdr* segment = &loader->segments[i];
    if (segment->p_type == PT_LOAD && segment->p_vaddr + segment->p_memsz > end)
      end = segment->p_vaddr + segment->p_memsz;
  }
  // One range for all of it: what stands between the segments stays out of reach.
  const long base = call6(sys_mmap, 0, (long)up(end, page), 0, map_private | map_anonymous, -1, 0);
  must(base);
  loader->base = (unsigned long)base;
  for (unsigned i = 0; i < loader->header.e_phnum; ++i)
    if (loader->segments[i].p_type == PT_LOAD)
      map_segment(&loader->segments[i], loader->base, file, page);
}

/// The machine's preloaded libraries are made for the machine's C library, not for ours; and what
/// the tools start are tools.
static int is_for_other_loaders(const char* variable) {
  return starts_with(variable, 0, "LD_PRELOAD=") || starts_with(variable, 0, "LD_AUDIT=");
}

static unsigned long value_of(const unsigned long* vector, unsigned long type) {
  for (; vector[0] != AT_NULL; vector += 2)
    if (vector[0] == type) return vector[1];
  return 0;
}

/// The auxiliary vector as it is for a loader that the kernel started.
static void write_vector(const unsigned long* from, unsigned long* to,
                         const struct Loader* loader) {
  for (; from[0] != AT_NULL; from += 2, to += 2) {
    to[0] = from[0];
    to[1] = from[0] == AT_PHDR    ? loader->base + loader->header.e_phoff
            : from[0] == AT_PHNUM ? loader->header.e_phnum
            : from[0] == AT_ENTRY ? loader->base + loader->header.e_entry
            : from[0] == AT_BASE  ? 0
                                  : from[1];
  }
  to[0] = AT_NULL;
  to[1] = 0;
}

__attribute__((noreturn)) static void enter(unsigned long* stack, unsigned long entry) {
#if defined(__x86_64__)
  // rdx: what to call at exit, nothing.
  __asm__ volatile("mov %0, %%rsp\n\txor %%edx, %%edx\n\tjmp *%1" : : "r"(stack), "a"(entry));
#elif defined(__aarch64__)
  register unsigned long target __asm__("x16") = entry;
  __asm__ volatile("mov sp, %0\n\tmov x0, #0\n\tbr %1" : : "r"(stack), "r"(target));
#endif
  __builtin_unreachable();
}

/// `stack` is what the kernel gave: argc, argv, 0, environment, 0, auxiliary vector.
__attribute__((noreturn, used)) void xaas_start(unsigned long* stack) {
  const unsigned long argc = stack[0];
  unsigned long* argv = stack + 1;
  unsigned long* environment = argv + argc + 1;
  unsigned long* vector = environment;
  while (*vector++ != 0) {
  }
  unsigned long words = argc + 16;
  for (unsigned long* end = vector; end[0] != AT_NULL; end += 2) words += 2;
  words += (unsigned long)(vector - environment);

  struct Loader loader;
  find_places((const char*)value_of(vector, AT_EXECFN));
  map_loader(value_of(vector, AT_PAGESZ), &loader);

  // A new one, below all that is in use here; the loader gets it, and nobody comes back.
  unsigned long* fresh = __builtin_alloca_with_align(words * sizeof *fresh, 128);
  unsigned long* to = fresh;
  const char* first = argc > 0 ? (const char*)argv[0] : places.program;
  const char* given[] = {places.loader,    "--inhibit-cache", "--library-path",
                         places.libraries, "--argv0",         first,
                         places.program};
  const unsigned long extra = sizeof given / sizeof given[0];
  *to++ = extra + (argc > 0 ? argc - 1 : 0);
  for (unsigned long i = 0; i < extra; ++i) *to++ = (unsigned long)given[i];
  for (unsigned long i = 1; i < argc; ++i) *to++ = argv[i];
  *to++ = 0;
  for (; *environment != 0; ++environment)
    if (!is_for_other_loaders((const char*)*environment)) *to++ = *environment;
  *to++ = 0;
  write_vector(vector, to, &loader);
  enter(fresh, loader.base + loader.header.e_entry);
}

#if defined(__x86_64__)
__asm__(
    ".globl _start\n.type _start, @function\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n"
    "\tcall xaas_start\n");
#elif defined(__aarch64__)
__asm__(
    ".globl _start\n.type _start, %function\n_start:\n\tmov x29, #0\n\tmov x0, sp\n"
    "\tb xaas_start\n");
#endif
