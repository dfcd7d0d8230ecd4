program total
  use numbers
  use omp_lib, only: omp_get_max_threads
  implicit none
  if (omp_get_max_threads() > 0) print '(a,i0)', 'sum ', total_to(100)
end program
