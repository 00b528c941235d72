//===- ImportTest.cpp - No file crashes the importer ----------------------===//
#include "lib/Import/Import.h"
#include "lib/Driver/Register.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;

namespace {

struct Context {
  Context() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    tern::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
  MLIRContext context;
};

/// Imports `bytes` as a file; whether that succeeded, and what was said.
std::pair<bool, std::string> import(MLIRContext &context, StringRef bytes) {
  std::string path = testing::TempDir() + "/tern-import-test.onnx";
  {
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << bytes;
  }
  std::string said;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(said) << diagnostic;
    return success();
  });
  return {bool(tern::importOnnx(path, &context)), said};
}

TEST(Import, MalformedFilesAreRefusedWithAReason) {
  Context c;
  for (StringRef bytes : {"", "not a protobuf", "\x08"}) {
    auto [ok, said] = import(c.context, bytes);
    EXPECT_FALSE(ok);
    EXPECT_NE(said, "");
  }
}

/// Cuts and flips bytes of the project's own model: every outcome is a module
/// or a diagnostic.
TEST(Import, DamagedModelsNeverCrash) {
  Context c;
  auto file = llvm::MemoryBuffer::getFile("examples/digits/model.onnx");
  ASSERT_TRUE(bool(file));
  std::string bytes = (*file)->getBuffer().str();
  ASSERT_TRUE(import(c.context, bytes).first);
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    std::string damaged =
        bytes.substr(0, random() % 4 ? bytes.size() : random() % bytes.size());
    for (unsigned flips = random() % 8; flips && !damaged.empty(); --flips)
      damaged[random() % damaged.size()] ^= char(1 << random() % 8);
    auto [ok, said] = import(c.context, damaged);
    EXPECT_TRUE(ok || !said.empty()) << "round " << round;
  }
}

/// The fixtures beside the project, where they are.
TEST(Import, EveryFixtureImports) {
  int imported = 0;
  std::error_code code;
  Context c;
  for (llvm::sys::fs::recursive_directory_iterator it("../shared/models", code),
       end;
       it != end && !code; it.increment(code)) {
    if (llvm::sys::path::extension(it->path()) != ".onnx")
      continue;
    EXPECT_TRUE(bool(tern::importOnnx(it->path(), &c.context))) << it->path();
    ++imported;
  }
  if (!imported)
    GTEST_SKIP() << "../shared is absent";
}

} // namespace
