// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/prefix.hpp"

#include "xaas/ir/manifest.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace xaas {
namespace {

constexpr std::size_t k_placeholder_length = 128;
constexpr std::size_t k_piece = 8;

std::uint64_t piece_at(std::string_view bytes, std::size_t offset) {
  std::uint64_t piece = 0;
  std::memcpy(&piece, bytes.data() + offset, k_piece);
  return piece;
}

/// As wide characters of `width` bytes.
std::string widened(std::string_view text, std::size_t width) {
  std::string wide;
  for (const char c : text) wide.append(1, c).append(width - 1, '\0');
  return wide;
}

}  // namespace

const std::string& placeholder_prefix() {
  static const std::string k_prefix = [] {
    std::string text = "/xaas/prefix/";
    for (unsigned i = 0; text.size() < k_placeholder_length; ++i) {
      text += static_cast<char>('a' + i / 26);
      text += static_cast<char>('a' + i % 26);
      text += '-';
    }
    text.resize(k_placeholder_length);
    return text;
  }();
  return k_prefix;
}

std::string padded_prefix(std::string_view prefix, std::size_t length) {
  if (prefix.size() > length) return {};
  std::string text(prefix);
  if ((length - text.size()) % 2 != 0) text += '/';
  while (text.size() < length) text += "/.";
  return text;
}

std::string prefix_in(const PrefixedFile& file, const std::string& prefix, std::size_t room) {
  return file.is_text ? prefix : padded_prefix(prefix, room);
}

std::string without_padding(std::string_view path) {
  std::string text(path);
  for (auto dot = text.find("/./"); dot != std::string::npos; dot = text.find("/./", dot))
    text.erase(dot, 2);
  if (text.ends_with("/.")) text.resize(text.size() - 2);
  for (auto slash = text.find("//"); slash != std::string::npos; slash = text.find("//", slash))
    text.erase(slash, 1);
  if (text.size() > 1 && text.ends_with("/")) text.pop_back();
  return text;
}

std::vector<std::uint64_t> places_of(std::string_view text, std::string_view bytes) {
  std::vector<std::uint64_t> places;
  if (text.empty()) return places;
  for (auto at = bytes.find(text); at != std::string_view::npos;
       at = bytes.find(text, at + text.size()))
    places.push_back(at);
  return places;
}

bool lie_apart(const std::vector<std::uint64_t>& places, std::size_t length) {
  return std::ranges::adjacent_find(places, [&](std::uint64_t one, std::uint64_t next) {
           return next < one || next - one < length;
         }) == places.end();
}

bool stands_at(std::string_view text, const std::vector<std::uint64_t>& places,
               std::string_view bytes) {
  return std::ranges::all_of(places, [&](std::uint64_t place) {
    return place <= bytes.size() && bytes.substr(place).starts_with(text);
  });
}

std::vector<std::uint64_t> moved_places(const std::vector<std::uint64_t>& places, std::size_t from,
                                        std::size_t to) {
  std::vector<std::uint64_t> moved;
  moved.reserve(places.size());
  for (const std::uint64_t place : places)
    moved.push_back(place + moved.size() * to - moved.size() * from);
  return moved;
}

std::string replaced_at(std::string_view bytes, const std::vector<std::uint64_t>& places,
                        std::size_t length, std::string_view to) {
  std::string result;
  std::size_t done = 0;
  for (const std::uint64_t place : places) {
    result += bytes.substr(done, place - done);
    result += to;
    done = place + length;
  }
  return result += bytes.substr(done);
}

std::string replaced(std::string_view bytes, std::string_view from, std::string_view to) {
  return replaced_at(bytes, places_of(from, bytes), from.size(), to);
}

bool has_pieces_of(std::string_view placeholder, std::string_view bytes) {
  if (placeholder.size() < k_piece || bytes.size() < k_piece) return false;
  std::unordered_set<std::uint64_t> pieces;
  for (std::size_t i = 0; i + k_piece <= placeholder.size(); ++i)
    pieces.insert(piece_at(placeholder, i));
  for (std::size_t i = 0; i + k_piece <= bytes.size(); ++i)
    if (pieces.contains(piece_at(bytes, i))) return true;
  return bytes.contains(widened(placeholder, 2)) || bytes.contains(widened(placeholder, 4));
}

bool is_text(std::string_view bytes) {
  return !bytes.contains('\0');
}

}  // namespace xaas
