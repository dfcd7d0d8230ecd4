// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What other code, the linker's options or the program's start see of a unit survives.

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Option = LoweringJob::Option;

Source unit(const std::string& name, const std::string& text) {
  return {.text = text, .name = name};
}

const std::string k_print = "int printf(const char *, ...); int puts(const char *);\n";

class SymbolLowering : public Lowering {
 protected:
  LoweringJob::Object assembled(const std::string& text) {
    const std::string file = (folder_ / "code.s").string();
    EXPECT_TRUE(write_file(file, text));
    output_of({"clang-22", "-c", file, "-o", file + ".o"});
    return {"", file + ".o"};
  }

  static void append(LoweringJob& job, const LoweringJob::Item& item) {
    job.items.insert(job.items.begin(), item);
  }

  /// Turns a job for a program into one for a shared library.
  static void make_shared(LoweringJob& job) {
    std::erase_if(job.items, [](const LoweringJob::Item& item) {
      const auto* option = std::get_if<Option>(&item);
      const auto* object = std::get_if<LoweringJob::Object>(&item);
      return (option != nullptr && option->text == "-pie") ||
             (object != nullptr && object->path.ends_with("Scrt1.o"));
    });
    append(job, Option{"-shared"});
  }

  std::string exports() const {
    return output_of({"llvm-nm-22", "-D", "--defined-only", output_.string()});
  }
};

TEST_F(SymbolLowering, ByteIdenticalUnitsBothTakePart) {
  // main imports shared(), and with it one unit's own count(), which must not become the other's.
  const Source twin = unit("twin.cpp",
                           "extern \"C\" int printf(const char*, ...);\nstatic int calls;\n"
                           "static __attribute__((noinline)) int count(int n)"
                           " { return calls += n; }\n"
                           "template <class T> T shared(T n) { return count(n) + count(n); }\n"
                           "template int shared<int>(int);\n"
                           "__attribute__((constructor)) static void hello()"
                           " { printf(\"hello %d\\n\", count(3)); }");
  const Source main_source = unit("main.cpp",
                                  "extern \"C\" int printf(const char*, ...);\n"
                                  "template <class T> T shared(T n);\n"
                                  "extern template int shared<int>(int);\n"
                                  "int main(int argc, char**)"
                                  " { printf(\"%d\\n\", shared(argc)); }");
  LoweringJob job = program_of({main_source, twin, twin});
  lower(job);
  EXPECT_EQ(printed(), "hello 3\nhello 3\n9\n");
  job.full_lto = true;
  lower(job);
  EXPECT_EQ(printed(), "hello 3\nhello 3\n9\n");
}

TEST_F(SymbolLowering, InternalFunctionsOfOneNameStayApart) {
  const auto part = [](const std::string& name, int by) {
    return unit("part.c", "static __attribute__((noinline)) int helper(int x) { return x * " +
                              std::to_string(by) + "; }\nint " + name +
                              "(int x) { return helper(x) + helper(x + 1); }");
  };
  lower(program_of({unit("main.c", k_print + "int two(int), five(int);\n"
                                             "int main(int argc, char **argv) { (void)argv;\n"
                                             "  printf(\"%d %d\\n\", two(argc), five(argc)); }"),
                    part("two", 2), part("five", 5)}));
  EXPECT_EQ(printed(), "6 15\n");
}

TEST_F(SymbolLowering, AssemblyInAUnitDefinesSymbols) {
  lower(program_of({unit("main.c", k_print + "int seven(void), eight(void);\n"
                                             "int main(void) {"
                                             " printf(\"%d %d\\n\", seven(), eight()); }"),
                    unit("code.c",
                         "__asm__(\".globl seven\\nseven: movl $7, %eax\\nret\\n\");\n"
                         "int eight(void) { return 8; }")}));
  EXPECT_EQ(printed(), "7 8\n");
}

TEST_F(SymbolLowering, WhatAUnitsOwnAssemblyUsesKeepsItsName) {
  // use() may be imported into main: local() would then be promoted under another name.
  LoweringJob job =
      program_of({unit("main.c", k_print + "int seven(void), use(int);\n"
                                           "int main(int argc, char **argv) { (void)argv;\n"
                                           "  printf(\"%d %d\\n\", seven(), use(argc)); }"),
                  unit("code.c",
                       "static __attribute__((used, noinline)) int local(void) { return 7; }\n"
                       "__asm__(\".globl seven\\nseven: jmp local\\n\");\n"
                       "int use(int x) { return x + local(); }")});
  lower(job);
  EXPECT_EQ(printed(), "7 8\n");
  job.tune = "znver4";  // makes every unit be written again
  lower(job);
  EXPECT_EQ(printed(), "7 8\n");
}

