set -e
# The reference BLAS, whichever the machine's alternatives are set to.
mpicc.mpich -O2 app.c -o app -L/usr/lib/$(uname -m)-linux-gnu/blas -l:libblas.so.3
# Not captured: it stays as it is.
/usr/bin/clang-22 -O2 tool.c -o tool
install -D -t "$DESTDIR$PREFIX/bin" app tool
echo "prefix $PREFIX" > app.conf
install -D -m644 -t "$DESTDIR$PREFIX/etc" app.conf
