// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <cstdlib>
#include <string>

namespace membrane {
namespace {

bool read_number(const char* text, int least, int most, int& number) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < least || value > most) return false;
  number = static_cast<int>(value);
  return true;
}

}  // namespace

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return false;
    const std::string name = argv[i];
    if (name == "--points") {
      if (!read_number(argv[i + 1], 2, 8192, options.points)) return false;
    } else if (name == "--solves") {
      if (!read_number(argv[i + 1], 1, 1000000, options.solves)) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace membrane
