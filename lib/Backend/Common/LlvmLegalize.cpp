//===- LlvmLegalize.cpp - Legalisations that LLVM backends share ----------===//
#include "lib/Backend/Common/LlvmLegalize.h"
#include "lib/Backend/Common/WidenSmallFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

bool LlvmMachine::hasFeature(StringRef feature) const {
  SmallVector<StringRef> parts;
  StringRef(features).split(parts, ',', -1, false);
  return llvm::any_of(parts, [&](StringRef part) {
    return part.consume_front("+") && part == feature;
  });
}

Value backend::sliceVector(OpBuilder &builder, Location loc, Value vector,
                           int64_t begin, int64_t lanes) {
  if (lanes == cast<VectorType>(vector.getType()).getNumElements())
    return vector;
  auto indices = llvm::to_vector(llvm::seq(begin, begin + lanes));
  return builder.create<vector::ShuffleOp>(loc, vector, vector, indices);
}

Value backend::intConstant(OpBuilder &builder, Location loc, Type type,
                           int64_t value) {
  APInt bits(getElementTypeOrSelf(type).getIntOrFloatBitWidth(), value,
             /*isSigned=*/true);
  TypedAttr attr;
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, bits);
  else
    attr = IntegerAttr::get(type, bits);
  return builder.create<arith::ConstantOp>(loc, attr);
}

namespace {

struct FmaToLlvm : OpRewritePattern<kern::FmaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::FmaOp op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (!element.isF32() && !element.isF64())
      return rewriter.notifyMatchFailure(op, "not f32 or f64");
    rewriter.replaceOpWithNewOp<math::FmaOp>(op, op.getA(), op.getB(),
                                             op.getC());
    return success();
  }
};

struct UnpackInBytes : OpRewritePattern<kern::UnpackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::UnpackOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType();
    int64_t bits = op.getBits(), shift = op.getField() * bits;
    Value codes = op.getBytes();
    int64_t mask = (1 << bits) - 1;
    if (op.getInPlace()) {
      rewriter.replaceOpWithNewOp<arith::AndIOp>(
          op, codes,
          intConstant(rewriter, loc, type, static_cast<int8_t>(mask << shift)));
      return success();
    }
    if (shift)
      codes = rewriter.create<arith::ShRUIOp>(
          loc, codes, intConstant(rewriter, loc, type, shift));
    if (shift + bits < 8)
      codes = rewriter.create<arith::AndIOp>(
          loc, codes, intConstant(rewriter, loc, type, mask));
    rewriter.replaceOp(op, codes);
    return success();
  }
};

Value extend(ImplicitLocOpBuilder &b, Value value, Type type, bool isSigned) {
  if (isSigned)
    return b.create<arith::ExtSIOp>(type, value);
  return b.create<arith::ExtUIOp>(type, value);
}

/// Lanes `first`, `first` + `step`, ... of a vector of fixed length.
Value everyNth(ImplicitLocOpBuilder &b, Value vector, int64_t first,
               int64_t step, int64_t lanes) {
  SmallVector<int64_t> indices;
  for (int64_t j = 0; j < lanes; ++j)
    indices.push_back(j * step + first);
  return b.create<vector::ShuffleOp>(vector, vector, indices);
}

/// Depth by depth: products of 8-bit codes are exact in i16 (signed, unless
/// both are unsigned), which is what widening multiplications select from.
struct DotByDepth : OpRewritePattern<kern::DotOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Input `q` of every sum, as i16.
  static Value inputs(ImplicitLocOpBuilder &b, kern::DotOp op, int64_t q,
                      VectorType wideType) {
    bool isSigned = !op.getUnsignedInput();
    int64_t partials = op.getPartials(), depth = op.getDepth();
    if (op.hasOwnInputs()) {
      Value a = op.getA();
      if (depth != 1)
        a = everyNth(b, a, q, depth, wideType.getNumElements());
      return extend(b, a, wideType, isSigned);
    }
    if (partials == 1) {
      Value a = b.create<vector::ExtractOp>(op.getA(), q);
      a = extend(b, a, wideType.getElementType(), isSigned);
      return b.create<vector::BroadcastOp>(wideType, a);
    }
    SmallVector<int64_t> indices;
    for (int64_t i = 0; i < wideType.getNumElements(); ++i)
      indices.push_back(i % partials * depth + q);
    Value a = b.create<vector::ShuffleOp>(op.getA(), op.getA(), indices);
    return extend(b, a, wideType, isSigned);
  }

  LogicalResult matchAndRewrite(kern::DotOp op,
                                PatternRewriter &rewriter) const override {
    auto accType = cast<VectorType>(op.getAcc().getType());
    int64_t depth = op.getDepth();
    if (accType.isScalable() && depth * op.getPartials() != 1)
      return rewriter.notifyMatchFailure(op, "scalable and deep");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto wideType = VectorType::get(accType.getShape(), b.getI16Type(),
                                    accType.getScalableDims());
    bool signedA = !op.getUnsignedInput(), signedW = op.getSignedWeights();
    Value acc = op.getAcc();
    for (int64_t q = 0; q < depth; ++q) {
      Value w = op.getW();
      if (depth != 1)
        w = everyNth(b, w, q, depth, accType.getNumElements());
      w = extend(b, w, wideType, signedW);
      Value product = b.create<arith::MulIOp>(w, inputs(b, op, q, wideType));
      if (!op.isNarrow())
        product = extend(b, product, accType, signedA || signedW);
      acc = b.create<arith::AddIOp>(acc, product);
    }
    rewriter.replaceOp(op, acc);
    return success();
  }
};

