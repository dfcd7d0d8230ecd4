#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

/* `check` runs nothing of a deployment: then this file is not there. */
static void leave_trace(void) {
  const char* name = getenv("TRACE");
  if (name != NULL) fclose(fopen(name, "w"));
}

int world_size(void) {
  int size = 0;
  leave_trace();
  MPI_Init(NULL, NULL);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Finalize();
  return size;
}
