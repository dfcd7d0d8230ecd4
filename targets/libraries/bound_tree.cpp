// SPDX-License-Identifier: Apache-2.0
#include "bound_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

class BoundTree final : public HostProbe {
 public:
  BoundTree(const std::filesystem::path& root, BoundFiles bound)
      : tree_(saved_tree(root)), host_(live_host()), bound_(std::move(bound)) {}

  [[nodiscard]] bool is_live() const override { return false; }
  [[nodiscard]] std::string architecture() const override { return host_->architecture(); }
  [[nodiscard]] std::string cpu_name() const override { return host_->cpu_name(); }
  [[nodiscard]] std::map<std::string, bool> cpu_features() const override {
    return host_->cpu_features();
  }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    return place_of(path).read(path);
  }
  [[nodiscard]] Result<MappedFile> map(const std::string& path) const override {
    return place_of(path).map(path);
  }
  [[nodiscard]] Result<std::string> read_up_to(const std::string& path,
                                               std::uint64_t most) const override {
    return place_of(path).read_up_to(path, most);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    return place_of(path).list(path);
  }
  [[nodiscard]] std::string link(const std::string& path) const override {
    return place_of(path).link(path);
  }
  [[nodiscard]] std::string variable(const std::string& name) const override {
    if (name == "LD_LIBRARY_PATH") return fmt::format("{}", fmt::join(bound_.library_folders, ":"));
    return tree_->variable(name);
  }
  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& argv) const override {
    return tree_->ask(argv);
  }

 private:
  [[nodiscard]] const HostProbe& place_of(const std::string& path) const {
    const bool is_bound = std::ranges::any_of(bound_.paths, [&](const std::string& from) {
      return path == from || path.starts_with(from + "/");
    });
    return is_bound ? *host_ : *tree_;
  }

  std::unique_ptr<HostProbe> tree_;
  std::unique_ptr<HostProbe> host_;
  BoundFiles bound_;
};

}  // namespace

std::unique_ptr<HostProbe> bound_tree(const std::filesystem::path& root, const BoundFiles& bound) {
  if (root.empty()) return live_host();
  return std::make_unique<BoundTree>(root, bound);
}

}  // namespace xaas
