// SPDX-License-Identifier: Apache-2.0
#include "gas.hpp"

namespace blast {

Gas::Gas(int cells, int planes) : cells_(cells), planes_(planes) {
  for (std::vector<Real>& field : fields_)
    field.resize(static_cast<std::size_t>(plane_size()) * static_cast<std::size_t>(planes + 2));
}

}  // namespace blast
