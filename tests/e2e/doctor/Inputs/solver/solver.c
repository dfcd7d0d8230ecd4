#include <stdio.h>
int plug(int n);
int main(int argc, char** argv) { return printf("%d\n", plug(argc)) < 0; }
