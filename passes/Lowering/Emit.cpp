//===- Emit.cpp - Writing loops and index arithmetic ----------------------===//
#include "passes/Lowering/Emit.h"
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace tern::lowering;

Value Emitter::index(int64_t value) {
  return create<arith::ConstantIndexOp>(value);
}

Value Emitter::constant(Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attr;
  if (isa<FloatType>(element))
    attr = getFloatAttr(element, static_cast<double>(value));
  else
    attr = getIntegerAttr(element, value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return create<arith::ConstantOp>(attr);
}

Value Emitter::add(Value a, Value b) {
  return createOrFold<arith::AddIOp>(a, b);
}
Value Emitter::sub(Value a, Value b) {
  return createOrFold<arith::SubIOp>(a, b);
}
Value Emitter::mul(Value a, Value b) {
  return createOrFold<arith::MulIOp>(a, b);
}
Value Emitter::multiplyAdd(Value x, Value y, Value sum, bool fused) {
  if (fused)
    return create<kern::FmaOp>(x, y, sum);
  return create<arith::AddFOp>(create<arith::MulFOp>(x, y), sum);
}
Value Emitter::div(Value a, int64_t b) {
  return b == 1 ? a : createOrFold<arith::DivUIOp>(a, index(b));
}
Value Emitter::mod(Value a, int64_t b) {
  return b == 1 ? index(0) : createOrFold<arith::RemUIOp>(a, index(b));
}
Value Emitter::min(Value a, Value b) {
  return createOrFold<arith::MinUIOp>(a, b);
}

Value Emitter::expand(AffineExpr expr, ValueRange dims) {
  return affine::expandAffineExpr(*this, getLoc(), expr, dims, {});
}

void Emitter::loop(Value begin, Value end, function_ref<void(Value)> body) {
  auto loop = create<scf::ForOp>(begin, end, index(1));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> Emitter::loop(Value begin, Value end, ValueRange inits,
                                 Carry body) {
  auto loop = create<scf::ForOp>(begin, end, index(1), inits);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  // A loop that carries nothing is built with its terminator.
  if (!inits.empty())
    create<scf::YieldOp>(next);
  return llvm::to_vector(ValueRange(loop.getResults()));
}

Value Emitter::toF32(Value value) {
  if (value.getType().isF32())
    return value;
  return create<arith::ExtFOp>(getF32Type(), value);
}

SmallVector<Value> Emitter::delinearize(Value flat, ArrayRef<int64_t> shape) {
  SmallVector<Value> indices(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    // The first coordinate needs no remainder: flat is in range.
    indices[i] = i == 0 ? flat : mod(flat, shape[i]);
    flat = div(flat, shape[i]);
  }
  return indices;
}

Value Emitter::named(StringRef name, Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    argument.setLoc(NameLoc::get(getStringAttr(name), argument.getLoc()));
  Operation *op = value.getDefiningOp();
  if (op && !isa<arith::ConstantOp>(op) && !isa<NameLoc>(op->getLoc()))
    op->setLoc(NameLoc::get(getStringAttr(name), op->getLoc()));
  return value;
}

Value Emitter::loadFlat(Value memref, Value flat) {
  auto type = cast<MemRefType>(memref.getType());
  return create<memref::LoadOp>(memref, delinearize(flat, type.getShape()));
}
