// SPDX-License-Identifier: Apache-2.0

// The editor works on a draft beside the description, `.NAME.edited.json`, and what it leaves there
// takes the description's place in one step, if it is one. Else the draft stays, and the next
// `edit` goes on from it.

#include "target/target_command.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/place_file.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

struct Edit {
  std::string name;  // as the user called it
  std::string text;  // before
  fs::path place;    // of the description when it is done
  fs::path draft;
};

Edit make_edit(std::string name, std::string text, const fs::path& place) {
  std::error_code error;
  // A link stays one.
  const auto file = fs::exists(place, error) ? fs::canonical(place, error) : place;
  return {.name = std::move(name),
          .text = std::move(text),
          .place = file,
          .draft = file.parent_path() / fmt::format(".{}.edited.json", file.stem().string())};
}

/// A description that is the site's or shipped is the user's from now on.
Result<fs::path> users_place(const KnownTarget& known) {
  if (known.where == TargetPlace::user) return known.path;
  XAAS_TRY(const auto folder, user_target_folder());
  return folder / (known.name + ".json");
}

Error not_a_file(const std::string& name, std::string_view what, std::string_view how) {
  return fail(ErrorKind::invalid_input, "`{}` is {}, and no description to edit", name, what)
      .with_code("target.not-editable")
      .with_help(fmt::format("`xaas-deploy {}` writes one", how));
}

Result<Edit> begin(const std::string& name) {
  if (name == "host") return not_a_file(name, "this machine", "detect --output FILE");
  if (names_target_file(name)) {
    XAAS_TRY(auto text, read_file(name, k_longest_description));
    std::error_code error;
    return make_edit(name, std::move(text), fs::absolute(name, error));
  }
  XAAS_TRY(const auto known, find_target(name));
  if (!known) {
    if (auto other = resolve_target(name); !other) return std::move(other.error());
    return not_a_file(name, "a processor", fmt::format("target show {} --json > FILE", name));
  }
  XAAS_TRY(auto text, read_known_target(*known));
  XAAS_TRY(const auto place, users_place(*known));
  return make_edit(name, std::move(text), place);
}

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (auto value = environment_variable(name); value && !value->empty()) return *std::move(value);
  }
  return "vi";
}

std::string how_to_go_on(const Edit& edit) {
  return fmt::format("`xaas-deploy target edit {}` goes on from what you wrote, `{}`", edit.name,
                     edit.draft.string());
}

void drop_draft(const Edit& edit) {
  std::error_code ignored;
  fs::remove(edit.draft, ignored);
}

/// What the editor leaves.
Result<std::string> run_editor(const Edit& edit) {
  std::error_code error;
  if (fs::exists(edit.draft, error)) {
    print_errors(fmt::format("going on from `{}`\n", edit.draft.string()));
  } else {
    XAAS_CHECK(write_file(edit.draft, edit.text));
  }
  const auto program = editor();
  // The shell's words: `code --wait`.
  auto outcome = run({.argv = {"sh", "-c", program + " \"$@\"", "sh", edit.draft.string()},
                      .output = Command::Output::inherit,
                      .errors = Command::Errors::inherit,
                      .inherit_input = true});
  const bool failed = !outcome || !outcome->succeeded();
  XAAS_TRY(auto text, read_file(edit.draft, k_longest_description));
  if (!failed) return text;
  const bool is_kept = text != edit.text;
  if (!is_kept) drop_draft(edit);
  if (!outcome) return std::move(outcome.error());
  return fail(ErrorKind::tool_failed, "the editor `{}` ended with {}: `{}` stays as it is", program,
              outcome->exit_code, edit.name)
      .with_code("target.editor")
      .with_help(is_kept ? how_to_go_on(edit) : "VISUAL or EDITOR names another one");
}

/// By the paths that origins have: "memory", "cpu.features".
std::map<std::string, Json> facts_of(const Json& document) {
  std::map<std::string, Json> facts;
  for (const auto& field : document.items()) {
    if (field.key() == "origins" || field.key() == "probes" || field.key() == "name") continue;
    if (field.value().is_object()) {
      for (const auto& part : field.value().items())
        facts.emplace(field.key() + "." + part.key(), part.value());
    } else {
      facts.emplace(field.key(), field.value());
    }
  }
  return facts;
}

/// A fact that was changed is not from where it was, unless the editor says so.
void note_origins(const Json& before, Json& after) {
  const auto old = facts_of(before);
  const auto now = facts_of(after);
  const Json old_origins = before.value("origins", Json::object());
  Json& origins = after["origins"];
  if (!origins.is_object()) origins = Json::object();
  const auto origin_in = [](const Json& in, const std::string& path) {
    return in.contains(path) ? in[path] : Json();
  };
  for (const auto& [path, fact] : now) {
    const auto known = old.find(path);
    const bool is_same = known != old.end() && known->second == fact;
    if (!is_same && origin_in(origins, path) == origin_in(old_origins, path))
      origins[path] = "admin";
  }
  for (const auto& [path, fact] : old)
    if (!now.contains(path)) origins.erase(path);
}

/// The new text with what follows from it; fields that nothing reads are kept.
Result<std::string> settled(const Edit& edit, const std::string& text) {
  XAAS_TRY(const auto target, parse_target(text));
  XAAS_TRY(auto after, parse_json(text));
  after["cpu"]["level"] = target.cpu.level;
  after["cpu"]["missing_for_next_level"] = target.cpu.missing_for_next_level;
  if (const auto before = parse_json(edit.text); before && before->is_object())
    note_origins(*before, after);
  return print_json(after);
}

/// The same permissions as before.
Status put_in_place(const Edit& edit, const std::string& text) {
  std::error_code error;
  const auto status = fs::status(edit.place, error);
  const bool is_new = error || !fs::exists(status);
  XAAS_CHECK(is_new ? write_file(edit.place, text)
                    : write_file(edit.place, text,
                                 static_cast<unsigned>(status.permissions() & fs::perms::all)));
  drop_draft(edit);
  print_errors(fmt::format("wrote `{}`\n", edit.place.string()));
  return {};
}

}  // namespace

Result<int> edit_target(const std::string& name) {
  XAAS_TRY(const auto edit, begin(name));
  XAAS_CHECK(make_folders(edit.place.parent_path()));
  XAAS_CHECK(check_can_make_beside(edit.place));
  XAAS_TRY(const auto text, run_editor(edit));
  if (text == edit.text) {
    drop_draft(edit);
    print_errors(fmt::format("`{}` was not changed\n", name));
    return 0;
  }
  std::string report;
  const auto errors = report_problems(edit.draft.string(), text, report);
  print_errors(report);
  if (errors > 0) {
    return fail(ErrorKind::invalid_input, "the edited text has {} {}: `{}` stays as it is", errors,
                errors == 1 ? "error" : "errors", name)
        .with_code("target.edited")
        .with_help(how_to_go_on(edit));
  }
  XAAS_TRY(const auto whole, settled(edit, text));
  XAAS_CHECK(put_in_place(edit, whole));
  return 0;
}

}  // namespace xaas
