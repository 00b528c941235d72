//===- ScalarProgram.cpp - Compiling scalar bodies ------------------------===//
#include "lib/Eval/ScalarProgram.h"
#include "dialects/Tern/Codes.h"
#include "lib/Eval/Noise.h"
#include "lib/Eval/ScalarSteps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace tern;
using namespace tern::eval;

double eval::roundTo(Type type, double value) {
  if (type.isF32())
    return static_cast<float>(value);
  if (type.isF64())
    return value;
  llvm::APFloat rounded(value);
  bool lost;
  rounded.convert(cast<FloatType>(type).getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
  rounded.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
  return rounded.convertToDouble();
}

int64_t eval::wrapTo(Type type, int64_t value) {
  if (type.isIndex())
    return value;
  if (auto code = dyn_cast<ir::QType>(type)) {
    if (code.isFloat())
      return value & 0xff;
    unsigned shift = 64 - code.getStorageBytes() * 8;
    if (code.getKind() == ir::CodeKind::SInt ||
        code.getKind() == ir::CodeKind::UInt)
      shift = 64 - code.getBits();
    auto raw = static_cast<uint64_t>(value) << shift;
    return code.isSigned() ? static_cast<int64_t>(raw) >> shift
                           : static_cast<int64_t>(raw >> shift);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  if (width >= 64)
    return value;
  if (width == 1)
    return value & 1;
  unsigned shift = 64 - width;
  return static_cast<int64_t>(static_cast<uint64_t>(value) << shift) >> shift;
}

/// Whether a scalar of this type lives in Scalar::f.
static bool isReal(Type type) { return isa<FloatType>(type); }

void eval::load(const Tensor &tensor, int64_t offset, int64_t stride, int count,
                Scalar *into) {
  Type element = tensor.getElementType();
  if (element.isF32()) {
    const float *from = tensor.as<float>() + offset;
    for (int k = 0; k < count; ++k)
      into[k].f = from[k * stride];
  } else if (isReal(element)) {
    for (int k = 0; k < count; ++k)
      into[k].f = tensor.getFloat(offset + k * stride);
  } else {
    for (int k = 0; k < count; ++k)
      into[k].i = tensor.getInt(offset + k * stride);
  }
  // Small floats travel as their bits, without a sign.
  if (auto code = dyn_cast<ir::QType>(element); code && code.isFloat())
    for (int k = 0; k < count; ++k)
      into[k].i &= 0xff;
}

void eval::store(const Tensor &tensor, int64_t offset, int64_t stride,
                 int count, const Scalar *from) {
  Type element = tensor.getElementType();
  if (element.isF32()) {
    float *into = tensor.as<float>() + offset;
    for (int k = 0; k < count; ++k)
      into[k * stride] = static_cast<float>(from[k].f);
    return;
  }
  Tensor target = tensor;
  if (isReal(element))
    for (int k = 0; k < count; ++k)
      target.setFloat(offset + k * stride, from[k].f);
  else
    for (int k = 0; k < count; ++k)
      target.setInt(offset + k * stride, from[k].i);
}

int ScalarProgram::define(Value value) {
  int number = count++;
  if (value)
    numbers[value] = number;
  registers.resize(size_t(count) * chunk);
  return number;
}

FailureOr<int> ScalarProgram::constant(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return failure();
  Scalar scalar;
  if (auto real = dyn_cast<FloatAttr>(attribute))
    scalar.f = roundTo(real.getType(), real.getValueAsDouble());
  else if (auto integer = dyn_cast<IntegerAttr>(attribute))
    scalar.i = integer.getType().isInteger(1)
                   ? static_cast<int64_t>(integer.getValue().getZExtValue())
                   : integer.getValue().getSExtValue();
  else
    return failure();
  return splat(value, scalar);
}

int ScalarProgram::splat(Value value, Scalar scalar) {
  int number = define(value);
  std::fill_n(reg(number), chunk, scalar);
  return number;
}

FailureOr<int> ScalarProgram::use(Value value, Environment environment) {
  auto known = numbers.find(value);
  if (known != numbers.end())
    return known->second;
  FailureOr<int> number = constant(value);
  if (succeeded(number) || !environment.tensor)
    return number;
  const Tensor *outer = environment.tensor(value);
  if (!outer)
    return failure();
  Scalar scalar;
  load(*outer, 0, 1, 1, &scalar);
  return splat(value, scalar);
}

LogicalResult ScalarProgram::add(Operation &op, Environment environment) {
  if (isa<arith::ConstantOp>(op))
    return success(); // where it is used
  if (auto position = dyn_cast<linalg::IndexOp>(op)) {
    indices.push_back({static_cast<unsigned>(position.getDim()),
                       define(position.getResult())});
    return success();
  }
  Step step;
  step.op = &op;
  auto extract = dyn_cast<tensor::ExtractOp>(op);
  ValueRange operands = op.getOperands();
  if (extract) {
    step.tensor =
        environment.tensor ? environment.tensor(extract.getTensor()) : nullptr;
    if (!step.tensor)
      return failure();
    operands = extract.getIndices();
  }
  step.run = Steps::find(op, step.detail);
  if (!step.run || op.getNumResults() != 1)
    return op.emitError("expected a scalar operation, but got ")
           << op.getName();
  for (Value operand : operands) {
    FailureOr<int> source = use(operand, environment);
    if (failed(source))
      return op.emitError("expected an operand that is known in the body");
    step.sources.push_back(*source);
  }
  step.inexact = Steps::isInexact(op);
  step.type = op.getResult(0).getType();
  step.sourceType = operands.empty() ? step.type : operands[0].getType();
  step.destination = define(op.getResult(0));
  steps.push_back(std::move(step));
  return success();
}

FailureOr<ScalarProgram> ScalarProgram::compile(Block &block,
                                                Environment environment) {
  ScalarProgram program;
  for (BlockArgument argument : block.getArguments())
    program.arguments.push_back(program.define(argument));
  for (Operation &op : block.without_terminator())
    if (failed(program.add(op, environment)))
      return failure();
  for (Value value : block.getTerminator()->getOperands()) {
    FailureOr<int> number = program.use(value, environment);
    if (failed(number))
      return block.getTerminator()->emitError(
          "expected a yielded value that is known in the body");
    program.results.push_back(*number);
  }
  return program;
}

Scalar *ScalarProgram::index(unsigned dim) {
  for (auto [position, number] : indices)
    if (position == dim)
      return reg(number);
  return nullptr;
}

LogicalResult ScalarProgram::run(int elements) {
  for (const Step &step : steps) {
    if (failed(step.run(*this, step, elements)))
      return failure();
    if (noise && step.inexact)
      noise->moveResults(step.type, reg(step.destination), elements);
  }
  return success();
}
