#include <stdio.h>

int main(void) {
  puts(
#include "text.h"
  );
}
