#include <stdio.h>
#include <stdlib.h>
#ifdef WITH_MPI
#include <mpi.h>
#endif

/* Says which rank it is, with which arguments, and that the current folder is the caller's. */
int main(int count, char** words) {
  int rank = 0;
  int size = 1;
#ifdef WITH_MPI
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
#endif
  char text[80] = "none";
  FILE* data = fopen("data", "r");
  if (data) fscanf(data, "%79[^\n]", text);
  const char* who = getenv("WHO");
  printf("rank %d of %d, data %s, WHO %s, [%s] [%s]\n", rank, size, text, who ? who : "none",
         count > 1 ? words[1] : "", count > 2 ? words[2] : "");
#ifdef WITH_MPI
  MPI_Finalize();
#endif
  return 0;
}
