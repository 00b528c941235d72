//===- CollectTest.cpp - What layers read, against what they compute ------===//
#include "lib/Calibration/FloatContractions.h"
#include "lib/Calibration/Rounding.h"
#include "lib/Calibration/Statistics.h"
#include "lib/Driver/Register.h"
#include "lib/Driver/TestData.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tern;

namespace {
/// One entry, run on random inputs.
struct Ran {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp entry;
  calib::Statistics statistics;
  eval::Tensor result;

  explicit Ran(llvm::StringRef text) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(text, &context);
    entry = module->lookupSymbol<func::FuncOp>("main");
    std::vector<eval::Tensor> inputs;
    for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes()))
      inputs.push_back(randomTensor(cast<RankedTensorType>(type), i + 1));
    EXPECT_TRUE(succeeded(calib::collect(*module, entry, inputs,
                                         /*withHessians=*/true, statistics)));
    result = (*eval::Evaluator(*module).run(entry, inputs))[0];
  }
};
} // namespace

/// The sum of squares of row `row`'s products, as X^T X has it.
static double squares(const calib::FloatContraction &c,
                      const calib::LayerStatistics &layer, int64_t row) {
  std::vector<float> weights = c.readWeights();
  std::vector<double> exact(weights.begin() + row * c.depth,
                            weights.begin() + (row + 1) * c.depth);
  return calib::Hessian{layer.hessians[c.groupOf(row)], {}}.errorOf(exact);
}

TEST(Collect, ConvolutionsInGroupsWithPadsStridesAndDilations) {
  Ran ran(R"(
    func.func @main(%x: tensor<2x4x7x6xf32>) -> tensor<2x2x4x4xf32> {
      %w = arith.constant dense<[[[[1.0, -0.5], [0.25, 2.0]], [[3.0, 0.0], [1.0, 1.0]]],
                                 [[[0.5, 0.5], [-1.0, 1.0]], [[0.0, 2.0], [0.75, -3.0]]]]>
        : tensor<2x2x2x2xf32>
      %e = tensor.empty() : tensor<2x2x4x4xf32>
      %y = tern.conv ins(%x, %w : tensor<2x4x7x6xf32>, tensor<2x2x2x2xf32>)
        outs(%e : tensor<2x2x4x4xf32>) acc f32
        {strides = array<i64: 2, 2>, dilations = array<i64: 2, 1>,
         pads = array<i64: 1, 1, 1, 1>, groups = 2} -> tensor<2x2x4x4xf32>
      return %y : tensor<2x2x4x4xf32>
    })");
  auto found = calib::floatContractions(ran.entry);
  ASSERT_EQ(found.size(), 1u);
  const calib::LayerStatistics &layer = ran.statistics.layers.at("conv");
  EXPECT_EQ(layer.rows, 2 * 4 * 4);
  EXPECT_EQ(layer.depth, 8);
  for (int64_t channel = 0; channel < 2; ++channel) {
    double sum = 0;
    for (int64_t i = 0; i < ran.result.size(); ++i)
      if (i / 16 % 2 == channel)
        sum += ran.result.getFloat(i) * ran.result.getFloat(i);
    EXPECT_NEAR(squares(found[0], layer, channel), sum, 1e-5 * sum);
  }
}

TEST(Collect, MatricesOfEitherOrderHaveNamesOfTheirOwn) {
  Ran ran(R"(
    func.func @main(%x: tensor<2x3x2xf32>) -> tensor<2x3x3xf32> {
      %w = arith.constant dense<[[1.0, -0.5], [0.25, 2.0]]> : tensor<2x2xf32>
      %v = arith.constant dense<[[1.0, 2.0, 3.0], [-4.0, 5.0, 0.5]]> : tensor<2x3xf32>
      %e = tensor.empty() : tensor<2x3x2xf32>
      %f = tensor.empty() : tensor<2x3x3xf32>
      %y = tern.matmul ins(%x, %w : tensor<2x3x2xf32>, tensor<2x2xf32>)
        outs(%e : tensor<2x3x2xf32>) acc f32 {transpose_b} -> tensor<2x3x2xf32>
      %z = tern.matmul ins(%y, %v : tensor<2x3x2xf32>, tensor<2x3xf32>)
        outs(%f : tensor<2x3x3xf32>) acc f32 -> tensor<2x3x3xf32>
      return %z : tensor<2x3x3xf32>
    })");
  auto found = calib::floatContractions(ran.entry);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].key, "matmul#2");
  EXPECT_EQ(found[1].readWeights(), (std::vector<float>{1, -4, 2, 5, 3, 0.5f}));
  const calib::LayerStatistics &layer = ran.statistics.layers.at("matmul#2");
  EXPECT_EQ(layer.rows, 6);
  for (int64_t column = 0; column < 3; ++column) {
    double sum = 0;
    for (int64_t i = column; i < ran.result.size(); i += 3)
      sum += ran.result.getFloat(i) * ran.result.getFloat(i);
    EXPECT_NEAR(squares(found[1], layer, column), sum, 1e-5 * sum);
  }
}
