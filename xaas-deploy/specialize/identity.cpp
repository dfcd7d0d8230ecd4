// SPDX-License-Identifier: Apache-2.0
#include "specialize/identity.hpp"

#include "xaas/elf/package_note.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/mapped_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_option = "--package-metadata=";

/// lld reads %25 as %.
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const char* const digits = text.data() + at + 1;
    if (text[at] == '%' && text.size() - at > 2 &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      result += static_cast<char>(value);
      at += 2;
    } else {
      result += text[at];
    }
  }
  return result;
}

std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '%' ? "%25" : std::string(1, c);
  return result;
}

/// The product's package, as its own build describes it; an empty object where it does not.
Json recorded_package(const std::string& option) {
  if (option.empty()) return Json::object();
  auto package = parse_json(decoded(std::string_view(option).substr(k_option.size())));
  return package && package->is_object() ? std::move(*package) : Json::object();
}

std::string text_of(const Json& package, const char* key) {
  const auto found = package.find(key);
  return found != package.end() && found->is_string() ? found->get<std::string>() : "";
}

Json package_of(const ProductIdentity& identity, Json package) {
  if (!package.contains("type")) {
    package["type"] = "xaas";
    package["name"] = identity.application;
    package["architecture"] = identity.architecture;
  }
  package["xaasApplication"] = identity.application;
  package["xaasIr"] = identity.ir.str();
  if (!identity.configuration.empty()) package["xaasConfiguration"] = identity.configuration;
  package["xaasTarget"] = identity.target;
  package["xaasNumerics"] = identity.numerics;
  package["xaasProducer"] = identity.producer;
  return package;
}

/// One line; names of files need not be UTF-8.
std::string text_of(const Json& package) {
  return package.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string describe_package(const std::string& file, const Json& package) {
  std::string text = file + "\n";
  const auto line = [&](const char* what, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {:<12} {}\n", what, value);
  };
  line("application", text_of(package, "xaasApplication"));
  line("IR", text_of(package, "xaasIr"));
  line("configured", text_of(package, "xaasConfiguration"));
  line("target", text_of(package, "xaasTarget"));
  line("numerics", text_of(package, "xaasNumerics"));
  line("made by", text_of(package, "xaasProducer"));
  if (text_of(package, "type") != "xaas") {
    line("package", fmt::format("{} {} {}", text_of(package, "type"), text_of(package, "name"),
                                text_of(package, "version")));
  }
  return text;
}

Result<std::vector<std::pair<std::string, Json>>> packages_of(const std::string& file) {
  // Core files are as large as the memory of what crashed, and little of them is read.
  XAAS_TRY(const auto mapped, MappedFile::open(file));
  XAAS_TRY(const auto notes,
           while_doing(read_package_notes(mapped.bytes()), fmt::format("reading `{}`", file)));
  std::vector<std::pair<std::string, Json>> packages;
  for (const PackageNote& note : notes) {
    auto package = parse_json(note.text);
    if (!package || !package->is_object() || !package->contains("xaasIr")) continue;
    packages.emplace_back(note.file.empty() ? file : note.file, std::move(*package));
  }
  if (!packages.empty()) return packages;
  return fail(ErrorKind::not_found, "`{}` does not say that xaas made it", file)
      .with_code("identify.no-note")
      .with_help(
          "a deployment's programs and libraries do, and core files of them, where the system "
          "writes the heads of files into these (core(5), coredump_filter)");
}

}  // namespace

ProductIdentity identity_of(const DeploymentRecord& record, const DeployedTarget& part) {
  return {.application = record.application,
          .ir = record.ir,
          .configuration = record.values.empty() ? "" : record.configuration,
          .architecture = part.target.architecture,
          .target = part.target.cpu.name,
          .numerics = part.numerics,
          .producer = record.producer};
}

std::string identity_option(const ProductIdentity& identity, const std::string& recorded) {
  return std::string(k_option) + encoded(text_of(package_of(identity, recorded_package(recorded))));
}

std::string identity_note(const ProductIdentity& identity) {
  return text_of(package_of(identity, Json::object()));
}

Result<int> run_identify_command(const IdentifyOptions& options) {
  XAAS_TRY(const auto packages, packages_of(options.file));
  std::string text;
  Json array = Json::array();
  for (const auto& [file, package] : packages) {
    text += describe_package(file, package);
    array.push_back({{"file", file}, {"package", package}});
  }
  XAAS_CHECK(print_output(options.json ? print_json(array) : text));
  return 0;
}

}  // namespace xaas
