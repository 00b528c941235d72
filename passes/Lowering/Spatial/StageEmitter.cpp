//===- StageEmitter.cpp - Writing the function of a stage -----------------===//
#include "passes/Lowering/Spatial/StageEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Lowering/Spatial/Matrix.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

StageEmitter::StageEmitter(func::FuncOp stage, Location loc)
    : Emitter(loc, stage.getContext()), stage(stage) {
  setInsertionPointToEnd(&stage.front());
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void StageEmitter::nestFrom(ArrayRef<int64_t> sizes, size_t at,
                            SmallVectorImpl<Value> &indices,
                            function_ref<void(Indices)> body) {
  if (at == sizes.size())
    return body(indices);
  auto step = [&](Value i) {
    indices.push_back(i);
    nestFrom(sizes, at + 1, indices, body);
    indices.pop_back();
  };
  if (sizes[at] == 1)
    return step(index(0));
  bool isInnermost = llvm::all_of(sizes.drop_front(at + 1),
                                  [](int64_t size) { return size == 1; });
  loop(0, sizes[at], [&](Value i) {
    if (isInnermost)
      create<kern::PipelineOp>(1);
    step(i);
  });
}

void StageEmitter::nest(ArrayRef<int64_t> sizes,
                        function_ref<void(Indices)> body) {
  SmallVector<Value> indices;
  nestFrom(sizes, 0, indices, body);
}

void StageEmitter::unrolled(int64_t count, function_ref<void(Value)> body) {
  if (count == 1)
    return body(index(0));
  loop(0, count, [&](Value i) {
    create<kern::UnrollOp>();
    body(i);
  });
}

Value StageEmitter::unrolledSum(int64_t count, Value start,
                                function_ref<Value(Value, Value)> body) {
  if (count == 1)
    return body(index(0), start);
  return loop(index(0), index(count), start, [&](Value i, ValueRange sum) {
    create<kern::UnrollOp>();
    return SmallVector<Value>{body(i, sum[0])};
  })[0];
}

void StageEmitter::pipelined(Value begin, Value end,
                             function_ref<void(Value)> body) {
  loop(begin, end, [&](Value i) {
    create<kern::PipelineOp>(1);
    body(i);
  });
}

void StageEmitter::when(Value condition, function_ref<void()> body) {
  auto branch = create<scf::IfOp>(condition, false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
}

Value StageEmitter::choose(Type type, Value condition,
                           function_ref<Value()> then,
                           function_ref<Value()> otherwise) {
  auto branch = create<scf::IfOp>(TypeRange{type}, condition, true);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  create<scf::YieldOp>(then());
  setInsertionPointToStart(branch.elseBlock());
  create<scf::YieldOp>(otherwise());
  return branch.getResult(0);
}

//===----------------------------------------------------------------------===//
// Values and memory
//===----------------------------------------------------------------------===//

Value StageEmitter::isEqual(Value a, int64_t b) {
  return createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, a, index(b));
}

Value StageEmitter::resize(Value value, unsigned bits, bool isSigned) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  Type type = getIntegerType(bits);
  if (from == bits)
    return value;
  if (from > bits)
    return createOrFold<arith::TruncIOp>(type, value);
  return isSigned ? createOrFold<arith::ExtSIOp>(type, value)
                  : createOrFold<arith::ExtUIOp>(type, value);
}

static MemRefType onChip(MLIRContext *context, int64_t count, Type element,
                         kern::Space space) {
  return MemRefType::get({count}, element, MemRefLayoutAttrInterface(),
                         kern::SpaceAttr::get(context, space));
}

Value StageEmitter::memory(StringRef name, int64_t count, Type element,
                           kern::Space space, int64_t banks) {
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&stage.front());
  return OpBuilder::create<kern::MemoryOp>(
      NameLoc::get(getStringAttr(name)),
      onChip(getContext(), count, element, space), banks);
}

Value StageEmitter::rom(StringRef weight, int64_t count, Type element,
                        kern::Space space, int64_t banks) {
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&stage.front());
  // What the printed code calls it: the symbol without its number.
  StringRef name = weight.take_until([](char c) { return c == '_'; });
  return OpBuilder::create<kern::RomOp>(
      NameLoc::get(getStringAttr(name)),
      onChip(getContext(), count, element, space), weight, banks);
}

