// SPDX-License-Identifier: Apache-2.0
#include "manifest_names.hpp"

namespace xaas {

std::string name_of(UnitDifference::Kind kind) {
  switch (kind) {
    case UnitDifference::Kind::flag:
      return "flag";
    case UnitDifference::Kind::macro:
      return "macro";
    case UnitDifference::Kind::file:
      return "file";
  }
  return "flag";
}

std::string name_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::executable:
      return "executable";
    case LinkKind::shared_library:
      return "shared-library";
    case LinkKind::archive:
      return "archive";
  }
  return "executable";
}

std::string name_of(StripLevel level) {
  switch (level) {
    case StripLevel::nothing:
      return "nothing";
    case StripLevel::debug:
      return "debug";
    case StripLevel::all:
      return "all";
  }
  return "nothing";
}

}  // namespace xaas
