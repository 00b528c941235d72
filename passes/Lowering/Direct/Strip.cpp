//===- Strip.cpp - The strip of results that a grid point makes -----------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/Lowering/Direct/Direct.h"
#include "passes/Lowering/Epilogue.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

ArrayRef<int64_t> lowering::shapeOf(Value memory) {
  return cast<MemRefType>(memory.getType()).getShape();
}

Value lowering::numberOf(Emitter &b, Value element, Value zeroPoint,
                         Type type) {
  if (auto code = dyn_cast<ir::QType>(element.getType())) {
    element = b.create<ir::DecodeOp>(
        code.isInteger() ? Type(b.getI32Type()) : b.getF32Type(), element);
    if (zeroPoint && code.isInteger())
      element = b.sub(element, zeroPoint);
  }
  if (element.getType() == type)
    return element;
  if (!isa<FloatType>(type))
    return b.create<arith::ExtSIOp>(type, element);
  if (isa<IntegerType>(element.getType()))
    return b.create<arith::SIToFPOp>(type, element);
  return b.create<arith::ExtFOp>(type, element);
}

Value lowering::product(Emitter &b, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return b.create<arith::MulFOp>(x, y);
  return b.mul(x, y);
}

Strip::Strip(Emitter &b, func::FuncOp kernel, Operation *op, Type accumulator,
             int64_t maxWidth, int64_t rows)
    : b(b), kernel(kernel), op(op), accumulator(accumulator), rows(rows) {
  init = cast<DestinationStyleOpInterface>(op).getDpsInits()[0];
  width = std::min(maxWidth, shapeOf(init).back());
}

void Strip::over(Columns range, function_ref<void(Value)> body) {
  if (width == 1 && range.first == begin)
    return body(begin);
  b.loop(range.first, range.second, body);
}

void Strip::clear(Columns range) {
  over(range, [&](Value x) {
    b.create<memref::StoreOp>(b.constant(accumulator, 0), acc, b.sub(x, begin));
  });
}

void Strip::finish(ValueRange place, Columns range) {
  for (int64_t row = 0; row < rows; ++row)
    over(range, [&](Value x) {
      SmallVector<Value> indices(place);
      if (row)
        indices.back() = b.add(place.back(), row);
      indices.push_back(x);
      Value at = b.add(b.sub(x, begin), row * width);
      Value value = b.create<memref::LoadOp>(acc, at);
      b.create<memref::StoreOp>(emitEpilogue(b, op, value, indices), init,
                                indices);
    });
}

void Strip::store(Value sums, int64_t row, Value x) {
  Value at = b.add(b.sub(x, begin), row * width);
  if (isa<VectorType>(sums.getType()))
    b.create<vector::StoreOp>(sums, acc, at);
  else
    b.create<memref::StoreOp>(sums, acc, at);
}

void Strip::accumulate(Columns range, function_ref<Value(Value)> term) {
  over(range, [&](Value x) {
    Value at = b.sub(x, begin);
    Value old = b.create<memref::LoadOp>(acc, at);
    Value more = term(x);
    Value sum = isa<FloatType>(accumulator)
                    ? Value(b.create<arith::AddFOp>(old, more))
                    : b.add(old, more);
    b.create<memref::StoreOp>(sum, acc, at);
  });
}

int64_t Strip::emit(function_ref<void(ValueRange, Columns)> sum) {
  ArrayRef<int64_t> shape = shapeOf(init);
  b.setInsertionPoint(op);
  acc =
      b.create<memref::AllocaOp>(MemRefType::get({rows * width}, accumulator));
  SmallVector<int64_t> grid(shape.drop_back());
  if (rows > 1)
    grid.back() /= rows;
  grid.push_back(llvm::divideCeil(shape.back(), width));
  b.loop(kernel.getArgument(0), kernel.getArgument(1), [&](Value point) {
    SmallVector<Value> place = b.delinearize(point, grid);
    begin = b.mul(place.pop_back_val(), width);
    if (rows > 1)
      place.back() = b.mul(place.back(), rows);
    Columns range = {begin, b.min(b.add(begin, width), shape.back())};
    sum(place, range);
    finish(place, range);
  });
  op->erase();
  int64_t points = 1;
  for (int64_t size : grid)
    points *= size;
  return points;
}
