//===- FloatTileTest.cpp - Rows and columns of float products -------------===//
#include "lib/Methods/FloatTile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {
struct FloatTiles : testing::Test {
  FloatTiles() {
    context.loadDialect<ir::TernDialect, func::FuncDialect,
                        tensor::TensorDialect>();
  }

  /// The tile of these operands; `byRows`: the right-hand side is N x K.
  std::optional<FloatTile> plan(const std::string &lhs, const std::string &rhs,
                                const std::string &result, bool byRows) {
    auto tensor = [](const std::string &type) {
      return "tensor<" + type + ">";
    };
    std::string operands = tensor(lhs) + ", " + tensor(rhs);
    std::string text =
        "func.func @f(%x: " + tensor(lhs) + ", %w: " + tensor(rhs) +
        ", %e: " + tensor(result) + ") -> " + tensor(result) +
        " {\n%y = tern.matmul ins(%x, %w : " + operands +
        ") outs(%e : " + tensor(result) + ") acc f32 " +
        (byRows ? "{transpose_b} " : "") + "-> " + tensor(result) +
        "\nreturn %y : " + tensor(result) + "}\n";
    module = parseSourceString<ModuleOp>(text, &context);
    std::optional<FloatTile> tile;
    module->walk([&](ir::MatmulOp op) { tile = planFloatTile(op, shape); });
    return tile;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  VectorShape shape = {8, 4, false, 32, 4, 2, true};
};
} // namespace

TEST_F(FloatTiles, HasFourVectorsOfSums) {
  auto tile = plan("5x4x128xf32", "5x256x128xf16", "5x4x256xf32", true);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->rows, 4);
  EXPECT_EQ(tile->columns, 1);
  tile = plan("2x128xf32", "6x128xf16", "2x6xf32", true);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->rows, 2);
  EXPECT_EQ(tile->columns, 2);
  tile = plan("5x4x256xf32", "5x256x128xbf16", "5x4x128xf32", false);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->rows, 4);
  EXPECT_EQ(tile->columns, 16);
  tile = plan("3x256xf32", "256x128xf32", "3x128xf32", false);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->rows, 1);
  EXPECT_EQ(tile->columns, 64);
}

TEST_F(FloatTiles, DividesTheResult) {
  // 7 columns can't be made in fours; nor 48 in vectors of 64.
  auto tile = plan("1x128xf32", "7x128xf32", "1x7xf32", true);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->columns, 1);
  tile = plan("1x8xf32", "8x48xf32", "1x48xf32", false);
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->columns, 16);
}

TEST_F(FloatTiles, IsOfFloatsThatFillVectors) {
  EXPECT_FALSE(plan("4x15xf32", "8x15xf32", "4x8xf32", true));
  EXPECT_FALSE(plan("4x64xf32", "64x40xf32", "4x40xf32", false));
  EXPECT_FALSE(plan("4x64xf32", "64x64x!tern.q<e4m3fn>", "4x64xf32", false));
  shape.isSimt = true;
  EXPECT_FALSE(plan("4x64xf32", "64x64xf32", "4x64xf32", false));
}
