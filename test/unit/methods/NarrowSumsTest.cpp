//===- NarrowSumsTest.cpp - Windows of sums in 16 bits --------------------===//
#include "lib/Methods/NarrowSums.h"
#include "lib/Methods/Methods.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {
struct NarrowSumsTest : testing::Test {
  NarrowSumsTest() {
    context.loadDialect<ir::TernDialect, func::FuncDialect, arith::ArithDialect,
                        tensor::TensorDialect>();
    shape = getVectorShape(ir::TargetAttr::get(&context, "rvv128", "+v", ""));
  }

  /// The windows of a 1 x k by 2 x k product, whose rows of weights repeat
  /// `pattern`; `more` are further operands.
  std::optional<NarrowSums> plan(int64_t k, const std::string &lhs,
                                 const std::string &rhs, ArrayRef<int> pattern,
                                 const std::string &more = "",
                                 const std::string &acc = "i32",
                                 const std::string &attributes = "") {
    std::string ks = std::to_string(k), hex;
    llvm::raw_string_ostream digits(hex);
    // Codes of less than a byte lie densely, the first one low.
    int64_t bits = cast<ir::QType>(parseType(rhs, &context)).getBits();
    for (int64_t first = 0; first < 2 * k; first += 8 / bits) {
      unsigned byte = 0;
      for (int64_t i = 0; i < 8 / bits; ++i)
        byte |= (pattern[(first + i) % k % pattern.size()] & ((1 << bits) - 1))
                << (i * bits);
      digits << llvm::format_hex_no_prefix(byte, 2, /*Upper=*/true);
    }
    std::string x = "tensor<1x" + ks + "x" + lhs + ">";
    std::string w = "tensor<2x" + ks + "x" + rhs + ">";
    std::string y = "tensor<1x2x" + acc + ">";
    std::string text =
        "tern.weight @w : " + w + " = dense<\"0x" + hex + "\"> : tensor<" +
        std::to_string(2 * k * bits / 8) + "xi8>\nfunc.func @f(%x: " + x +
        ") -> " + y +
        " {\n%z = arith.constant dense<8> : tensor<2x1xi32>\n"
        "%s = arith.constant dense<1.0> : tensor<2x" +
        std::to_string(llvm::divideCeil(k, 32)) +
        "xf32>\n%e = tensor.empty() : " + y + "\n%w = tern.use @w : " + w +
        "\n%r = tern.matmul ins(%x, %w : " + x + ", " + w + ") " + more +
        " outs(%e : " + y + ") acc " + acc + " {" + attributes +
        "transpose_b} -> " + y + "\nreturn %r : " + y + "\n}\n";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    std::optional<NarrowSums> sums;
    module->walk([&](ir::MatmulOp op) {
      Contraction c = describeContraction(op);
      sums = planNarrowSums(c, getMethod(ir::Method::IntDot).layout(c, shape));
    });
    return sums;
  }

  MLIRContext context;
  VectorShape shape;
  OwningOpRef<ModuleOp> module;
};
} // namespace

static const char *const i8 = "!tern.q<int8>", *const u8 = "!tern.q<uint8>";

TEST_F(NarrowSumsTest, TheRangeOfTheCodesBoundsAWindow) {
  // 255 products of 1 * 128, in bytes of four codes; the code of 0 is 1.
  auto ternary = plan(4096, i8, i8, {1, -1, 0});
  EXPECT_EQ(ternary->window, 252);
  EXPECT_EQ(ternary->center, 1);
  // 0 or 1 times 128, eight to a byte.
  auto binary = plan(4096, i8, "!tern.q<binary>", {1, 255});
  EXPECT_EQ(binary->window, 248);
  EXPECT_EQ(binary->center, 0);
  // Unsigned inputs are shifted into the signed range.
  EXPECT_EQ(plan(4096, u8, i8, {1, -1, 0})->window, 252);
  // Smaller inputs: 32767 / 15 products and more than that are not tried.
  EXPECT_EQ(plan(4096, "!tern.q<uint4>", i8, {1, -1, 0})->window, 1024);
}

TEST_F(NarrowSumsTest, TheActualWeightsBoundIt) {
  // 32 products of -8 by -128 are 32768: one too many for i16.
  EXPECT_EQ(plan(256, i8, i8, {-8, -8})->window, 30);
  EXPECT_EQ(plan(256, i8, i8, {-8, 7})->window, 32);
  EXPECT_EQ(plan(256, i8, i8, {-8, 7})->center, 8);
  EXPECT_EQ(plan(256, i8, i8, {-8, 1})->window, 32);
  EXPECT_EQ(plan(256, i8, i8, {-8, 1, 0, 0})->window, 64);
  // 2 * 128 * 128 = 32768, 2 * 127 * 128 = 32512.
  EXPECT_EQ(plan(256, i8, i8, {-128, 127})->window, 2);
  EXPECT_EQ(plan(256, i8, i8, {-128, -128})->window, 1);
  EXPECT_EQ(plan(256, i8, i8, {-127, 127})->window, 2);
  EXPECT_EQ(plan(256, i8, i8, {-63, 63})->window, 4);
  EXPECT_EQ(plan(256, i8, u8, {255, 255})->window, 1);
}

