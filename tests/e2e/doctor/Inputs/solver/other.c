#include <stdio.h>
int main(void) { return puts("other") < 0; }
