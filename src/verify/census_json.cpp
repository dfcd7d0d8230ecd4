// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/json.hpp"
#include "xaas/verify/verify.hpp"

#include <nlohmann/json.hpp>

namespace xaas {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

Result<Counts> read_counts(const JsonReader& reader, std::string_view key) {
  XAAS_TRY(const auto object, reader.object(key));
  Counts counts;
  for (const auto& item : object.value().items()) {
    XAAS_TRY(const auto count, object.integer(item.key()));
    counts.emplace(item.key(), static_cast<std::uint64_t>(count));
  }
  return counts;
}

Result<Census> read_census(const JsonReader& reader) {
  Census census;
  XAAS_TRY(census.instructions, read_counts(reader, "instructions"));
  XAAS_TRY(census.explicit_instructions, read_counts(reader, "explicit_instructions"));
  XAAS_TRY(const auto undecoded, reader.integer("undecoded_bytes"));
  XAAS_TRY(const auto widest, reader.integer("widest_vector_bits"));
  census.undecoded_bytes = static_cast<std::uint64_t>(undecoded);
  census.widest_vector_bits = static_cast<unsigned>(widest);
  return census;
}

}  // namespace

std::string print_census(const Census& census) {
  Json json;
  json["instructions"] = census.instructions;
  json["explicit_instructions"] = census.explicit_instructions;
  json["undecoded_bytes"] = census.undecoded_bytes;
  json["widest_vector_bits"] = census.widest_vector_bits;
  return print_json(json);
}

Result<Census> parse_census(std::string_view json) {
  XAAS_TRY(const auto value, parse_json(json));
  if (!value.is_object())
    return fail(ErrorKind::corrupt, "a census is a JSON object, this is not one")
        .with_code("verify.no-census");
  return while_doing(read_census(JsonReader(value, {})), "reading a census");
}

}  // namespace xaas
