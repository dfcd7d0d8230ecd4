// SPDX-License-Identifier: Apache-2.0

// A rank that does nothing but to say "xaas-mpi RANK of SIZE" when all others of its world have
// come to the same point. xaas-deploy links it with what a deployed program is linked with, so that
// it loads the same MPI, and has a launcher start several of it. Its one argument is MPI's ABI.

#include "system_calls.h"

// An int in MPICH's ABI, a pointer in the others: as a parameter both have the same register.
typedef long communicator;

int MPI_Init(int* argc, char*** argv);
int MPI_Comm_rank(communicator of, int* rank);
int MPI_Comm_size(communicator of, int* size);
int MPI_Barrier(communicator of);
int MPI_Finalize(void);
// Open MPI alone has it.
extern char ompi_mpi_comm_world __attribute__((weak));

int __libc_start_main(int (*run)(int, char**, char**), int argc, char** argv, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void* stack_end);

static communicator world_of(const char* abi) {
  const char* end = abi + length_of(abi);
  if (starts_with(abi, end, "openmpi")) return (communicator)&ompi_mpi_comm_world;
  // MPI 5.0, chapter 20; MPICH's mpi.h, the same since the MPICH ABI Compatibility Initiative.
  return starts_with(abi, end, "mpi-5") ? 0x101 : 0x44000000;
}

static void say(int rank, int size) {
  char text[64];
  unsigned long at = add(text, 0, sizeof text, "xaas-mpi ");
  at = add_number(text, at, sizeof text, rank);
  at = add(text, at, sizeof text, " of ");
  at = add_number(text, at, sizeof text, size);
  at = add(text, at, sizeof text, "\n");
  // At once: launchers put the lines of ranks together as they come.
  call6(sys_write, 1, (long)text, (long)at, 0, 0, 0);
}

static int run(int argc, char** argv, char** environment) {
  (void)environment;
  int rank = 0;
  int size = 0;
  if (argc != 2) return 1;
  const communicator world = world_of(argv[1]);
  if (MPI_Init(0, 0) != 0 || MPI_Comm_rank(world, &rank) != 0 || MPI_Comm_size(world, &size) != 0 ||
      MPI_Barrier(world) != 0)
    return 1;
  say(rank, size);
  return MPI_Finalize() != 0;
}

__attribute__((used, noreturn)) static void start(long* stack, void (*loader_fini)(void)) {
  __libc_start_main(run, (int)stack[0], (char**)(stack + 1), 0, 0, loader_fini, stack);
  __builtin_unreachable();
}

#if defined(__x86_64__)
__asm__(
    ".globl _start\n.type _start,@function\n_start:\n"
    "  xor %ebp, %ebp\n  mov %rsp, %rdi\n  mov %rdx, %rsi\n  and $-16, %rsp\n  call start\n  "
    "hlt\n");
#elif defined(__aarch64__)
__asm__(
    ".globl _start\n.type _start,@function\n_start:\n"
    "  mov x29, #0\n  mov x1, x0\n  mov x0, sp\n  bl start\n  brk #0\n");
#endif
