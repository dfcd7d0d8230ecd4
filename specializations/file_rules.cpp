// SPDX-License-Identifier: Apache-2.0
#include "file_rules.hpp"

#include "file_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace xaas {
namespace {

const SpecializationPoint* find_point(const Specialization& specialization, std::string_view name) {
  const auto found = std::ranges::find(specialization.points, name, &SpecializationPoint::name);
  return found == specialization.points.end() ? nullptr : &*found;
}

/// Rules of one file while they are read.
class RuleReader {
 public:
  RuleReader(const SourceText& source, Specialization& specialization)
      : source_(source), specialization_(specialization) {}

  Status read_value(const std::string& point, const LocatedJson& object);
  Status read_exclude(const LocatedJson& object);

 private:
  Result<ValuesByPoint> read_values_by_point(const LocatedJson& object) const;
  Result<std::set<std::string>> read_names(const SpecializationPoint& point,
                                           const LocatedJson& field) const;
  Status check_own_point(const std::string& point, const LocatedJson& object) const;
  void add(ValuesByPoint forbidden, std::string sentence, std::size_t at);

  const SourceText& source_;
  Specialization& specialization_;
};

void RuleReader::add(ValuesByPoint forbidden, std::string sentence, std::size_t at) {
  specialization_.rules.push_back({.forbidden = std::move(forbidden),
                                   .sentence = std::move(sentence),
                                   .line = source_.line_of(at)});
}

/// `"on"` or `["on", "auto"]`.
Result<std::set<std::string>> RuleReader::read_names(const SpecializationPoint& point,
                                                     const LocatedJson& field) const {
  std::set<std::string> names;
  const auto read_name = [&](const LocatedJson& item) -> Status {
    XAAS_TRY(const auto name, string_in(source_, item, Empty::refused));
    const auto known = names_of(point.values);
    if (std::ranges::find(known, name) == known.end())
      return unknown_word(source_, item.at, fmt::format("value of `{}`", point.name), name, known);
    names.insert(name);
    return {};
  };
  if (field.kind == LocatedJson::Kind::string) {
    XAAS_CHECK(read_name(field));
    return names;
  }
  if (field.kind != LocatedJson::Kind::array) {
    return source_.error_at(field.at, fmt::format("`{}` is {}, not a value or an array of values",
                                                  field.key, word_for(field.kind)));
  }
  for (const LocatedJson& item : field.children) XAAS_CHECK(read_name(item));
  if (names.empty())
    return source_.error_at(field.at, fmt::format("`{}` names no value", field.key));
  return names;
}

Result<ValuesByPoint> RuleReader::read_values_by_point(const LocatedJson& object) const {
  XAAS_CHECK(check_kind(source_, object, LocatedJson::Kind::object));
  ValuesByPoint values;
  for (const LocatedJson& field : object.children) {
    const SpecializationPoint* point = find_point(specialization_, field.key);
    if (point == nullptr) {
      return unknown_word(source_, field.key_at, "point", field.key,
                          names_of(specialization_.points));
    }
    XAAS_TRY(values[point->name], read_names(*point, field));
  }
  return values;
}

Status RuleReader::check_own_point(const std::string& point, const LocatedJson& object) const {
  const LocatedJson* own = object.find(point);
  if (own == nullptr) return {};
  return source_.error_at(
      own->key_at, fmt::format("a value of `{}` can say nothing of `{}` itself", point, point));
}

Status RuleReader::read_value(const std::string& point, const LocatedJson& object) {
  const std::set<std::string> own{object.find("name")->text};
  const std::string name = quoted_values(point, own);
  if (const LocatedJson* demands = object.find("demands")) {
    XAAS_TRY(const auto demanded, read_values_by_point(*demands));
    XAAS_CHECK(check_own_point(point, *demands));
    for (const auto& [other, values] : demanded) {
      const auto all = names_of(find_point(specialization_, other)->values);
      std::set<std::string> rest(all.begin(), all.end());
      for (const std::string& value : values) rest.erase(value);
      if (rest.empty()) continue;
      add({{point, own}, {other, std::move(rest)}},
          fmt::format("{} demands {}", name, quoted_values(other, values)),
          demands->find(other)->key_at);
    }
  }
  if (const LocatedJson* excludes = object.find("excludes")) {
    XAAS_TRY(const auto excluded, read_values_by_point(*excludes));
    XAAS_CHECK(check_own_point(point, *excludes));
    for (const auto& [other, values] : excluded) {
      add({{point, own}, {other, values}},
          fmt::format("{} excludes {}", name, quoted_values(other, values)),
          excludes->find(other)->key_at);
    }
  }
  return {};
}

Status RuleReader::read_exclude(const LocatedJson& object) {
  XAAS_TRY(auto forbidden, read_values_by_point(object));
  if (forbidden.empty())
    return source_.error_at(object.at, "this would exclude every configuration");
  std::vector<std::string> names;
  names.reserve(object.children.size());
  for (const LocatedJson& field : object.children)
    names.push_back(quoted_values(field.key, forbidden.at(field.key)));
  std::string sentence = names.back();
  names.pop_back();
  sentence = names.empty()
                 ? sentence + " is excluded"
                 : fmt::format("{} and {} exclude each other", fmt::join(names, ", "), sentence);
  add(std::move(forbidden), std::move(sentence), object.at);
  return {};
}

// What a value is for, of which there is one in a program; empty: it does not matter to it.

std::string mpi_of(const Requirements& needs) {
  return needs.mpi.empty() ? "" : fmt::format("an MPI of the ABI `{}`", needs.mpi);
}

std::string gpu_of(const Requirements& needs) {
  return needs.gpu_backend.empty() ? "" : fmt::format("a GPU for `{}`", needs.gpu_backend);
}

std::string processor_of(const Requirements& needs) {
  const auto architecture = architecture_of(needs);
  return architecture.empty() ? "" : fmt::format("a processor of {}", architecture);
}

std::string vectors_of(const Requirements& needs) {
  return needs.vector_bits == 0 ? "" : fmt::format("vectors of {} bits", needs.vector_bits);
}

/// Values of one point that need the same.
struct Need {
  std::string what;
  std::string point;
  std::set<std::string> values;
  std::size_t line = 0;
};

using NeedOf = std::string (*)(const Requirements&);

/// Of all points, in their order.
std::vector<Need> needs_of(const SourceText& source, const LocatedJson& points,
                           const Specialization& specialization, NeedOf need_of) {
  std::vector<Need> needs;
  for (std::size_t i = 0; i < specialization.points.size(); ++i) {
    const SpecializationPoint& point = specialization.points[i];
    const auto& items = points.children[i].find("values")->children;
    std::map<std::string, Need> by_need;
    for (std::size_t k = 0; k < point.values.size(); ++k) {
      const std::string what = need_of(point.values[k].requirements);
      if (what.empty()) continue;
      auto& need = by_need[what];
      if (need.values.empty()) {
        need = {
            .what = what, .point = point.name, .values = {}, .line = source.line_of(items[k].at)};
      }
      need.values.insert(point.values[k].name);
    }
    for (auto& [what, need] : by_need) needs.push_back(std::move(need));
  }
  return needs;
}

void add_needs_of_one_machine(const SourceText& source, const LocatedJson& points,
                              Specialization& specialization) {
  for (const NeedOf need_of : {&mpi_of, &gpu_of, &processor_of, &vectors_of}) {
    const auto needs = needs_of(source, points, specialization, need_of);
    for (std::size_t k = 1; k < needs.size(); ++k) {
      for (const Need& first : std::span(needs).first(k)) {
        const Need& second = needs[k];
        if (first.point == second.point || first.what == second.what) continue;
        specialization.rules.push_back(
            {.forbidden = {{first.point, first.values}, {second.point, second.values}},
             .sentence =
                 fmt::format("{} needs {}, {} {}", quoted_values(first.point, first.values),
                             first.what, quoted_values(second.point, second.values), second.what),
             .line = second.line});
      }
    }
  }
}

/// Sets of architectures of several points would have to be cut with each other; where one point
/// names them, others can demand its values.
Status check_gpu_architectures(const SourceText& source, const LocatedJson& points,
                               const Specialization& specialization) {
  std::string owner;
  for (std::size_t i = 0; i < specialization.points.size(); ++i) {
    const SpecializationPoint& point = specialization.points[i];
    const auto named = std::ranges::find_if(point.values, [](const PointValue& value) {
      return !value.requirements.gpu_architectures.empty();
    });
    if (named == point.values.end()) continue;
    if (!owner.empty()) {
      return source
          .error_at(points.children[i].at,
                    fmt::format("`{}` and `{}` both name architectures of GPUs", owner, point.name))
          .with_help(fmt::format("let the values of `{}` demand those of `{}`", point.name, owner));
    }
    owner = point.name;
  }
  return {};
}

}  // namespace

std::string quoted_values(const std::string& point, const std::set<std::string>& values) {
  constexpr std::size_t k_shown = 8;
  std::string text = "`" + point + "=";
  std::size_t shown = 0;
  for (const std::string& value : values) {
    text.append(shown > 0 ? "," : "").append(shown < k_shown ? value : "...");
    if (shown++ == k_shown) break;
  }
  return text + "`";
}

Status read_rules(const SourceText& source, const LocatedJson& root,
                  Specialization& specialization) {
  RuleReader reader(source, specialization);
  const LocatedJson& points = *root.find("points");
  for (std::size_t i = 0; i < specialization.points.size(); ++i) {
    for (const LocatedJson& value : points.children[i].find("values")->children)
      XAAS_CHECK(reader.read_value(specialization.points[i].name, value));
  }
  XAAS_CHECK(for_each_item(source, root, "exclude",
                           [&](const LocatedJson& item) { return reader.read_exclude(item); }));
  XAAS_CHECK(check_gpu_architectures(source, points, specialization));
  add_needs_of_one_machine(source, points, specialization);
  return {};
}

}  // namespace xaas
