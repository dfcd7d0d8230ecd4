// SPDX-License-Identifier: Apache-2.0
#include "compile_input_json.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace xaas {

Json json_of(const std::vector<CompileInput>& inputs) {
  Json list = Json::array();
  for (const CompileInput& input : inputs)
    list.push_back({{"path", input.path}, {"content", input.content.str()}});
  return list;
}

Result<std::vector<CompileInput>> read_compile_inputs(const JsonReader& reader) {
  XAAS_TRY(const auto objects, reader.objects("inputs"));
  std::vector<CompileInput> inputs;
  for (const JsonReader& object : objects) {
    CompileInput input;
    XAAS_TRY(input.path, object.string("path"));
    XAAS_TRY(input.content, object.digest("content"));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace xaas
