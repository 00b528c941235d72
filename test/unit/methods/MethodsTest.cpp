//===- MethodsTest.cpp - Choices and bounds of mpGEMM ---------------------===//
#include "lib/Methods/Methods.h"
#include "lib/Methods/SimtPlan.h"
#include "lib/Target/Targets.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {
struct Methods : testing::Test {
  Methods() {
    context.loadDialect<ir::TernDialect, func::FuncDialect, arith::ArithDialect,
                        tensor::TensorDialect>();
  }

  /// A 2 x k times 4 x k product of these operand types; every byte of the
  /// weights is `byte`.
  Contraction make(int64_t k, const std::string &lhs, const std::string &rhs,
                   int byte, const std::string &acc = "i32",
                   const std::string &zp = "") {
    return make(k, lhs, rhs, std::to_string(byte), 4, acc, zp);
  }
  /// The same, n x k weights of `bytes`.
  Contraction make(int64_t k, const std::string &lhs, const std::string &rhs,
                   const std::string &bytes, int64_t n, const std::string &acc,
                   const std::string &zp) {
    std::string ns = std::to_string(n) + "x";
    std::string ks = std::to_string(k), text;
    std::string lhsType = "tensor<" + inputs + ks + "x" + lhs + ">";
    std::string rhsType = "tensor<" + ns + ks + "x" + rhs + ">";
    std::string result = "tensor<" + inputs + ns + acc + ">";
    text = "tern.weight @w : " + rhsType + " = dense<" + bytes + "> : tensor<" +
           std::to_string(n * k) + "xi8>\n" + "func.func @f(%x: " + lhsType +
           ") -> " + result + " {\n" +
           "%z = arith.constant dense<128> : tensor<1xi32>\n"
           "%zs = arith.constant dense<128> : tensor<1x1xi32>\n" +
           "%w = tern.use @w : " + rhsType +
           "\n%e = tensor.empty() : " + result +
           "\n%y = tern.matmul ins(%x, %w : " + lhsType + ", " + rhsType +
           ") " + zp + " outs(%e : " + result + ") acc " + acc +
           " {transpose_b} -> " + result + "\nreturn %y : " + result + "}\n";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    Contraction c;
    module->walk([&](ir::MatmulOp op) { c = describeContraction(op); });
    return c;
  }

  /// One row of inputs; 256 x 1024 weights of int8 that keep 2 of every 4, -8
  /// and 7, less `zero`.
  Contraction makeSparse(const std::string &zp = "", int zero = 0) {
    std::string bytes;
    inputs = "1x";
    auto byte = [](int value) {
      return llvm::toHex(std::string(1, static_cast<char>(value)));
    };
    for (int i = 0; i < 256 * 1024 / 4; ++i)
      bytes += byte(zero - 8) + byte(zero + 7) + byte(zero) + byte(zero);
    return make(1024, "!tern.q<int8>",
                zero ? "!tern.q<uint8>" : "!tern.q<int8>",
                "\"0x" + bytes + "\"", 256, "i32", zp);
  }

  /// As the pass asks, for a model that is this contraction.
  Site site(const char *name) {
    auto machine = loadMachine(name, defaultTargetDirs(), &context);
    EXPECT_TRUE(succeeded(machine));
    (*module)->setAttr("tern.target", targetAttr(**machine, &context));
    return siteOf(*module, **machine);
  }

  std::string inputs = "2x";
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  VectorShape shape = {8, 4, false, 32, 4, 2, true};
};
} // namespace

TEST_F(Methods, BoundsUseTheWeightsThatOccur) {
  EXPECT_EQ(boundAccumulator(make(64, "!tern.q<int8>", "!tern.q<int8>", 3))
                ->magnitude,
            64 * 3 * 128);
  // 200 as int8 is -56.
  EXPECT_EQ(boundAccumulator(make(64, "!tern.q<uint8>", "!tern.q<int8>", 200))
                ->magnitude,
            64 * 56 * 255);
  // A zero point in the middle halves the greatest input.
  EXPECT_EQ(boundAccumulator(make(64, "!tern.q<uint8>", "!tern.q<int8>", 1,
                                  "i32", "lhs_zp(%z : tensor<1xi32>)"))
                ->magnitude,
            64 * 128);
}

TEST_F(Methods, BoundTellsWhenI32IsTooNarrow) {
  int64_t k = INT32_MAX / (128 * 127);
  auto bound = [&](int64_t k) {
    return *boundAccumulator(make(k, "!tern.q<int8>", "!tern.q<int8>", 127));
  };
  EXPECT_TRUE(bound(k).fitsI32());
  EXPECT_FALSE(bound(k + 1).fitsI32());
}

