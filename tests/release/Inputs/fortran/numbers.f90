module numbers
  use, intrinsic :: iso_fortran_env, only: int64
  implicit none
contains
  integer(int64) function total_to(n)
    integer, intent(in) :: n
    integer :: i
    total_to = 0
    !$omp parallel do reduction(+:total_to)
    do i = 1, n
      total_to = total_to + i
    end do
  end function
end module
