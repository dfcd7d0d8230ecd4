// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/digest.hpp"

#include "file_descriptor.hpp"

// The plain functions, and not the EVP ones that OpenSSL 3 prefers: these read no configuration
// file and load no provider, which would cost each process of the wrapper more than its digests do.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_prefix = "sha256:";
constexpr std::size_t k_hex_digits = 64;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

struct DigestBuilder::State {
  SHA256_CTX hash;
};

Result<Digest> Digest::parse(std::string_view text) {
  const std::string_view hex = text.starts_with(k_prefix) ? text.substr(k_prefix.size()) : "";
  if (hex.size() != k_hex_digits || !std::ranges::all_of(hex, is_lower_hex)) {
    return fail(ErrorKind::invalid_input, "`{}` is not a digest", text.substr(0, 2 * k_hex_digits))
        .with_code("support.digest")
        .with_help("a digest is `sha256:` and 64 lowercase hex digits");
  }
  return Digest{std::string{hex}};
}

DigestBuilder::DigestBuilder() : state_(std::make_unique<State>()) {
  SHA256_Init(&state_->hash);
}
DigestBuilder::~DigestBuilder() = default;
DigestBuilder::DigestBuilder(DigestBuilder&&) noexcept = default;
DigestBuilder& DigestBuilder::operator=(DigestBuilder&&) noexcept = default;

void DigestBuilder::update(std::string_view bytes) {
  SHA256_Update(&state_->hash, bytes.data(), bytes.size());
}

Digest DigestBuilder::finish() {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> bytes{};
  SHA256_Final(bytes.data(), &state_->hash);
  std::string hex;
  hex.reserve(k_hex_digits);
  for (const std::uint8_t byte : bytes) {
    hex += k_digits[byte >> 4];
    hex += k_digits[byte & 15];
  }
  return Digest{std::move(hex)};
}

Digest digest_of(std::string_view bytes) {
  DigestBuilder builder;
  builder.update(bytes);
  return builder.finish();
}

Result<Digest> digest_of_file(const std::filesystem::path& path) {
  XAAS_TRY(const auto file, open_file(path, O_RDONLY));
  DigestBuilder builder;
  std::vector<char> block(std::size_t{256} * 1024);
  while (true) {
    const ssize_t got = ::read(file.number(), block.data(), block.size());
    const int error = errno;
    if (got == 0) return builder.finish();
    if (got > 0) builder.update({block.data(), static_cast<std::size_t>(got)});
    if (got < 0 && error != EINTR) return io_error("reading", path, error);
  }
}

}  // namespace xaas