TEST_F(SymbolLowering, WhatOnlyAssemblyUsesIsKept) {
  LoweringJob job =
      program_of({unit("main.c", k_print + "int through(int);\nint twice(int x) { return 2 * x; }\n"
                                           "int main(int argc, char **argv) { (void)argv;"
                                           " printf(\"%d\\n\", through(argc)); }")});
  append(job, assembled(".globl through\nthrough:\n\tjmp twice\n"
                        ".section .note.GNU-stack,\"\",@progbits\n"));
  lower(job);
  EXPECT_EQ(printed(), "2\n");
}

TEST_F(SymbolLowering, WeakDefinitionsGiveWay) {
  lower(program_of({unit("main.c", k_print + "__attribute__((weak)) int which(void) { return 1; }\n"
                                             "int main(void) { printf(\"%d\\n\", which()); }"),
                    unit("strong.c", "int which(void) { return 2; }")}));
  EXPECT_EQ(printed(), "2\n");
}

TEST_F(SymbolLowering, WrapIsHonoured) {
  LoweringJob job = program_of(
      {unit("main.c", k_print + "int which(void);\nint __real_which(void);\n"
                                "int __wrap_which(void) { return 10 + __real_which(); }\n"
                                "int main(void) { printf(\"%d\\n\", which()); }"),
       unit("which.c", "int which(void) { return 2; }")});
  append(job, Option{"--wrap=which"});
  lower(job);
  EXPECT_EQ(printed(), "12\n");
}

TEST_F(SymbolLowering, SymbolsForDlsymAreKept) {
  LoweringJob job = program_of(
      {unit("main.c", k_print + "void *dlopen(const char *, int), *dlsym(void *, const char *);\n"
                                "int secret(void) { return 42; }\n"
                                "int main(void) { int (*f)(void) ="
                                " (int (*)(void))dlsym(dlopen(0, 1), \"secret\");\n"
                                "  printf(\"%d\\n\", f ? f() : -1); }")});
  append(job, Option{"--export-dynamic"});
  lower(job);
  EXPECT_EQ(printed(), "42\n");
}

TEST_F(SymbolLowering, AVersionScriptIsHonoured) {
  LoweringJob job = program_of({unit("lib.c",
                                     "int one(void) { return 1; }\n"
                                     "int hidden(void) { return 3; }")});
  const std::string script = (folder_ / "lib.map").string();
  // `gone` is defined nowhere, which GNU ld lets pass.
  EXPECT_TRUE(write_file(script, "V1 { global: one; gone; local: *; };\n"));
  append(job, LoweringJob::Object{"--version-script=", script});
  make_shared(job);
  lower(job);
  EXPECT_THAT(exports(), HasSubstr("one@@V1"));
  EXPECT_THAT(exports(), Not(HasSubstr("hidden")));
}

TEST_F(SymbolLowering, ASharedLibraryExportsAllItsSymbols) {
  LoweringJob job = program_of({unit("lib.c",
                                     "int one(void) { return 1; }\nint two = 2;\n"
                                     "__attribute__((weak)) int three(void) { return 3; }")});
  make_shared(job);
  lower(job);
  for (const char* name : {" one\n", " two\n", " three\n"}) EXPECT_THAT(exports(), HasSubstr(name));
}

TEST_F(SymbolLowering, AnArchivesMembersAreLinkedAsNeeded) {
  LoweringJob job = program_of(
      {unit("main.c", k_print + "int used(void);\nint main(void) { printf(\"%d\\n\", used()); }")});
  LoweringJob::Library library;
  library.members.emplace_back(unit_of(unit("used.c", "int used(void) { return 5; }")));
  library.members.emplace_back(
      unit_of(unit("unused.c", "int nowhere(void); int unused(void) { return nowhere(); }")));
  library.members.emplace_back(assembled(".globl other\nother: jmp nowhere\n"));
  append(job, library);
  lower(job);
  EXPECT_EQ(printed(), "5\n");
}

TEST_F(SymbolLowering, ExceptionsAndStaticObjectsWork) {
  lower(program_of({unit("main.cpp", R"(
    #include <cstdio>
    #include <stdexcept>
    #include <string>
    struct Start { std::string text = "start"; ~Start() { std::puts("end"); } } start;
    void fail(const std::string& why);
    int main() {
      try { fail(start.text); } catch (const std::runtime_error& e) { std::puts(e.what()); }
    })"),
                    unit("fail.cpp", R"(
    #include <stdexcept>
    #include <string>
    void fail(const std::string& why) { throw std::runtime_error(why); })")},
                   "x86-64-v3"));
  EXPECT_EQ(printed(), "start\nend\n");
}

}  // namespace
}  // namespace xaas::testing
