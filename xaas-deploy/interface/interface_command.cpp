// SPDX-License-Identifier: Apache-2.0
#include "interface/interface_command.hpp"

#include "table.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/targets/site_profile.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace xaas {
namespace {

Json json_of(const LibraryInterface& interface) {
  Json json = {{"name", interface.name},
               {"kind", name_of(interface.kind)},
               {"description", interface.description},
               {"where", interface.path.empty() ? "shipped" : "site"}};
  if (!interface.path.empty()) json["path"] = interface.path.string();
  for (const char* list : {"classes", "implementations"}) json[list] = Json::array();
  for (const InterfaceClass& one : interface.classes) json["classes"].push_back(one.name);
  for (const InterfaceImplementation& one : interface.implementations)
    json["implementations"].push_back(one.name);
  return json;
}

Result<int> list(const InterfaceOptions& options) {
  XAAS_TRY(const auto folder, interface_folder());
  XAAS_TRY(const auto interfaces, load_interfaces(folder));
  std::vector<TableRow> rows{{"NAME", "KIND", "LIBRARIES", "FROM"}};
  Json json = {
      {"schema", "xaas.interfaces/1"}, {"interfaces", Json::array()}, {"folder", folder.string()}};
  for (const LibraryInterface& one : interfaces) {
    rows.push_back({one.name, name_of(one.kind), fmt::format("{}", one.implementations.size()),
                    one.path.empty() ? "shipped" : one.path.string()});
    json["interfaces"].push_back(json_of(one));
  }
  const std::string text =
      fmt::format("{}\nThe site's own lie in {}\n", print_table(rows), folder.string());
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return 0;
}

Result<int> show(const std::string& name) {
  XAAS_TRY(const auto folder, interface_folder());
  XAAS_TRY(const auto text, interface_text(folder, name));
  XAAS_CHECK(print_output(text));
  return 0;
}

std::string report_of(const std::string& file, const Result<LibraryInterface>& read) {
  if (read) return file + ": no problem\n";
  const std::string& help = read.error().help();
  return read.error().message() + (help.empty() ? "" : "; " + help) + "\n";
}

Result<int> validate(const std::vector<std::string>& files) {
  std::string report;
  bool is_right = true;
  for (const std::string& file : files) {
    const auto read = read_interface(file);
    is_right = is_right && read.has_value();
    report += report_of(file, read);
  }
  XAAS_CHECK(print_output(report));
  return is_right ? 0 : k_exit_mismatch;
}

}  // namespace

Result<std::filesystem::path> interface_folder() {
  XAAS_TRY(const auto site, load_site_profile());
  return site_interfaces(site, environment_variables());
}

Result<std::vector<LibraryInterface>> known_interfaces() {
  XAAS_TRY(const auto folder, interface_folder());
  return load_interfaces(folder);
}

Result<int> run_interface_command(const InterfaceOptions& options) {
  if (options.action == "list") return list(options);
  if (options.action == "show") return show(options.names.front());
  return validate(options.names);
}

}  // namespace xaas
