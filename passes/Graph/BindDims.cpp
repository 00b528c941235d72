//===- BindDims.cpp - Sizes of open dimensions ----------------------------===//
#include "passes/Graph/BindDims.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Graph/Passes.h"
#include <set>

using namespace mlir;
using namespace tern::graph;

namespace tern::graph {
#define GEN_PASS_DEF_BINDDIMS
#include "passes/Graph/Passes.h.inc"
} // namespace tern::graph

FailureOr<DimSizes> tern::graph::parseDims(StringRef text, Location location) {
  DimSizes sizes;
  SmallVector<StringRef> parts;
  text.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    auto [name, number] = part.rsplit('=');
    int64_t size = 0;
    if (name.trim().empty() || number.trim().getAsInteger(10, size) || size < 1)
      return emitError(location)
             << "expected dimensions as name=size with sizes of at least 1, "
                "but got '"
             << part << "'";
    sizes[name.trim().str()] = size;
  }
  return sizes;
}

namespace {
/// The walk over the inputs of a module.
struct Binder {
  const DimSizes &sizes;
  /// Names that some open dimension has, and those among `sizes` used.
  std::set<std::string> names, used;

  int64_t sizeOf(StringRef input, unsigned position, StringRef dimension) {
    std::string byPosition = (input + "[" + Twine(position) + "]").str();
    names.insert(dimension.empty() ? byPosition : dimension.str());
    for (const std::string &key : {byPosition, dimension.str()})
      if (auto found = sizes.find(key); found != sizes.end()) {
        used.insert(key);
        return found->second;
      }
    return 1;
  }
  LogicalResult bind(func::FuncOp entry);
  LogicalResult checkAllUsed(Operation *module);
};
} // namespace

LogicalResult Binder::bind(func::FuncOp entry) {
  for (BlockArgument argument : entry.getArguments()) {
    unsigned i = argument.getArgNumber();
    auto nameAttr = entry.getArgAttrOfType<StringAttr>(i, "onnx.name");
    StringRef name = nameAttr ? nameAttr.getValue() : StringRef();
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return entry.emitError()
             << "expected input '" << name << "' to be a tensor of known rank, "
             << "but got " << argument.getType();
    auto params = entry.getArgAttrOfType<ArrayAttr>(i, "onnx.dim_params");
    SmallVector<int64_t> shape(type.getShape());
    for (auto [position, size] : llvm::enumerate(shape)) {
      StringRef dimension;
      if (params && position < params.size())
        if (auto text = dyn_cast<StringAttr>(params[position]))
          dimension = text.getValue();
      if (ShapedType::isDynamic(size))
        size = sizeOf(name, position, dimension);
    }
    argument.setType(RankedTensorType::get(shape, type.getElementType()));
    entry.removeArgAttr(i, "onnx.dim_params");
  }
  Block &body = entry.getBody().front();
  entry.setType(FunctionType::get(entry.getContext(), body.getArgumentTypes(),
                                  body.getTerminator()->getOperandTypes()));
  return success();
}

LogicalResult Binder::checkAllUsed(Operation *module) {
  for (const auto &[name, size] : sizes) {
    if (used.count(name))
      continue;
    InFlightDiagnostic error = module->emitError()
                               << "expected the name of an open dimension, but "
                                  "got '"
                               << name << "'";
    std::string list = llvm::join(names, ", ");
    error.attachNote() << (list.empty() ? "the model has no open dimension"
                                        : "the model has " + list);
    return error;
  }
  return success();
}

LogicalResult tern::graph::bindDims(ModuleOp module, const DimSizes &sizes) {
  Binder binder{sizes, {}, {}};
  for (func::FuncOp entry : module.getOps<func::FuncOp>())
    if (failed(binder.bind(entry)))
      return failure();
  return binder.checkAllUsed(module);
}

LogicalResult tern::graph::bindDims(func::FuncOp entry, const DimSizes &sizes) {
  Binder binder{sizes, {}, {}};
  if (failed(binder.bind(entry)))
    return failure();
  return binder.checkAllUsed(entry);
}

namespace {
struct BindDims : tern::graph::impl::BindDimsBase<BindDims> {
  using Base::Base;
  void runOnOperation() override {
    FailureOr<DimSizes> sizes = parseDims(dims, getOperation().getLoc());
    if (failed(sizes) || failed(bindDims(getOperation(), *sizes)))
      signalPassFailure();
  }
};
} // namespace
