// SPDX-License-Identifier: Apache-2.0
#include "record/deployment_decisions.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace xaas {
namespace {

Json to_json(const Requirements& requirements) {
  Json libraries = Json::array();
  for (const LibraryRequirement& library : requirements.libraries)
    libraries.push_back({{"name", library.name}, {"version", library.version}});
  return {{"cpu", requirements.cpu},
          {"gpu_backend", requirements.gpu_backend},
          {"gpu_architectures", requirements.gpu_architectures},
          {"mpi", requirements.mpi},
          {"libraries", std::move(libraries)}};
}

Result<std::set<std::string>> read_set(const JsonReader& reader, std::string_view key) {
  XAAS_TRY(const auto words, reader.strings(key));
  return std::set(words.begin(), words.end());
}

Result<Requirements> read_requirements(const JsonReader& reader) {
  Requirements requirements;
  XAAS_TRY(requirements.cpu, read_set(reader, "cpu"));
  XAAS_TRY(requirements.gpu_backend, reader.string_or("gpu_backend", ""));
  XAAS_TRY(requirements.gpu_architectures, read_set(reader, "gpu_architectures"));
  XAAS_TRY(requirements.mpi, reader.string_or("mpi", ""));
  XAAS_TRY(const auto libraries, reader.objects("libraries"));
  for (const JsonReader& object : libraries) {
    LibraryRequirement library;
    XAAS_TRY(library.name, object.string("name"));
    XAAS_TRY(library.version, object.string_or("version", ""));
    requirements.libraries.push_back(std::move(library));
  }
  return requirements;
}

Result<RejectedConfiguration> read_rejected(const JsonReader& reader) {
  RejectedConfiguration rejected;
  XAAS_TRY(rejected.name, reader.string("name"));
  XAAS_TRY(rejected.values, read_text_map(reader, "values"));
  XAAS_TRY(rejected.reasons, reader.strings("reasons"));
  return rejected;
}

}  // namespace

Json to_json(const ConfigurationDecision& decision) {
  Json rejected = Json::array();
  for (const RejectedConfiguration& other : decision.rejected) {
    rejected.push_back(
        {{"name", other.name}, {"values", other.values}, {"reasons", other.reasons}});
  }
  return {{"requirements", to_json(decision.requirements)},
          {"reason", decision.reason},
          {"rejected", std::move(rejected)}};
}

Result<ConfigurationDecision> read_decision(const JsonReader& reader) {
  ConfigurationDecision decision;
  XAAS_TRY(const auto requirements, reader.object("requirements"));
  XAAS_TRY(decision.requirements, read_requirements(requirements));
  XAAS_TRY(decision.reason, reader.string_or("reason", ""));
  XAAS_TRY(const auto rejected, reader.objects("rejected"));
  for (const JsonReader& object : rejected) {
    XAAS_TRY(auto other, read_rejected(object));
    decision.rejected.push_back(std::move(other));
  }
  return decision;
}

Json to_json(const UnitExceptions& exceptions) {
  return {
      {"reason", exceptions.reason}, {"count", exceptions.count}, {"sources", exceptions.sources}};
}

Result<UnitExceptions> read_exceptions(const JsonReader& reader) {
  UnitExceptions exceptions;
  XAAS_TRY(exceptions.reason, reader.string("reason"));
  XAAS_TRY(const auto count, reader.integer("count"));
  exceptions.count = static_cast<std::size_t>(count);
  XAAS_TRY(exceptions.sources, reader.strings("sources"));
  return exceptions;
}

Result<std::map<std::string, std::string>> read_text_map(const JsonReader& reader,
                                                         std::string_view key) {
  std::map<std::string, std::string> texts;
  if (!reader.has(key)) return texts;
  XAAS_TRY(const auto object, reader.object(key));
  for (const auto& item : object.value().items()) {
    XAAS_TRY(texts[item.key()], object.string(item.key()));
  }
  return texts;
}

}  // namespace xaas
