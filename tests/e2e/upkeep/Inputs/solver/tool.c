#include <stdio.h>
int main(void) { return puts("tool") < 0; }
