// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

class FileCheck {
 public:
  explicit FileCheck(const Deployed& deployed) : deployed_(deployed), record_(*deployed.record) {}

  void look_at_place() {
    if (is_in_its_place(deployed_)) return;
    complain(
        fmt::format("its programs look for their files in `{}`, and it lies in `{}`",
                    record_.prefix, deployed_.path.string()),
        fmt::format("`xaas-deploy relocate {}` brings them together", deployed_.path.string()));
  }

  void look_at_unreached() {
    for (const std::string& path : record_.unreached) {
      complain(fmt::format("`{}` holds the prefix of its build in pieces, which could not be "
                           "replaced: it looks for its files where they are not",
                           path),
               "package the application with `--prefix` as the place where it will lie");
    }
  }

  void look_at_content() {
    for (const DeployedTarget& part : record_.targets) {
      for (const DeployedProduct& product : part.products) look_at(product);
    }
    for (const PrefixedFile& file : record_.prefixed) look_at(file);
  }

  std::vector<Finding> finish() { return std::move(findings_); }

 private:
  void complain(std::string text, std::string help) {
    findings_.push_back({.kind = Finding::Kind::problem,
                         .about = "files",
                         .text = std::move(text),
                         .help = std::move(help)});
  }

  void complain_of(const std::string& path, std::string_view what) {
    complain(fmt::format("`{}` {}", path, what),
             fmt::format("make it anew: `xaas-deploy specialize {} --output tree:{} --force`",
                         record_.reference, deployed_.path.string()));
  }

  void look_at(const DeployedProduct& product) {
    const auto bytes = read_file(deployed_.path / product.place);
    if (!bytes) {
      complain_of(product.place, "cannot be read: " + bytes.error().message());
    } else if (digest_of(*bytes) != product.content) {
      complain_of(product.place, "was changed since it was deployed");
    }
  }

  /// A file that people may edit, such as a script; products are looked at as a whole.
  void look_at(const PrefixedFile& file) {
    const bool is_product = std::ranges::any_of(record_.targets, [&](const DeployedTarget& part) {
      return std::ranges::find(part.products, file.path, &DeployedProduct::place) !=
             part.products.end();
    });
    if (is_product) return;
    const auto bytes = read_file(deployed_.path / file.path);
    if (!bytes) {
      complain_of(file.path, "cannot be read: " + bytes.error().message());
    } else if (!stands_at(prefix_in(file, record_.prefix, record_.room), file.places, *bytes)) {
      complain_of(file.path, fmt::format("was changed since it was deployed: `{}` is not where it "
                                         "was",
                                         record_.prefix));
    }
  }

  const Deployed& deployed_;
  const DeploymentRecord& record_;
  std::vector<Finding> findings_;
};

}  // namespace

bool is_in_its_place(const Deployed& deployed) {
  std::error_code error;
  const std::string& prefix = deployed.record->prefix;
  return prefix.empty() || fs::equivalent(prefix, deployed.path, error);
}

std::vector<Finding> damage_findings(const Deployed& deployed) {
  FileCheck check(deployed);
  check.look_at_content();
  return check.finish();
}

std::vector<Finding> file_findings(const Deployed& deployed) {
  FileCheck check(deployed);
  check.look_at_place();
  check.look_at_unreached();
  check.look_at_content();
  auto findings = check.finish();
  if (findings.empty())
    findings.push_back({.about = "files", .text = "all are as they were deployed"});
  return findings;
}

}  // namespace xaas
