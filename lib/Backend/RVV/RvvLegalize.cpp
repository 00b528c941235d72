//===- RvvLegalize.cpp - What RISC-V vectors do better --------------------===//
//
// A conversion to integers that truncates has a rounding mode of its own
// (vfcvt.rtz). Where the number is whole already, the mode does not matter, and
// the conversion by the current mode, which is to nearest, is the better one:
// rounding and converting become one instruction, and QEMU before 8 cannot
// translate two vfcvt.rtz in a row (decode_save_opc: insn_start != NULL).
//
//===----------------------------------------------------------------------===//
#include "dialects/Kern/Kern.h"
#include "lib/Backend/RVV/RvvBackend.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// Whether a float is a whole number (or infinite, or NaN). Sums, products and
/// extremes of whole numbers are whole, rounded or not.
static bool isWhole(Value value, unsigned depth = 8) {
  FloatAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return constant.getValue().isInteger();
  DenseFPElementsAttr constants;
  if (matchPattern(value, m_Constant(&constants)))
    return constants.isSplat() &&
           constants.getSplatValue<APFloat>().isInteger();
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return false;
  if (isa<math::RoundEvenOp, math::RoundOp, math::FloorOp, math::CeilOp,
          math::TruncOp, arith::SIToFPOp, arith::UIToFPOp>(op))
    return true;
  auto whole = [&](Value operand) { return isWhole(operand, depth - 1); };
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return whole(select.getTrueValue()) && whole(select.getFalseValue());
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::MaximumFOp,
             arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>(op) &&
         llvm::all_of(op->getOperands(), whole);
}

namespace {
struct ConvertWhole : OpRewritePattern<arith::FPToSIOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::FPToSIOp op,
                                PatternRewriter &rewriter) const override {
    Type to = getElementTypeOrSelf(op.getType());
    Type from = getElementTypeOrSelf(op.getIn().getType());
    bool known = (to.isInteger(32) || to.isInteger(64)) &&
                 (from.isF32() || from.isF64());
    if (!known || !isWhole(op.getIn()))
      return failure();
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, op.getType(), rewriter.getStringAttr("llvm.lrint"), op.getIn());
    return success();
  }
};
/// kern.hamming on one row's bits -> vmxor.mm, vcpop.m: bytes are as many bits
/// of a mask.
struct HammingByMasks : OpRewritePattern<kern::HammingOp> {
  using OpRewritePattern::OpRewritePattern;

  /// The bits of a register; `bytes` may be its first 16 only.
  static Value bitsOf(ImplicitLocOpBuilder &b, Value bytes) {
    auto registerType = VectorType::get({8}, b.getI8Type(), {true});
    auto bits = VectorType::get({64}, b.getI1Type(), {true});
    if (bytes.getType() != registerType) {
      Value none = b.create<LLVM::PoisonOp>(registerType);
      Value first = b.create<LLVM::ConstantOp>(b.getI64IntegerAttr(0));
      bytes = b.create<LLVM::CallIntrinsicOp>(
                   registerType, b.getStringAttr("llvm.vector.insert"),
                   ValueRange{none, bytes, first})
                  .getResult(0);
    }
    // A load would become one of a mask (vlm.v), which llvm-mca has at 8 times
    // the price of a register's on a SiFive P670. Freezing keeps it apart.
    bytes = b.create<LLVM::FreezeOp>(bytes);
    return b.create<LLVM::BitcastOp>(bits, bytes);
  }

  LogicalResult matchAndRewrite(kern::HammingOp op,
                                PatternRewriter &rewriter) const override {
    auto bytes = cast<VectorType>(op.getW().getType());
    bool isWhole = bytes.isScalable();
    if (isa<VectorType>(op.getType()) ||
        bytes.getNumElements() != (isWhole ? 8 : 16))
      return rewriter.notifyMatchFailure(op, "fills no register");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value w = bitsOf(b, op.getW()), a = bitsOf(b, op.getA());
    // All of them, or those of 16 bytes.
    Value length = b.create<arith::ConstantIntOp>(isWhole ? -1 : 128, 64);
    // A plain xor would be one of bytes, between two vsetvli.
    auto differ = b.create<LLVM::CallIntrinsicOp>(
        w.getType(), b.getStringAttr("llvm.riscv.vmxor"),
        ValueRange{w, a, length});
    auto count = b.create<LLVM::CallIntrinsicOp>(
        b.getI64Type(), b.getStringAttr("llvm.riscv.vcpop"),
        ValueRange{differ.getResult(0), length});
    Value sum = b.create<arith::TruncIOp>(b.getI32Type(), count.getResult(0));
    rewriter.replaceOpWithNewOp<arith::AddIOp>(op, op.getAcc(), sum);
    return success();
  }
};

/// kern.lookup -> vrgather.vv on as many lanes as there are.
struct LookupByGather : OpRewritePattern<kern::LookupOp> {
  LookupByGather(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(kern::LookupOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    if (!type.isScalable())
      return rewriter.notifyMatchFailure(op, "of fixed length");
    Location loc = op.getLoc();
    Value none = rewriter.create<LLVM::PoisonOp>(loc, type);
    Value table = op.getTable();
    if (table.getType() != type)
      table = rewriter.create<vector::ScalableInsertOp>(loc, table, none, 0);
    Value all = rewriter.create<arith::ConstantIntOp>(loc, -1, 64);
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, type, rewriter.getStringAttr("llvm.riscv.vrgather.vv"),
        ValueRange{none, table, op.getIndices(), all});
    return success();
  }
};
} // namespace

void backend::populateRvvLegalizePatterns(RewritePatternSet &patterns,
                                          const LlvmMachine &) {
  patterns.add<ConvertWhole, HammingByMasks, LookupByGather>(
      patterns.getContext());
}