/// Bits that differ in the words of lanes of 4 bytes.
struct HammingByWords : OpRewritePattern<kern::HammingOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::HammingOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || op.getDepth() != 4)
      return rewriter.notifyMatchFailure(op, "no lanes of words");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto one = VectorType::get({1}, b.getI32Type());
    Value a = b.create<vector::BitCastOp>(one, op.getA());
    a = b.create<vector::BroadcastOp>(type, b.create<vector::ExtractOp>(a, 0));
    Value w = b.create<vector::BitCastOp>(type, op.getW());
    Value count = b.create<math::CtPopOp>(b.create<arith::XOrIOp>(w, a));
    rewriter.replaceOpWithNewOp<arith::AddIOp>(op, op.getAcc(), count);
    return success();
  }
};

struct FoldByExtending : OpRewritePattern<kern::FoldOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::FoldOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    int64_t lanes = type.getNumElements();
    int64_t partials =
        cast<VectorType>(op.getSums().getType()).getNumElements() / lanes;
    if (type.isScalable() && partials != 1)
      return rewriter.notifyMatchFailure(op, "scalable and of several sums");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value acc = op.getAcc();
    for (int64_t p = 0; p < partials; ++p) {
      Value sums = op.getSums();
      if (partials != 1)
        sums = everyNth(b, sums, p, partials, lanes);
      acc = b.create<arith::AddIOp>(acc,
                                    extend(b, sums, type, /*isSigned=*/true));
    }
    rewriter.replaceOp(op, acc);
    return success();
  }
};

/// Out of `level` by codes: a tree of choices, a level for each bit of the
/// codes, lowest first.
Value select(ImplicitLocOpBuilder &b, Value codes, SmallVector<Value> level) {
  Type type = codes.getType();
  for (int64_t bit = 1; level.size() > 1; bit *= 2) {
    Value mask = intConstant(b, b.getLoc(), type, bit);
    Value isSet = b.create<arith::CmpIOp>(arith::CmpIPredicate::ne,
                                          b.create<arith::AndIOp>(codes, mask),
                                          intConstant(b, b.getLoc(), type, 0));
    for (size_t i = 0; i < level.size() / 2; ++i)
      level[i] =
          b.create<arith::SelectOp>(isSet, level[2 * i + 1], level[2 * i]);
    level.truncate(level.size() / 2);
  }
  return level.front();
}

struct LutBySelects : OpRewritePattern<kern::LutOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::LutOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> level;
    for (float number : op.getTable())
      level.push_back(
          b.create<arith::ConstantOp>(DenseElementsAttr::get(type, number)));
    rewriter.replaceOp(op, select(b, op.getCodes(), level));
    return success();
  }
};

/// The same tree where the table is known at run time only.
struct LookupBySelects : OpRewritePattern<kern::LookupOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(kern::LookupOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<VectorType>(op.getType());
    auto table = cast<VectorType>(op.getTable().getType());
    if (table.isScalable())
      return rewriter.notifyMatchFailure(op, "of unknown length");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> level;
    for (int64_t i = 0, e = std::min<int64_t>(16, table.getNumElements());
         i < e; ++i) {
      Value entry = b.create<vector::ExtractOp>(op.getTable(), i);
      level.push_back(b.create<vector::BroadcastOp>(type, entry));
    }
    rewriter.replaceOp(op, select(b, op.getIndices(), level));
    return success();
  }
};