TEST_F(Methods, LayoutIsAsNarrowAsTheWeights) {
  auto bits = [&](const std::string &type, int byte) {
    Contraction c = make(64, "!tern.q<int8>", type, byte);
    return getMethod(ir::Method::IntDot).layout(c, shape).getBits();
  };
  EXPECT_EQ(bits("!tern.q<int8>", 1), 1);
  EXPECT_EQ(bits("!tern.q<int8>", 255), 2); // -1: one bit would be binary
  EXPECT_EQ(bits("!tern.q<int8>", 3), 2);
  EXPECT_EQ(bits("!tern.q<int8>", 15), 4);
  EXPECT_EQ(bits("!tern.q<int8>", 16), 8);
  EXPECT_EQ(bits("!tern.q<uint8>", 255), 8);
}

TEST_F(Methods, LegalityNamesTheReason) {
  Contraction c = make(64, "f32", "!tern.q<int8>", 3, "f32");
  EXPECT_EQ(getMethod(ir::Method::Dequant).whyNot(c, shape), "");
  EXPECT_EQ(getMethod(ir::Method::IntDot).whyNot(c, shape),
            "an operand of f32 is no integer code of up to 8 bits");
  c = make(64, "!tern.q<int8>", "!tern.q<int8>", 3);
  Choice choice = chooseMethod(c, site("host-avx2"));
  EXPECT_EQ(choice.best->name, "int_dot");
  EXPECT_EQ(choice.next->name, "direct");
  EXPECT_LT(choice.bestSeconds, choice.nextSeconds);
}

TEST_F(Methods, BitsAreCountedWhereBothOperandsAreSigns) {
  const Method &xnor = getMethod(ir::Method::XnorPopcount);
  Contraction c = make(4096, "!tern.q<binary>", "!tern.q<int8>", 255);
  EXPECT_EQ(xnor.whyNot(c, shape), "");
  EXPECT_FALSE(needsRowSums(c, ir::Method::XnorPopcount));
  EXPECT_EQ(xnor.layout(c, shape).getDepth(), 4);
  Choice choice = chooseMethod(c, site("host-avx2"));
  EXPECT_EQ(choice.best->name, "xnor_popcount");
  EXPECT_EQ(choice.bound->magnitude, 4096);
  // Bits of a row lie together where a vector has any number of them.
  Site rvv = site("rvv128");
  EXPECT_EQ(xnor.layout(c, rvv.shape).getDepth(), 512);
  EXPECT_EQ(xnor.layout(c, rvv.shape).getRows(), 4);
  c = make(64, "!tern.q<uint1>", "!tern.q<int8>", 1);
  EXPECT_EQ(xnor.whyNot(c, shape), "");
  EXPECT_TRUE(needsRowSums(c, ir::Method::XnorPopcount));
  c = make(64, "!tern.q<binary>", "!tern.q<int8>", 0);
  EXPECT_EQ(xnor.whyNot(c, shape), "the weights are not all 1 or -1");
  c = make(64, "!tern.q<int8>", "!tern.q<int8>", 1);
  EXPECT_EQ(xnor.whyNot(c, shape), "inputs of !tern.q<int8> are no bits");
}

TEST(VectorShape, BlocksFillRegistersAndThePanelFitsItsStack) {
  VectorShape shape = {8, 4, false, 32, 4, 2, true};
  auto plan = [&](int64_t rows, int64_t rowBytes, int64_t tileRows) {
    PackedBlocks blocks = planPackedBlocks(shape, rows, rowBytes, tileRows);
    return std::pair(blocks.inputs, blocks.vectors);
  };
  EXPECT_EQ(plan(100, 256, 32), std::pair(int64_t(4), int64_t(2)));
  // A single row leaves its registers to more weights, as far as a tile goes.
  EXPECT_EQ(plan(1, 256, 32), std::pair(int64_t(1), int64_t(4)));
  EXPECT_EQ(plan(1, 256, 16), std::pair(int64_t(1), int64_t(2)));
  // 64 KB of panel: two rows of 32,000 bytes, one of 40,000 or of any more.
  EXPECT_EQ(plan(100, 32000, 32), std::pair(int64_t(2), int64_t(4)));
  EXPECT_EQ(plan(100, 40000, 32), std::pair(int64_t(1), int64_t(4)));
  EXPECT_EQ(plan(100, 1 << 20, 32), std::pair(int64_t(1), int64_t(4)));
  // Strips of any length hold one vector.
  shape.scalable = true;
  EXPECT_EQ(plan(100, 256, 128), std::pair(int64_t(4), int64_t(1)));
}

