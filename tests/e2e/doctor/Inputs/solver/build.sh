set -e
$CC -O2 -fPIC -shared -Wl,-soname,libplug.so.1 plug.c -o libplug.so.1
$CC -O2 solver.c libplug.so.1 -o solver
install -D solver $DESTDIR$PREFIX/bin/solver
install -D libplug.so.1 $DESTDIR$PREFIX/lib/libplug.so.1
# Not captured: it stays as it is.
/usr/bin/clang-22 -O2 other.c -o other
install -D other $DESTDIR$PREFIX/bin/other
