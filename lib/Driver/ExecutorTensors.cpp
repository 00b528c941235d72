//===- ExecutorTensors.cpp - Tensors across the ABI -----------------------===//
#include "lib/Driver/ExecutorTensors.h"
#include "dialects/Tern/Tern.h"
#include "lib/Driver/Executor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "tern/runtime.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tern;

Executor::~Executor() = default;

/// int and uint of any width, and the small floats.
static Type codeType(StringRef dtype, MLIRContext *context) {
  context->getOrLoadDialect<ir::TernDialect>();
  auto kind = llvm::StringSwitch<std::optional<ir::CodeKind>>(dtype)
                  .Case("float8e4m3fn", ir::CodeKind::E4M3FN)
                  .Case("float8e4m3fnuz", ir::CodeKind::E4M3FNUZ)
                  .Case("float8e5m2", ir::CodeKind::E5M2)
                  .Case("float8e5m2fnuz", ir::CodeKind::E5M2FNUZ)
                  .Case("float4e2m1", ir::CodeKind::E2M1)
                  .Case("float8e8m0", ir::CodeKind::E8M0)
                  .Default(std::nullopt);
  if (kind)
    return ir::QType::get(context, *kind);
  bool isUnsigned = dtype.consume_front("u");
  unsigned bits = 0;
  if (!dtype.consume_front("int") || dtype.getAsInteger(10, bits) || bits > 16)
    return Type();
  return ir::QType::get(
      context, isUnsigned ? ir::CodeKind::UInt : ir::CodeKind::SInt, bits);
}

Type tern::elementTypeOfDtype(StringRef dtype, MLIRContext *context) {
  Builder b(context);
  return llvm::StringSwitch<Type>(dtype)
      .Case("bool", b.getI1Type())
      .Cases("int32", "uint32", b.getI32Type())
      .Cases("int64", "uint64", b.getI64Type())
      .Case("float16", b.getF16Type())
      .Case("bfloat16", b.getBF16Type())
      .Case("float", b.getF32Type())
      .Case("double", b.getF64Type())
      .Default(codeType(dtype, context));
}

eval::Tensor tern::makeTensor(const backend::TensorInfo &info,
                              MLIRContext *context) {
  return eval::Tensor(RankedTensorType::get(
      info.shape, elementTypeOfDtype(info.dtype, context)));
}

const backend::EntryInfo *tern::findEntry(const backend::ModelInfo &info,
                                          StringRef name,
                                          ArrayRef<eval::Tensor> inputs,
                                          MLIRContext *context) {
  Location loc = UnknownLoc::get(context);
  auto entry = llvm::find_if(
      info.entries, [&](const auto &each) { return each.name == name; });
  if (entry == info.entries.end()) {
    auto diag = emitError(loc)
                << info.name << " has no entry " << name << "; it has";
    for (const auto &each : info.entries)
      diag << " " << each.name;
    return nullptr;
  }
  if (inputs.size() != entry->inputs.size()) {
    emitError(loc) << "expected " << entry->inputs.size() << " inputs of "
                   << name << ", but got " << inputs.size();
    return nullptr;
  }
  for (auto [tensor, expected] : llvm::zip(inputs, entry->inputs)) {
    bool same = tensor && tensor.getShape() == ArrayRef(expected.shape) &&
                tensor.sizeInBytes() == expected.bytes;
    if (same)
      continue;
    auto diag = emitError(loc) << "expected input " << expected.name
                               << " to be " << expected.dtype << " [";
    llvm::interleaveComma(expected.shape, diag);
    diag << "]";
    if (tensor)
      diag << ", but got " << tensor.getType();
    return nullptr;
  }
  return &*entry;
}

StringRef tern::describeStatus(int32_t status) {
  switch (status) {
  case TERN_OK:
    return "ok";
  case TERN_ERROR_WEIGHTS:
    return "the weights are not this model's";
  case TERN_ERROR_ENTRY:
    return "no such entry";
  case TERN_ERROR_ARGUMENT:
    return "a null or misaligned pointer";
  case TERN_ERROR_DEVICE:
    return "the device failed, or its simulation found a fault";
  default:
    return "unknown status";
  }
}
