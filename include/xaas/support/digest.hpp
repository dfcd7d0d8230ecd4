// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace xaas {

/// A sha256 content digest. Printed and parsed as OCI does: `sha256:` and 64 lowercase hex digits
/// (image-spec 1.1, descriptor.md#digests). A default-constructed digest is empty and equals no
/// content.
class Digest {
 public:
  Digest() = default;

  /// "sha256:9f86..." with nothing before or after.
  static Result<Digest> parse(std::string_view text);

  [[nodiscard]] bool is_empty() const { return hex_.empty(); }
  [[nodiscard]] const std::string& hex() const { return hex_; }
  [[nodiscard]] std::string str() const { return "sha256:" + hex_; }
  /// The first 12 hex digits, for people.
  [[nodiscard]] std::string brief() const { return hex_.substr(0, 12); }

  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  friend class DigestBuilder;
  explicit Digest(std::string hex) : hex_(std::move(hex)) {}
  std::string hex_;
};

/// Digest of content that comes in pieces.
class DigestBuilder {
 public:
  DigestBuilder();
  ~DigestBuilder();
  DigestBuilder(DigestBuilder&&) noexcept;
  DigestBuilder& operator=(DigestBuilder&&) noexcept;
  DigestBuilder(const DigestBuilder&) = delete;
  DigestBuilder& operator=(const DigestBuilder&) = delete;

  void update(std::string_view bytes);
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest digest_of(std::string_view bytes);
Result<Digest> digest_of_file(const std::filesystem::path& path);

}  // namespace xaas

template <>
struct std::hash<xaas::Digest> {
  std::size_t operator()(const xaas::Digest& digest) const noexcept {
    return std::hash<std::string>{}(digest.hex());
  }
};
