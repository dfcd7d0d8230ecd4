// SPDX-License-Identifier: Apache-2.0
#include "file_values.hpp"

#include "file_fields.hpp"

#include "xaas/specializations/processor_features.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>
#include <utility>

namespace xaas {
namespace {

constexpr auto k_requires_keys =
    std::to_array<std::string_view>({"cpu", "vector_bits", "gpu", "mpi", "libraries"});
constexpr auto k_gpu_keys = std::to_array<std::string_view>({"backend", "architectures"});
constexpr auto k_library_keys = std::to_array<std::string_view>({"name", "version"});
constexpr auto k_build_keys =
    std::to_array<std::string_view>({"cmake", "configure", "meson", "make", "env", "steps"});
constexpr auto k_mpi_abis = std::to_array<std::string_view>({"mpich", "openmpi", "mpi-5"});
constexpr auto k_backends =
    std::to_array<std::string_view>({"cuda", "hip", "level-zero", "opencl"});

using Words = std::span<const std::string_view>;

bool has_word(Words words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

Status check_feature(const SourceText& source, const LocatedJson& item) {
  XAAS_CHECK(string_in(source, item, Empty::refused));
  if (has_word(x86_features(), item.text) || has_word(aarch64_features(), item.text)) return {};
  std::vector<std::string> known(x86_features().begin(), x86_features().end());
  known.insert(known.end(), aarch64_features().begin(), aarch64_features().end());
  return unknown_word(source, item.at, "processor feature", item.text, known);
}

Result<std::set<std::string>> read_cpu(const SourceText& source, const LocatedJson& object) {
  std::set<std::string> features;
  XAAS_CHECK(for_each_item(source, object, "cpu", [&](const LocatedJson& item) -> Status {
    XAAS_CHECK(check_feature(source, item));
    features.insert(item.text);
    return {};
  }));
  const auto has_all = [&](Words words) {
    return std::ranges::all_of(
        features, [&](const std::string& feature) { return has_word(words, feature); });
  };
  if (has_all(x86_features()) || has_all(aarch64_features())) return features;
  const auto of_one = [&](Words words) {
    return *std::ranges::find_if(
        features, [&](const std::string& feature) { return !has_word(words, feature); });
  };
  return source.error_at(object.find("cpu")->at,
                         fmt::format("no processor has both `{}` of x86-64 and `{}` of AArch64",
                                     of_one(aarch64_features()), of_one(x86_features())));
}

/// Arm's manual (A1.4) has SVE lengths of powers of two.
Result<unsigned> read_vector_bits(const SourceText& source, const LocatedJson& object,
                                  const std::set<std::string>& features) {
  const LocatedJson* field = object.find("vector_bits");
  if (field == nullptr) return 0U;
  XAAS_CHECK(check_kind(source, *field, LocatedJson::Kind::integer));
  if (!features.contains("sve") && !features.contains("sve2")) {
    return source.error_at(field->key_at, "`vector_bits` is of a value that needs `sve`")
        .with_help("where vectors have one length, the features of `cpu` say it");
  }
  for (const unsigned bits : {128U, 256U, 512U, 1024U, 2048U})
    if (std::cmp_equal(field->number, bits)) return bits;
  return source.error_at(field->at, fmt::format("no vectors of SVE have {} bits", field->number))
      .with_help("they have 128, 256, 512, 1024 or 2048");
}

/// A field that is one of a few words; absent: empty.
Result<std::string> word_field(const SourceText& source, const LocatedJson& object,
                               std::string_view key, const std::string& what, Words known) {
  const LocatedJson* field = object.find(key);
  if (field == nullptr) return std::string();
  XAAS_TRY(auto word, string_in(source, *field, Empty::refused));
  if (has_word(known, word)) return word;
  return unknown_word(source, field->at, what, word, {known.begin(), known.end()});
}

/// How the architectures of a backend are called, where that is one way.
Status check_architecture(const SourceText& source, const LocatedJson& item,
                          const std::string& backend) {
  static const std::regex k_cuda("sm_[1-9][0-9]+[af]?");
  static const std::regex k_hip("gfx[0-9]+[0-9a-f]{2}");
  constexpr std::size_t k_longest = 32;
  XAAS_CHECK(string_in(source, item, Empty::refused));
  const bool is_cuda = backend == "cuda";
  const bool is_short = item.text.size() <= k_longest;
  if (is_short && !is_cuda && backend != "hip") return {};
  if (is_short && std::regex_match(item.text, is_cuda ? k_cuda : k_hip)) return {};
  return source
      .error_at(item.at,
                fmt::format("`{}` is no architecture of {}", shortened(item.text), backend))
      .with_code("spec.unknown")
      .with_help(fmt::format("they are called like `{}`", is_cuda ? "sm_90" : "gfx90a"));
}

Status read_gpu(const SourceText& source, const LocatedJson& object, Requirements& requirements) {
  const LocatedJson* gpu = object.find("gpu");
  if (gpu == nullptr) return {};
  XAAS_CHECK(check_keys(source, *gpu, k_gpu_keys));
  XAAS_CHECK(need_field(source, *gpu, "backend"));
  XAAS_TRY(requirements.gpu_backend,
           word_field(source, *gpu, "backend", "GPU backend", k_backends));
  return for_each_item(source, *gpu, "architectures", [&](const LocatedJson& item) -> Status {
    XAAS_CHECK(check_architecture(source, item, requirements.gpu_backend));
    requirements.gpu_architectures.insert(item.text);
    return {};
  });
}

Status read_library(const SourceText& source, const LocatedJson& item,
                    std::vector<LibraryRequirement>& libraries) {
  static const std::regex k_name("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");
  static const std::regex k_version("[0-9][A-Za-z0-9.+~-]{0,63}");
  XAAS_CHECK(check_keys(source, item, k_library_keys));
  XAAS_TRY(const LocatedJson* name, need_field(source, item, "name"));
  XAAS_CHECK(string_in(source, *name, Empty::refused));
  if (name->text.size() > 128 || !std::regex_match(name->text, k_name)) {
    return source
        .error_at(name->at, fmt::format("`{}` is no library's name", shortened(name->text)))
        .with_help("name it like `libhdf5`");
  }
  XAAS_TRY(const auto version, string_field(source, item, "version", Empty::refused));
  if (version.size() > 64 || (!version.empty() && !std::regex_match(version, k_version))) {
    return source
        .error_at(item.find("version")->at, fmt::format("`{}` is no version", shortened(version)))
        .with_help("a version is at least this one, e.g. `1.12`");
  }
  libraries.push_back({.name = name->text, .version = version});
  return {};
}

/// What `xaas-build` says itself: said again it would make the capture miss files or compiles.
struct Reserved {
  std::string_view key;    // in `build`
  std::string_view start;  // of an argument
  std::string_view instead;
};
constexpr auto k_reserved = std::to_array<Reserved>({
    {.key = "cmake", .start = "-DCMAKE_INSTALL_PREFIX", .instead = "give `--prefix` to xaas-build"},
    {.key = "cmake", .start = "-S", .instead = "the source folder is what `--source` names"},
    {.key = "cmake", .start = "-B", .instead = "builds lie in a folder of their own"},
    {.key = "configure", .start = "--prefix", .instead = "give `--prefix` to xaas-build"},
    {.key = "meson", .start = "--prefix", .instead = "give `--prefix` to xaas-build"},
    {.key = "meson", .start = "-Dprefix=", .instead = "give `--prefix` to xaas-build"},
    {.key = "make", .start = "PREFIX=", .instead = "give `--prefix` to xaas-build"},
    {.key = "make", .start = "prefix=", .instead = "give `--prefix` to xaas-build"},
    {.key = "make",
     .start = "DESTDIR=",
     .instead = "files are installed where xaas-build finds them"},
    {.key = "make", .start = "-j", .instead = "give `--jobs` to xaas-build"},
    {.key = "env", .start = "PATH", .instead = "the compilers of the capture are found by it"},
    {.key = "env",
     .start = "DESTDIR",
     .instead = "files are installed where xaas-build finds them"},
    {.key = "env", .start = "PREFIX", .instead = "give `--prefix` to xaas-build"},
    {.key = "env",
     .start = "TMPDIR",
     .instead = "the capture has a folder of its own for temporary files"},
    {.key = "env", .start = "XAAS_", .instead = "these variables are xaas-build's own"},
});

Status check_reserved(const SourceText& source, std::string_view key, std::string_view word,
                      std::size_t at) {
  for (const Reserved& reserved : k_reserved) {
    const bool is_whole = key == "env" && !reserved.start.ends_with('_');
    const bool is_it = is_whole ? word == reserved.start : word.starts_with(reserved.start);
    if (key != reserved.key || !is_it) continue;
    return source.error_at(at, fmt::format("`{}` is set by xaas-build itself", shortened(word)))
        .with_code("spec.reserved")
        .with_help(std::string(reserved.instead));
  }
  return {};
}

Result<std::vector<std::string>> read_arguments(const SourceText& source, const LocatedJson& object,
                                                std::string_view key) {
  XAAS_TRY(auto arguments, strings_field(source, object, key));
  for (std::size_t i = 0; i < arguments.size(); ++i)
    XAAS_CHECK(check_reserved(source, key, arguments[i], object.find(key)->children[i].at));
  return arguments;
}

Result<std::map<std::string, std::string>> environment_field(const SourceText& source,
                                                             const LocatedJson& object) {
  XAAS_TRY(auto environment, variables_field(source, object, "env"));
  for (const auto& [name, value] : environment)
    XAAS_CHECK(check_reserved(source, "env", name, object.find("env")->find(name)->key_at));
  return environment;
}

}  // namespace

Result<Requirements> read_requires(const SourceText& source, const LocatedJson& object) {
  Requirements requirements;
  XAAS_CHECK(check_keys(source, object, k_requires_keys));
  XAAS_TRY(requirements.cpu, read_cpu(source, object));
  XAAS_TRY(requirements.vector_bits, read_vector_bits(source, object, requirements.cpu));
  XAAS_CHECK(read_gpu(source, object, requirements));
  XAAS_TRY(requirements.mpi, word_field(source, object, "mpi", "MPI ABI", k_mpi_abis));
  XAAS_CHECK(for_each_item(source, object, "libraries", [&](const LocatedJson& item) {
    return read_library(source, item, requirements.libraries);
  }));
  return requirements;
}

Result<BuildAdditions> read_build(const SourceText& source, const LocatedJson& object) {
  BuildAdditions additions;
  XAAS_CHECK(check_keys(source, object, k_build_keys));
  XAAS_TRY(additions.cmake, read_arguments(source, object, "cmake"));
  XAAS_TRY(additions.configure, read_arguments(source, object, "configure"));
  XAAS_TRY(additions.meson, read_arguments(source, object, "meson"));
  XAAS_TRY(additions.make, read_arguments(source, object, "make"));
  XAAS_TRY(additions.steps, strings_field(source, object, "steps"));
  XAAS_TRY(additions.environment, environment_field(source, object));
  return additions;
}

}  // namespace xaas
