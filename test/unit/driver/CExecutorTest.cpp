//===- CExecutorTest.cpp - Printed C, compiled and loaded -----------------===//
#include "lib/Driver/ExecutorHost.h"
#include "lib/Driver/ExecutorTensors.h"
#include "mlir/IR/Diagnostics.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {

/// A model of one entry that adds `threads != 0` to x; BODY comes before.
std::string sourceOf(StringRef body, StringRef symbol = "tern_inc_model") {
  return (R"(#include "tern/runtime.h"
static const int64_t shape[] = {2};
static const tern_tensor x = {"x", "int32", 1, -1, shape, 8};
static const tern_tensor y = {"y", "int32", 1, -1, shape, 8};
static const tern_entry entry = {"main", 1, 1, &x, &y, 64};
static const tern_info info = {2, 1, "inc", "c", 64, 64, 0, &entry, 0};
static int32_t init(void *c, const void *w, uint64_t n) {
  return n == 64 ? TERN_OK : TERN_ERROR_WEIGHTS;
}
static int32_t run(const void *c, uint32_t e, const void *const *inputs,
                   void *const *outputs, void *workspace,
                   const tern_execution *threads) {
  const int32_t *in = inputs[0];
  int32_t *out = outputs[0];
  out[0] = in[0] + (threads != 0);
  out[1] = ((unsigned char *)workspace)[63];
)" + body +
          R"(
  return TERN_OK;
}
const tern_model )" +
          symbol + " = {&info, init, run, 0};\n")
      .str();
}

class CExecutorTest : public ::testing::Test {
protected:
  CExecutorTest()
      : handler(&context, [&](Diagnostic &diag) {
          message = diag.str();
          return success();
        }) {
    info.name = info.symbol = "inc";
    backend::EntryInfo entry;
    entry.name = "main";
    entry.inputs = {{"x", "int32", {2}, -1, 8}};
    entry.outputs = {{"y", "int32", {2}, -1, 8}};
    entry.workspaceBytes = 64;
    info.entries.push_back(entry);
  }

  std::unique_ptr<Executor> create(StringRef source, unsigned threads = 1,
                                   size_t weightsBytes = 64) {
    std::vector<char> weights(weightsBytes);
    backend::Executable code;
    code.kind = backend::Executable::Kind::Sources;
    code.files = {{"model.c", source.str()}};
    code.compiler = {"clang-19", "-fPIC", "-shared", "model.c"};
    return createSourceExecutor(context, info, code, {weights, threads});
  }
  eval::Tensor input(int64_t size = 2) {
    eval::Tensor x(
        RankedTensorType::get({size}, IntegerType::get(&context, 32)));
    x.setInt(0, 41);
    return x;
  }

  MLIRContext context;
  std::string message;
  ScopedDiagnosticHandler handler;
  backend::ModelInfo info;
};

TEST_F(CExecutorTest, runsWithAFilledWorkspace) {
  for (unsigned threads : {1u, 2u}) {
    auto executor = create(sourceOf(""), threads);
    ASSERT_TRUE(executor) << message;
    auto outputs = executor->run("main", {input()});
    ASSERT_TRUE(succeeded(outputs)) << message;
    EXPECT_EQ((*outputs)[0].getInt(0), threads == 1 ? 41 : 42);
    EXPECT_EQ((*outputs)[0].getInt(1), 0xA5);
  }
}

TEST_F(CExecutorTest, saysWhatWasOverrun) {
  struct {
    const char *body, *expected;
  } cases[] = {
      {"out[2] = 1;", "inc: the code wrote outside output y"},
      {"((int32_t *)in)[-1] = 1;", "inc: the code wrote outside input x"},
      {"((char *)workspace)[64] = 1;",
       "inc: the code wrote outside its workspace"}};
  for (auto &each : cases) {
    auto executor = create(sourceOf(each.body));
    ASSERT_TRUE(executor) << message;
    EXPECT_TRUE(failed(executor->run("main", {input()})));
    EXPECT_EQ(message, each.expected);
  }
}

TEST_F(CExecutorTest, refusesWhatDoesNotFit) {
  EXPECT_FALSE(create("this is no C"));
  EXPECT_NE(message.find("clang-19 failed"), std::string::npos) << message;
  EXPECT_FALSE(create(sourceOf("", "tern_other_model")));
  EXPECT_EQ(message, "compiled sources have no symbol tern_inc_model");
  EXPECT_FALSE(create(sourceOf(""), 1, 65));
  EXPECT_EQ(message, "inc: init failed: the weights are not this model's");

  auto executor = create(sourceOf(""));
  ASSERT_TRUE(executor) << message;
  EXPECT_TRUE(failed(executor->run("other", {input()})));
  EXPECT_EQ(message, "inc has no entry other; it has main");
  EXPECT_TRUE(failed(executor->run("main", {})));
  EXPECT_EQ(message, "expected 1 inputs of main, but got 0");
  EXPECT_TRUE(failed(executor->run("main", {input(3)})));
  EXPECT_NE(message.find("expected input x to be int32 [2], but got"),
            std::string::npos)
      << message;
}

} // namespace
