set -e
mpicc.$FLAVOUR -O2 -c solve.c
mpicc.$FLAVOUR -O2 main.c solve.o -o app
/usr/bin/mpicxx.$FLAVOUR -O2 more.cpp solve.o -o more
install -D -t $DESTDIR$PREFIX/bin app more