TEST_F(NarrowSumsTest, BytesAreSignedAsTheyAre) {
  plan(16, i8, i8, {-128, 127});
  module->walk([&](ir::MatmulOp op) {
    Contraction c = describeContraction(op);
    ir::LayoutAttr layout = getMethod(ir::Method::IntDot).layout(c, shape);
    EXPECT_EQ(layout.getOffset(), 0);
    EXPECT_TRUE(hasSignedBytes(layout, c.rhs));
  });
}

TEST_F(NarrowSumsTest, SignsTakeABit) {
  auto bits = [&](ArrayRef<int> pattern) {
    plan(16, i8, i8, pattern);
    int64_t bits = 0;
    module->walk([&](ir::MatmulOp op) {
      bits = getMethod(ir::Method::IntDot)
                 .layout(describeContraction(op), shape)
                 .getBits();
    });
    return bits;
  };
  EXPECT_EQ(bits({1, -1}), 1);
  EXPECT_EQ(bits({1, -1, 0, 1}), 2);
}

TEST_F(NarrowSumsTest, WindowsDivideGroups) {
  const char *scaled = "rhs_scale(%s : tensor<2x8xf32>)";
  auto grouped = [&](ArrayRef<int> pattern) {
    return plan(256, i8, i8, pattern, scaled, "f32", "group = 32 : i64, ")
        ->window;
  };
  EXPECT_EQ(grouped({-8, 7}), 32);
  // 30 is what fits, 16 what divides 32.
  EXPECT_EQ(grouped({-8, -8}), 16);
  EXPECT_EQ(grouped({1, -1}), 32);
}

TEST_F(NarrowSumsTest, ACommonZeroPointIsTheCenter) {
  auto sums =
      plan(256, i8, "!tern.q<uint4>", {0, 15}, "rhs_zp(%z : tensor<2x1xi32>)");
  EXPECT_EQ(sums->center, 8);
  EXPECT_EQ(sums->window, 32);
  // Without it, codes are up to 15.
  EXPECT_EQ(plan(256, i8, "!tern.q<uint4>", {0, 15})->center, 0);
  EXPECT_EQ(plan(256, i8, "!tern.q<uint4>", {15, 15})->window, 16);
}

TEST(VectorShape, NarrowSumsShareRegisters) {
  VectorShape shape = {8, 1, true, 128, 4, 1, true};
  auto blocks = [&](int64_t rows, const NarrowShape &narrow) {
    PackedBlocks plan = planPackedBlocks(shape, rows, 4096, 128, narrow);
    return std::tuple(plan.inputs, plan.vectors, plan.inMemory, plan.inPlace);
  };
  using Plan = std::tuple<int64_t, int64_t, bool, bool>;
  // Few inputs leave registers to more vectors of weights.
  EXPECT_EQ(blocks(1, {32, 4, false}), Plan(1, 4, false, false));
  EXPECT_EQ(blocks(2, {32, 4, false}), Plan(2, 2, false, false));
  EXPECT_EQ(blocks(4, {32, 4, false}), Plan(4, 1, false, false));
  // With 2 bits, second narrow sums take those of the wide ones.
  EXPECT_EQ(blocks(1, {252, 2, false}), Plan(1, 4, true, true));
  EXPECT_EQ(blocks(2, {252, 2, false}), Plan(2, 2, true, true));
  EXPECT_EQ(blocks(4, {252, 2, false}), Plan(4, 1, false, false));
  // One-bit codes of one row look their sums up, where a machine does it well
  // and the tables fit.
  EXPECT_FALSE(planPackedBlocks(shape, 1, 4096, 128, {248, 1, false}).looksUp);
  shape.looksUp = true;
  EXPECT_TRUE(planPackedBlocks(shape, 1, 8192, 128, {248, 1, false}).looksUp);
  EXPECT_FALSE(planPackedBlocks(shape, 1, 8200, 128, {248, 1, false}).looksUp);
  EXPECT_FALSE(planPackedBlocks(shape, 2, 4096, 128, {248, 1, false}).looksUp);
  // With long windows, twice as many inputs and wide sums in memory.
  EXPECT_EQ(blocks(8, {252, 2, false}), Plan(8, 1, true, false));
  EXPECT_EQ(blocks(6, {252, 2, false}), Plan(6, 1, true, false));
  EXPECT_EQ(blocks(8, {32, 4, false}), Plan(4, 1, false, false));
  EXPECT_EQ(blocks(8, {2, 8, false}), Plan(4, 1, false, false));
  // Scaled sums stay in registers.
  EXPECT_EQ(blocks(1, {32, 4, true}), Plan(1, 2, false, false));
  EXPECT_EQ(blocks(8, {252, 2, true}), Plan(4, 1, false, false));
  // The panel is bounded as ever.
  EXPECT_EQ(planPackedBlocks(shape, 8, 40000, 128, {252, 2, false}).inputs, 1);
}
