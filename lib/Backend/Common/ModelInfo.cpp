//===- ModelInfo.cpp - What a module in kern form promises its caller -----===//
#include "lib/Backend/Common/ModelInfo.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "tern/runtime.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

std::optional<uint64_t> backend::bytesOfDtype(StringRef dtype) {
  return llvm::StringSwitch<std::optional<uint64_t>>(dtype)
      .Cases("bool", "int8", "uint8", 1)
      .Cases("int2", "uint2", "int4", "uint4", 1)
      .Cases("float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
             1)
      .Cases("float4e2m1", "float8e8m0", 1)
      .Cases("int16", "uint16", "float16", "bfloat16", 2)
      .Cases("int32", "uint32", "float", 4)
      .Cases("int64", "uint64", "double", 8)
      .Default(std::nullopt);
}

static LogicalResult readTensors(func::FuncOp entry, StringRef attribute,
                                 SmallVectorImpl<TensorInfo> &tensors) {
  auto array = entry->getAttrOfType<ArrayAttr>(attribute);
  if (!array)
    return entry.emitError("expected an array attribute ") << attribute;
  for (Attribute element : array) {
    auto tensor = dyn_cast<kern::TensorAttr>(element);
    if (!tensor)
      return entry.emitError("expected #kern.tensor in ")
             << attribute << ", but got " << element;
    auto bytes = bytesOfDtype(tensor.getDtype());
    if (!bytes)
      return entry.emitError("expected a type that buffers hold, but got \"")
             << tensor.getDtype() << "\"";
    for (int64_t dim : tensor.getShape())
      *bytes *= dim;
    tensors.push_back({tensor.getName().str(), tensor.getDtype().str(),
                       llvm::to_vector(tensor.getShape()), tensor.getAlias(),
                       *bytes});
  }
  return success();
}

/// The argument and offset that a launch's operand stands for.
static FailureOr<BufferInfo> resolve(Operation *user, Value value) {
  BufferInfo buffer;
  while (auto view = value.getDefiningOp<kern::ViewOp>()) {
    buffer.offset += view.getOffset();
    value = view.getSource();
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return user->emitError("expected views of the entry's arguments");
  buffer.argument = argument.getArgNumber();
  return buffer;
}

static LogicalResult readLaunches(func::FuncOp entry, EntryInfo &info) {
  for (Operation &op : entry.front().without_terminator()) {
    if (isa<kern::ViewOp>(op))
      continue;
    auto launch = dyn_cast<kern::LaunchOp>(op);
    if (!launch)
      return op.emitError("expected kern.view or kern.launch in an entry");
    LaunchInfo result;
    result.kernel = launch.getKernel().str();
    result.trip = launch.getTrip();
    for (Value value : launch.getBuffers()) {
      auto buffer = resolve(launch, value);
      if (failed(buffer))
        return failure();
      result.buffers.push_back(*buffer);
    }
    info.launches.push_back(std::move(result));
  }
  return success();
}

static FailureOr<EntryInfo> readEntry(func::FuncOp entry) {
  EntryInfo info;
  info.name = entry.getName().str();
  if (failed(readTensors(entry, "kern.inputs", info.inputs)) ||
      failed(readTensors(entry, "kern.outputs", info.outputs)))
    return failure();
  for (const TensorInfo &output : info.outputs)
    if (output.alias < -1 || output.alias >= int64_t(info.inputs.size()))
      return entry.emitError("expected an alias of an input, but got ")
             << output.alias;
  unsigned arguments = 2 + info.inputs.size() + info.outputs.size();
  if (entry.getNumArguments() != arguments || entry.isExternal())
    return entry.emitError("expected a body and ")
           << arguments << " arguments, but got " << entry.getNumArguments();
  if (auto bytes = entry->getAttrOfType<IntegerAttr>("kern.workspace"))
    info.workspaceBytes = bytes.getValue().getZExtValue();
  if (failed(readLaunches(entry, info)))
    return failure();
  return info;
}

/// `name` with everything that no C identifier holds as an underscore.
static std::string identifierOf(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) ? c : '_';
  return result;
}

FailureOr<ModelInfo> backend::modelInfoOf(ModuleOp module) {
  ModelInfo info;
  auto name = module->getAttrOfType<StringAttr>("kern.model");
  if (!name || name.getValue().empty())
    return module.emitError("expected a module in kern form, with the "
                            "attribute kern.model");
  info.name = name.str();
  info.symbol = identifierOf(info.name);
  if (auto target = module->getAttrOfType<ir::TargetAttr>("tern.target"))
    info.target = target.getName().str();
  // A model without weights has a file of a header and an empty payload.
  auto number = [&](StringRef attribute, uint64_t absent) -> uint64_t {
    auto value = module->getAttrOfType<IntegerAttr>(attribute);
    return value ? value.getValue().getZExtValue() : absent;
  };
  info.weightsBytes = number("kern.weights_bytes", sizeof(tern_weights_header));
  info.weightsHash =
      number("kern.weights_hash", llvm::xxh3_64bits(llvm::StringRef()));
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function->hasAttr("kern.entry"))
      continue;
    auto entry = readEntry(function);
    if (failed(entry))
      return failure();
    info.entries.push_back(std::move(*entry));
  }
  if (info.entries.empty())
    return module.emitError("expected at least one function with kern.entry");
  return info;
}