Value StageEmitter::load(Value memory, Value at) {
  return create<memref::LoadOp>(memory, at);
}

void StageEmitter::store(Value value, Value memory, Value at) {
  create<memref::StoreOp>(value, memory, at);
}

Value StageEmitter::read(const Port &port) {
  auto type = cast<kern::StreamType>(port.stream.getType());
  return create<kern::StreamReadOp>(type.getWord(), port.stream);
}

void StageEmitter::write(Value word, const Port &port) {
  create<kern::StreamWriteOp>(word, port.stream);
}

Value StageEmitter::lane(Value word, Value at, unsigned bits) {
  if (word.getType().getIntOrFloatBitWidth() == bits)
    return word;
  return create<kern::GetLaneOp>(getIntegerType(bits), word, at);
}

Value StageEmitter::assemble(int64_t lanes, unsigned bits,
                             function_ref<Value(Value)> make) {
  if (lanes == 1)
    return make(index(0));
  Value word =
      memory("word", 1, getIntegerType(lanes * bits), kern::Space::Register, 1);
  unrolled(lanes, [&](Value i) {
    create<kern::PutLaneOp>(make(i), word, index(0), i);
  });
  return load(word, index(0));
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value StageEmitter::toScalar(Value lane, Type element) {
  return isa<FloatType>(element) ? createOrFold<arith::BitcastOp>(element, lane)
                                 : lane;
}

Value StageEmitter::toLane(Value scalar, Type element) {
  return isa<FloatType>(element)
             ? createOrFold<arith::BitcastOp>(getIntegerType(laneBits(element)),
                                              scalar)
             : scalar;
}

Value StageEmitter::decode(Value lane, ir::QType code, unsigned bits) {
  bool isBinary = code.getKind() == ir::CodeKind::Binary;
  if (!isBinary)
    return resize(lane, bits, code.isSigned());
  Type type = getIntegerType(bits);
  return create<arith::SelectOp>(lane, constant(type, 1), constant(type, -1));
}

Value StageEmitter::encode(Value number, ir::QType code) {
  if (code.getKind() == ir::CodeKind::Binary)
    return create<arith::CmpIOp>(arith::CmpIPredicate::sgt, number,
                                 constant(number.getType(), 0));
  return resize(number, code.getBits());
}

Value StageEmitter::importScalar(Value value) {
  if (Value known = imported.lookupOrNull(value))
    return known;
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(&stage.front());
  Operation *op = value.getDefiningOp();
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(importScalar(operand));
  if (!operands.empty())
    setInsertionPointAfterValue(operands.back());
  cloneScalarOp(*op, imported);
  return imported.lookup(value);
}

void StageEmitter::cloneScalarOp(Operation &op, IRMapping &mapping) {
  if (auto decoding = dyn_cast<ir::DecodeOp>(op))
    return mapping.map(decoding.getResult(),
                       decode(mapping.lookup(decoding.getCode()),
                              cast<ir::QType>(decoding.getCode().getType()),
                              32));
  if (auto encoding = dyn_cast<ir::EncodeOp>(op))
    return mapping.map(encoding.getResult(),
                       encode(mapping.lookup(encoding.getValue()),
                              cast<ir::QType>(encoding.getCode().getType())));
  clone(op, mapping);
}

SmallVector<Value> StageEmitter::inlineBody(Block &block,
                                            ValueRange arguments) {
  IRMapping mapping;
  for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
    if (value)
      mapping.map(argument, value);
  auto provide = [&](Operation &op) {
    for (Value operand : op.getOperands())
      if (!mapping.contains(operand))
        mapping.map(operand, importScalar(operand));
  };
  for (Operation &op : block.without_terminator()) {
    provide(op);
    cloneScalarOp(op, mapping);
  }
  provide(*block.getTerminator());
  SmallVector<Value> results;
  for (Value result : block.getTerminator()->getOperands())
    results.push_back(mapping.lookup(result));
  return results;
}