TEST_F(Methods, GpusChooseByRowsOfInputs) {
  VectorShape gpu = {};
  gpu.isSimt = true;
  // Two rows of 64: a warp's lanes read weights once.
  Contraction few = make(64, "!tern.q<uint8>", "!tern.q<int8>", 3);
  EXPECT_EQ(chooseMethod(few, site("h200")).best->name, "int_dot");
  // Lanes read 16 inputs at once; matrix units take any number.
  Contraction odd = make(60, "!tern.q<uint8>", "!tern.q<int8>", 200);
  EXPECT_EQ(getMethod(ir::Method::IntDot).whyNot(odd, gpu),
            "rows of 60 are no multiple of 16");
  EXPECT_EQ(chooseMethod(odd, site("h200")).best->name, "mma");
  // Bytes are stored as they are, narrower codes with an offset.
  ir::LayoutAttr bytes = getMethod(ir::Method::Mma).layout(odd, gpu);
  EXPECT_EQ(bytes.getBits(), 8);
  EXPECT_EQ(bytes.getOffset(), 0);
  ir::LayoutAttr packed =
      getMethod(ir::Method::Mma)
          .layout(make(64, "!tern.q<uint8>", "!tern.q<int8>", 253), gpu);
  EXPECT_EQ(packed.getBits(), 2);
  EXPECT_EQ(packed.getDepth(), 32);
  // A CPU has no such units, and floats need f16 and scales.
  EXPECT_EQ(getMethod(ir::Method::Mma).whyNot(few, shape),
            "the target has no matrix units");
  Contraction floats = make(64, "f32", "!tern.q<int8>", 3, "f32");
  EXPECT_EQ(getMethod(ir::Method::Dequant).whyNot(floats, gpu),
            "the left-hand side is no matrix of f16");
  EXPECT_EQ(chooseMethod(floats, site("h200")).best->name, "direct");
}

TEST_F(Methods, APriceSeesPaddingAndPackedBits) {
  // 4 rows in a tile of 8, 64 columns in blocks of 16: 2 bits each.
  Contraction c = make(64, "!tern.q<int8>", "!tern.q<int8>", 3);
  Site here = site("host-avx2");
  const Method &method = getMethod(ir::Method::IntDot);
  Work work = describeWork(c, method.kind, method.layout(c, here.shape), here);
  EXPECT_EQ(work.product->bits[0], 2u);
  EXPECT_EQ(work.weightBytes, 8 * 64 * 2 / 8);
  EXPECT_EQ(work.kernel.padding, 2);
  // Of so few bits, four times as many at once.
  EXPECT_EQ(work.operations(), 2 * work.macs / 4);
  // Inputs that are shifted come with the sums of the weights' rows.
  c = make(64, "!tern.q<uint8>", "!tern.q<int8>", 3);
  here = site("host-avx2");
  work = describeWork(c, method.kind, method.layout(c, here.shape), here);
  EXPECT_EQ(work.extraWeightBytes, 4 * 4);
  // Direct loops extend their operands.
  work = describeWork(c, ir::Method::Direct, {}, here);
  EXPECT_EQ(work.lhs, Precision::Int32);
  EXPECT_EQ(work.weightBytes, 4 * 64);
}

TEST_F(Methods, SparseWeightsLeaveTheirZerosOut) {
  const Method &sparse = getMethod(ir::Method::SparseNm);
  Contraction c = makeSparse();
  Site here = site("host-avx2");
  ASSERT_EQ(sparse.whyNot(c, here.shape), "");
  ir::LayoutAttr layout = sparse.layout(c, here.shape);
  EXPECT_EQ(layout.getNm().getN(), 2);
  EXPECT_EQ(layout.getNm().getM(), 4);
  EXPECT_EQ(layout.getBits(), 4);
  // 4 bits and a place of 2, of every second weight.
  Work work = describeWork(c, sparse.kind, layout, here);
  EXPECT_EQ(work.weightBytes, 256 * 1024 * 3 / 8);
  EXPECT_EQ(work.kernel.padding, 0.5);
  Choice choice = chooseMethod(c, here);
  EXPECT_EQ(choice.best->name, "sparse_nm");
  // Weights less a zero point are what is kept.
  c = makeSparse("rhs_zp(%zs : tensor<1x1xi32>)", 128);
  ASSERT_EQ(sparse.whyNot(c, here.shape), "");
  EXPECT_EQ(sparse.layout(c, here.shape), layout);
  c = makeSparse("", 128);
  EXPECT_EQ(sparse.whyNot(c, here.shape),
            "the weights obey no N:M out of 1:2, 1:4, 2:4, 2:8, 4:8, 4:16 and "
            "8:16");
  VectorShape gpu = {};
  gpu.isSimt = true;
  EXPECT_EQ(sparse.whyNot(c, gpu), "kernels of a GPU leave out no zeros");
}

TEST(SimtPlan, WarpsGoAlongRowsFirst) {
  MLIRContext context;
  context.loadDialect<ir::TernDialect>();
  auto layout = ir::LayoutAttr::get(&context, 64, 64, 8, 0);
  PackedMatrix matrix(layout, 128, 256);
  MmaBlocks many = planMmaBlocks(100, matrix, /*isInteger=*/true);
  EXPECT_EQ(many.blockM, 64);
  EXPECT_EQ(many.blockN, 64);
  EXPECT_EQ(many.warpsM * many.warpsN, 4);
  MmaBlocks few = planMmaBlocks(3, matrix, /*isInteger=*/true);
  EXPECT_EQ(few.blockM, 16);
  EXPECT_EQ(few.warpsN, 4);
  EXPECT_EQ(planGemvBlocks(2, matrix).points, 4);
  EXPECT_EQ(planGemvBlocks(2, matrix).blocks, 1);
}
