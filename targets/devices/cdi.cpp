// SPDX-License-Identifier: Apache-2.0

// CNCF, Container Device Interface Specification 1.0: a file has one kind and its devices, each
// with the edits that give it to a container. JSON is a subset of YAML, so one reader does for
// both; fields that say nothing about devices are passed over.

#include "cdi.hpp"

#include "xaas/support/text.hpp"

#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/YAMLTraits.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace xaas {
namespace {

struct CdiNode {
  std::string path;
};

struct CdiEdits {
  std::vector<CdiNode> nodes;
};

struct CdiDevice {
  std::string name;
  CdiEdits edits;
};

struct CdiDocument {
  std::string kind;
  std::vector<CdiDevice> devices;
};

}  // namespace
}  // namespace xaas

LLVM_YAML_IS_SEQUENCE_VECTOR(xaas::CdiNode)
LLVM_YAML_IS_SEQUENCE_VECTOR(xaas::CdiDevice)

namespace llvm::yaml {

template <>
struct MappingTraits<xaas::CdiNode> {
  static void mapping(IO& io, xaas::CdiNode& node) { io.mapRequired("path", node.path); }
};

template <>
struct MappingTraits<xaas::CdiEdits> {
  static void mapping(IO& io, xaas::CdiEdits& edits) { io.mapOptional("deviceNodes", edits.nodes); }
};

template <>
struct MappingTraits<xaas::CdiDevice> {
  static void mapping(IO& io, xaas::CdiDevice& device) {
    io.mapRequired("name", device.name);
    io.mapRequired("containerEdits", device.edits);
  }
};

template <>
struct MappingTraits<xaas::CdiDocument> {
  static void mapping(IO& io, xaas::CdiDocument& document) {
    io.mapRequired("kind", document.kind);
    io.mapRequired("devices", document.devices);
  }
};

}  // namespace llvm::yaml

namespace xaas {
namespace {

/// Eight GPUs, each by three names, take a tenth of it.
constexpr std::size_t k_longest_cdi_file = std::size_t{1} << 20U;

std::size_t count_of(std::string_view line, std::string_view mark) {
  std::size_t count = 0;
  for (auto at = line.find(mark); at != line.npos; at = line.find(mark, at + 1)) ++count;
  return count;
}

/// LLVM's reader calls itself for each level. A level is a bracket, or a column in which a line
/// goes on; marks of entries open columns within a line. Brackets in strings count, too: files of
/// CDI have none.
bool nests_deeply(std::string_view text) {
  static constexpr std::size_t k_most_columns = 128;
  static constexpr int k_most_levels = 64;
  int brackets = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (std::min(line.find_first_not_of(" -?"), line.size()) > k_most_columns) return true;
    if (count_of(line, "- ") + count_of(line, "? ") > k_most_levels) return true;
    for (const char letter : line) {
      if (letter == '[' || letter == '{') ++brackets;
      if (letter == ']' || letter == '}') --brackets;
      if (brackets > k_most_levels) return true;
    }
  }
  return false;
}

/// Keeps the first error; about fields that are passed over there are warnings.
void keep_first_error(const llvm::SMDiagnostic& diagnostic, void* context) {
  auto& error = *static_cast<std::string*>(context);
  if (diagnostic.getKind() != llvm::SourceMgr::DK_Error || !error.empty()) return;
  error = fmt::format("line {}: {}", diagnostic.getLineNo(), diagnostic.getMessage().str());
}

}  // namespace

Result<CdiFile> read_cdi(std::string_view text) {
  const auto refuse = [](std::string_view reason) {
    return fail(ErrorKind::corrupt, "this is no file of CDI: {}", reason)
        .with_code("target.no-answer");
  };
  if (text.size() > k_longest_cdi_file)
    return refuse(fmt::format("it has more than {} bytes", k_longest_cdi_file));
  if (nests_deeply(text)) return refuse("it nests too deeply");
  std::string error;
  llvm::yaml::Input input(llvm::StringRef(text.data(), text.size()), nullptr, keep_first_error,
                          &error);
  input.setAllowUnknownKeys(true);
  CdiDocument document;
  input >> document;
  if (input.error()) return refuse(error.empty() ? "it holds nothing" : error);
  CdiFile file{.kind = std::move(document.kind)};
  for (const CdiDevice& device : document.devices)
    for (const CdiNode& node : device.edits.nodes) file.nodes.insert(node.path);
  return file;
}

}  // namespace xaas
