set -e
# The MPI by the name that pkg-config knows it by: mpich, ompi-c; none without one.
mpi=
if [ -n "$1" ]; then mpi="-DWITH_MPI $(pkg-config --cflags --libs $1)"; fi
$CC -O2 hello.c $mpi -o hello
install -D hello $DESTDIR$PREFIX/bin/hello
install -D -m 644 hello.pc $DESTDIR$PREFIX/lib/pkgconfig/hello.pc
install -D -m 644 hello.1 $DESTDIR$PREFIX/share/man/man1/hello.1
install -D -m 644 hello.pc $DESTDIR$PREFIX/lib/cmake/hello/hello.cmake