struct RoundEvenByAdding : OpRewritePattern<math::RoundEvenOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::RoundEvenOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!element.isF32() && !element.isF64())
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto attr = b.getFloatAttr(element, element.isF32() ? 0x1p23 : 0x1p52);
    TypedAttr splat = attr;
    if (auto vector = dyn_cast<VectorType>(type))
      splat = DenseElementsAttr::get(vector, attr.getValue());
    Value limit = b.create<arith::ConstantOp>(splat);
    Value x = op.getOperand(), size = b.create<math::AbsFOp>(x);
    // No fraction is left in the sum, and the default rounding mode is ours.
    Value sum = b.create<arith::AddFOp>(size, limit);
    Value rounded = b.create<arith::SubFOp>(sum, limit);
    rounded = b.create<math::CopySignOp>(rounded, x);
    Value small =
        b.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, size, limit);
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, small, rounded, x);
    return success();
  }
};

/// Whether the code generator has no instructions for `op`, on vectors whose
/// length it does not know and so cannot split into calls.
bool needsFixedLength(Operation *op) {
  if (!isa<math::MathDialect>(op->getDialect()) ||
      isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
          math::CountLeadingZerosOp, math::CountTrailingZerosOp, math::CtPopOp,
          math::FloorOp, math::FmaOp, math::RoundEvenOp, math::RoundOp,
          math::SqrtOp, math::TruncOp>(op))
    return false;
  return llvm::any_of(op->getResultTypes(), [](Type type) {
    auto vector = dyn_cast<VectorType>(type);
    return vector && vector.isScalable();
  });
}

LogicalResult refuseLeftovers(ModuleOp module) {
  auto result = module.walk([](Operation *op) {
    if (needsFixedLength(op)) {
      op->emitOpError("expected scalars or vectors of fixed length, but got ")
          << op->getOperandTypes();
      return WalkResult::interrupt();
    }
    if (!isa<kern::KernDialect>(op->getDialect()))
      return WalkResult::advance();
    InFlightDiagnostic diag = op->emitOpError("expected a shape that this "
                                              "backend has code for, but got ")
                              << op->getOperandTypes();
    if (isa<kern::DotOp, kern::FoldOp>(op))
      diag << " (scalable dots have depth 1 and one sum a lane)";
    if (isa<kern::FmaOp>(op))
      diag << " (f32 and f64 have fma)";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

} // namespace

void backend::populateGenericLegalizePatterns(RewritePatternSet &patterns) {
  patterns.add<FmaToLlvm, UnpackInBytes, DotByDepth, HammingByWords,
               FoldByExtending, LutBySelects, LookupBySelects>(
      patterns.getContext());
}

void backend::populateRoundEvenPatterns(RewritePatternSet &patterns) {
  patterns.add<RoundEvenByAdding>(patterns.getContext());
}

static LogicalResult widenSmallFloats(ModuleOp module) {
  PassManager manager(module.getContext());
  addWidenSmallFloats(manager);
  return manager.run(module);
}

/// exp, tanh and erf of f32 as polynomials, within 6 units in the last place
/// (subnormal results are 0). They vectorise, unlike calls, and are the same on
/// every target. The one of log is wrong for subnormals, so it is not used.
static LogicalResult approximate(ModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa<math::ExpOp, math::TanhOp, math::ErfOp>(op) &&
        getElementTypeOrSelf(op->getResult(0)).isF32())
      ops.push_back(op);
  });
  RewritePatternSet patterns(module.getContext());
  populateMathPolynomialApproximationPatterns(patterns);
  GreedyRewriteConfig config;
  config.strictMode = GreedyRewriteStrictness::ExistingOps;
  return applyOpPatternsAndFold(ops, std::move(patterns), config);
}

LogicalResult backend::legalizeKernels(ModuleOp module,
                                       const LlvmBackend &backend) {
  if (failed(widenSmallFloats(module)) ||
      (backend.fusesMultiplyAdd && failed(approximate(module))))
    return failure();
  RewritePatternSet patterns(module.getContext());
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  populateGenericLegalizePatterns(patterns);
  populateSmallFloatPatterns(patterns, backend.convertsF16);
  if (!backend.roundsEven)
    populateRoundEvenPatterns(patterns);
  if (backend.populateLegalizePatterns)
    backend.populateLegalizePatterns(patterns, backend.machine);
  if (failed(applyPatternsAndFoldGreedily(module, std::move(patterns))))
    return module.emitError("legalisation did not come to an end");
  return refuseLeftovers(module);
}
