set -e
$CC -O2 $FLAGS -fPIC -shared -Wl,-soname,libtwice.so.1 twice.c -o libtwice.so.1
$CC -O2 $FLAGS app.c libtwice.so.1 -o app
install -D -t $DESTDIR$PREFIX/bin app
install -D -t $DESTDIR$PREFIX/lib libtwice.so.1
# Not captured: they stay as they are.
/usr/bin/clang-22 -O2 tool.c -o tool
install -D -t $DESTDIR$PREFIX/bin tool
echo "prefix $PREFIX" > app.conf
install -D -m644 -t $DESTDIR$PREFIX/etc app.conf
