//===- Decompose.cpp - Everything elementwise as linalg.generic -----------===//
//
// Fusion and lowering know one elementwise operation. This pass writes the
// others, whose meaning is in TernOps.td, in terms of it.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/Tiling/Passes.h"

namespace tern::tiling {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Tiling/Passes.h.inc"
} // namespace tern::tiling

using namespace mlir;
using namespace tern;

using Body = function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

/// A linalg.generic of parallel loops over `type` with the given input maps.
static Value makeGeneric(ImplicitLocOpBuilder &b, RankedTensorType type,
                         ValueRange inputs, ArrayRef<AffineMap> inputMaps,
                         Body body) {
  SmallVector<AffineMap> maps(inputMaps);
  maps.push_back(b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  Value init =
      b.create<tensor::EmptyOp>(type.getShape(), type.getElementType());
  auto op = b.create<linalg::GenericOp>(
      TypeRange{type}, inputs, ValueRange{init}, maps, loops,
      [&](OpBuilder &inner, Location loc, ValueRange scalars) {
        ImplicitLocOpBuilder at(loc, inner);
        at.create<linalg::YieldOp>(body(at, scalars));
      });
  return op.getResult(0);
}

static Value real(ImplicitLocOpBuilder &b, double value) {
  return b.create<arith::ConstantOp>(b.getF32FloatAttr(value));
}

/// The scale's index for element d: d floordiv block, 0 where one block spans
/// the dimension.
static AffineMap scaleMap(ir::FormatAttr format, ArrayRef<int64_t> shape,
                          MLIRContext *context) {
  SmallVector<AffineExpr> exprs;
  for (auto [d, block, size] : llvm::enumerate(format.getBlock(), shape)) {
    AffineExpr dim = getAffineDimExpr(d, context);
    exprs.push_back(block >= size ? getAffineConstantExpr(0, context)
                    : block == 1  ? dim
                                  : dim.floorDiv(block));
  }
  return AffineMap::get(shape.size(), 0, exprs, context);
}

/// Collapses dimensions of size 1 away that the map reads at 0, so that maps
/// stay projected permutations where they can (linalg wants no constants).
static std::pair<Value, AffineMap> dropUnits(ImplicitLocOpBuilder &b,
                                             Value value, AffineMap map) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<AffineExpr> kept;
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices pending;
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    pending.push_back(d);
    if (isa<AffineConstantExpr>(expr))
      continue;
    kept.push_back(expr);
    shape.push_back(type.getDimSize(d));
    groups.push_back(std::exchange(pending, {}));
  }
  if (kept.size() == map.getNumResults())
    return {value, map};
  if (!groups.empty())
    groups.back().append(pending);
  auto collapsed = RankedTensorType::get(shape, type.getElementType());
  return {b.create<tensor::CollapseShapeOp>(collapsed, value, groups),
          AffineMap::get(map.getNumDims(), 0, kept, map.getContext())};
}

/// A scalar of a float element, code or integer as f32.
static Value toReal(ImplicitLocOpBuilder &b, Value scalar) {
  Type type = scalar.getType();
  if (isa<ir::QType>(type)) {
    bool integer = cast<ir::QType>(type).isInteger();
    scalar = b.create<ir::DecodeOp>(
        integer ? Type(b.getI32Type()) : Type(b.getF32Type()), scalar);
    type = scalar.getType();
  }
  if (isa<IntegerType>(type))
    return b.create<arith::SIToFPOp>(b.getF32Type(), scalar);
  if (type.isF32())
    return scalar;
  if (type.isF64())
    return b.create<arith::TruncFOp>(b.getF32Type(), scalar);
  return b.create<arith::ExtFOp>(b.getF32Type(), scalar);
}

