//===- RvvProgramTest.cpp - Batches in the RISC-V emulator ----------------===//
#include "lib/Backend/Common/LlvmEmit.h"
#include "lib/Backend/RVV/RvvBackend.h"
#include "lib/Driver/ExecutorRvv.h"
#include "lib/Driver/ExecutorTensors.h"
#include "lib/Driver/Register.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "tern/runtime.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {

/// y[x[1]] = x[0], wherever that is.
const char *storeText = R"(
module attributes {kern.model = "NAME"} {
  func.func private @k(%lo: index, %hi: index, %x: memref<2xi32>,
                       %y: memref<1xi32>)
      attributes {kern.kernel, kern.layer = "k"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a = memref.load %x[%c0] : memref<2xi32>
    %b = memref.load %x[%c1] : memref<2xi32>
    %i = arith.index_cast %b : i32 to index
    memref.store %a, %y[%i] : memref<1xi32>
    return
  }
  func.func @main(%w: memref<?xi8>, %s: memref<?xi8>, %x: memref<?xi8>,
                  %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 64 : i64,
                  kern.inputs = [#kern.tensor<"x", "int32", [2], -1>],
                  kern.outputs = [#kern.tensor<"y", "int32", [1], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<2xi32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<1xi32>
    kern.launch @k grid 1 (%0, %1) : memref<2xi32>, memref<1xi32>
    return
  }
})";

class RvvProgramTest : public ::testing::Test {
protected:
  RvvProgramTest() {
    registerDialects(registry), context.appendDialectRegistry(registry);
  }

  RvvModel compile(StringRef name) {
    std::string text = storeText;
    text.replace(text.find("NAME"), 4, name.str());
    auto module = parseSourceString<ModuleOp>(text, &context);
    RvvModel model;
    llvm::raw_string_ostream os(model.object);
    auto info = backend::modelInfoOf(*module);
    EXPECT_TRUE(succeeded(backend::emitLlvm(*module, backend::rvvBackend("+v"),
                                            backend::LlvmOutput::Object, os)));
    model.info = *info;
    tern_weights_header header = {};
    memcpy(header.magic, "TERNWGT1", 8);
    header.bytes = info->weightsBytes;
    header.hash = info->weightsHash;
    model.weights.resize(sizeof(header));
    memcpy(model.weights.data(), &header, sizeof(header));
    return model;
  }

  /// Stores `value` at y[index].
  RvvJob job(unsigned model, int32_t value, int32_t index) {
    eval::Tensor x(RankedTensorType::get({2}, IntegerType::get(&context, 32)));
    x.setInt(0, value);
    x.setInt(1, index);
    return {model, "main", {x}};
  }

  DialectRegistry registry;
  MLIRContext context;
};

TEST_F(RvvProgramTest, aBadJobFailsAlone) {
  std::vector<RvvModel> models;
  models.push_back(compile("one"));
  models.push_back(compile("two"));
  auto program = RvvProgram::create(context, std::move(models));
  ASSERT_TRUE(program);
  // The second writes into a guard, the third into nowhere.
  auto results = program->run(
      {job(0, 5, 0), job(1, 6, 1), job(0, 7, 1 << 30), job(1, 8, 0)},
      {256, 60});
  ASSERT_TRUE(succeeded(results));
  ASSERT_EQ(results->size(), 4u);
  EXPECT_EQ((*results)[0].error, "");
  EXPECT_EQ((*results)[0].outputs[0].getInt(0), 5);
  EXPECT_EQ((*results)[1].error, "the code wrote outside a buffer");
  EXPECT_NE((*results)[2].error, "");
  EXPECT_TRUE((*results)[2].outputs.empty());
  EXPECT_EQ((*results)[3].error, "");
  EXPECT_EQ((*results)[3].outputs[0].getInt(0), 8);
}

TEST_F(RvvProgramTest, namesMustDiffer) {
  std::vector<RvvModel> models;
  models.push_back(compile("one"));
  models.push_back(compile("one"));
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diag) {
    message = diag.str();
    return success();
  });
  EXPECT_FALSE(RvvProgram::create(context, std::move(models)));
  EXPECT_EQ(message, "two models of one program are named one");
}

} // namespace
