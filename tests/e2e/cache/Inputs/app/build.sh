for part in 1 2 3 4 5 6; do $CC -O2 -DPART=$part -c part.c -o part$part.o || exit 1; done
$CC -O2 main.c part?.o -o p
install -D p $DESTDIR$PREFIX/bin/p
