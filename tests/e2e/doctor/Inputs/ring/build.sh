set -e
# With `direct` the program needs MPI itself, else through a library of its own.
mpi=$(pkg-config --cflags --libs mpich)
if [ "$1" = direct ]; then
  $CC -O2 main.c ring.c $mpi -o ring
else
  $CC -O2 -fPIC -shared -Wl,-soname,libring.so.1 ring.c $mpi -o libring.so.1
  $CC -O2 main.c libring.so.1 -o ring
  install -D libring.so.1 $DESTDIR$PREFIX/lib/libring.so.1
fi
install -D ring $DESTDIR$PREFIX/bin/ring