static void decompose(ir::QuantizeOp op, RewriterBase &rewriter) {
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  auto type = cast<RankedTensorType>(op.getResult().getType());
  auto code = cast<ir::QType>(type.getElementType());
  SmallVector<Value> inputs = {op.getInput()};
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(type.getRank())};
  AffineMap map = scaleMap(op.getFormat(), type.getShape(), b.getContext());
  for (Value operand : {op.getScale(), op.getZeroPoint()})
    if (operand) {
      auto [value, used] = dropUnits(b, operand, map);
      inputs.push_back(value);
      maps.push_back(used);
    }
  Value result = makeGeneric(
      b, type, inputs, maps,
      [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
        Value ratio =
            b.create<arith::DivFOp>(toReal(b, in[0]), toReal(b, in[1]));
        if (code.isFloat())
          return b.create<ir::EncodeOp>(code, ratio, op.getSaturate());
        Value y = b.create<math::RoundEvenOp>(ratio);
        if (op.getZeroPoint())
          y = b.create<arith::AddFOp>(y, toReal(b, in[2]));
        // The first clamp also turns a NaN into the least code.
        y = b.create<arith::MaxNumFOp>(y, real(b, double(code.getMin())));
        y = b.create<arith::MinNumFOp>(y, real(b, double(code.getMax())));
        y = b.create<arith::FPToSIOp>(b.getI32Type(), y);
        return b.create<ir::EncodeOp>(code, y, false);
      });
  rewriter.replaceOp(op, result);
}

static void decompose(ir::DequantizeOp op, RewriterBase &rewriter) {
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  auto type = cast<RankedTensorType>(op.getResult().getType());
  SmallVector<Value> inputs = {op.getInput()};
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(type.getRank())};
  AffineMap map = scaleMap(op.getFormat(), type.getShape(), b.getContext());
  for (Value operand : {op.getScale(), op.getZeroPoint()})
    if (operand) {
      auto [value, used] = dropUnits(b, operand, map);
      inputs.push_back(value);
      maps.push_back(used);
    }
  Value result =
      makeGeneric(b, type, inputs, maps,
                  [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
                    Value value = in[0];
                    if (op.getZeroPoint()) {
                      Type i32 = b.getI32Type();
                      if (isa<ir::QType>(value.getType()))
                        value = b.create<ir::DecodeOp>(i32, value);
                      Value zero = in[2];
                      if (isa<ir::QType>(zero.getType()))
                        zero = b.create<ir::DecodeOp>(i32, zero);
                      value = b.create<arith::SubIOp>(value, zero);
                    }
                    Value product = b.create<arith::MulFOp>(toReal(b, value),
                                                            toReal(b, in[1]));
                    Type element = type.getElementType();
                    if (element.isF32())
                      return product;
                    if (element.isF64())
                      return b.create<arith::ExtFOp>(element, product);
                    return b.create<arith::TruncFOp>(element, product);
                  });
  rewriter.replaceOp(op, result);
}

/// A pad is its value everywhere, and then the source.
static void decompose(tensor::PadOp op, RewriterBase &rewriter) {
  // Only the second is the layer's value.
  ImplicitLocOpBuilder b(rewriter.getUnknownLoc(), rewriter);
  auto type = op.getResultType();
  Value around = makeGeneric(
      b, type, {}, {}, [&](ImplicitLocOpBuilder &b, ValueRange) -> Value {
        IRMapping mapping;
        Block &block = op.getRegion().front();
        for (Operation &inner : block.without_terminator())
          b.clone(inner, mapping);
        return mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
      });
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (auto [low, size] :
       llvm::zip(op.getStaticLow(), op.getSourceType().getShape())) {
    offsets.push_back(b.getIndexAttr(low));
    sizes.push_back(b.getIndexAttr(size));
    strides.push_back(b.getIndexAttr(1));
  }
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(op, op.getSource(), around,
                                                     offsets, sizes, strides);
}

namespace {
struct Decompose : tiling::impl::DecomposeBase<Decompose> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (Operation *op : ops) {
      rewriter.setInsertionPoint(op);
      llvm::TypeSwitch<Operation *>(op)
          .Case<ir::QuantizeOp, ir::DequantizeOp, tensor::PadOp>(
              [&](auto o) { decompose(o, rewriter); });
    }
  }
};
} // namespace
