// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "located_json.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <string>

// Files that people write, by their schemas and their descriptions.

namespace xaas::testing {

/// What Python's jsonschema says of it; empty: nothing. "skip" where there is none. `schema` is
/// called so in specializations/schema.
inline std::string schema_complaint(const std::string& text, const std::string& schema) {
  const auto folder = TemporaryFolder::make();
  const auto file = folder->path() / "x.json";
  EXPECT_TRUE(write_file(file, plain_json(text)));
  const Command check{.argv = {"/usr/bin/python3", "-m", "jsonschema", "-i", file.string(),
                               XAAS_SOURCE_DIR "/specializations/schema/" + schema},
                      .environment = {{"PYTHONWARNINGS", "ignore"}}};
  const auto outcome = run(check);
  if (!outcome || outcome->errors.contains("No module named")) return "skip";
  return outcome->succeeded() ? "" : outcome->output + outcome->errors;
}

/// The example of a form in the description of both: what stands between its fences.
inline std::string example_in_description(const std::string& form) {
  const auto text = read_file(XAAS_SOURCE_DIR "/specializations/README.md");
  if (!text) return {};
  const auto begin = text->rfind("```json\n", text->find(R"("schema": ")" + form)) + 8;
  return text->substr(begin, text->find("```\n", begin) - begin);
}

}  // namespace xaas::testing
