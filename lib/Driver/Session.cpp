//===- Session.cpp - A model together with data for it --------------------===//
#include "lib/Driver/Session.h"

using namespace mlir;
using namespace tern;

/// Values of inputs up to this size are offered to nodes that need an operand
/// (a shape, axes) when compiling.
static constexpr int64_t knownLimit = 4096;

static std::string nameOf(DictionaryAttr attrs, StringRef key) {
  auto name = attrs ? attrs.getAs<StringAttr>(key) : StringAttr();
  return name ? name.str() : "";
}

/// The sizes that the data gives to named and unnamed open dimensions.
static LogicalResult bindToData(func::FuncOp entry, ArrayRef<eval::Tensor> data,
                                std::map<std::string, int64_t> &dims) {
  for (auto [i, tensor] : llvm::enumerate(data)) {
    auto type = dyn_cast<RankedTensorType>(entry.getArgumentTypes()[i]);
    if (!type || type.getRank() != tensor.getType().getRank())
      continue;
    auto params = entry.getArgAttrOfType<ArrayAttr>(i, "onnx.dim_params");
    auto input = entry.getArgAttrOfType<StringAttr>(i, "onnx.name");
    for (int64_t d = 0; d < type.getRank(); ++d) {
      if (!type.isDynamicDim(d))
        continue;
      StringRef name =
          params ? cast<StringAttr>(params[d]).getValue() : StringRef();
      std::string key = name.empty()
                            ? (input.getValue() + "[" + Twine(d) + "]").str()
                            : name.str();
      dims.try_emplace(key, tensor.getShape()[d]);
    }
  }
  return success();
}

/// Unranked inputs take the data's shape.
static void shapeUnranked(func::FuncOp entry, ArrayRef<eval::Tensor> data) {
  SmallVector<Type> types(entry.getArgumentTypes());
  for (auto [i, tensor] : llvm::enumerate(data))
    if (auto type = dyn_cast<UnrankedTensorType>(types[i])) {
      types[i] =
          RankedTensorType::get(tensor.getShape(), type.getElementType());
      entry.getArgument(i).setType(types[i]);
    }
  entry.setFunctionType(FunctionType::get(
      entry.getContext(), types, entry.getFunctionType().getResults()));
}

static SessionError dataError(func::FuncOp entry, llvm::Error error) {
  entry.emitError() << llvm::toString(std::move(error));
  return SessionError::Data;
}

/// The given tensors in the types of `types`.
static llvm::Error fit(ArrayRef<eval::Tensor> given, TypeRange types,
                       std::vector<eval::Tensor> &into) {
  for (auto [tensor, type] : llvm::zip(given, types)) {
    auto converted = convertTensor(tensor, cast<RankedTensorType>(type));
    if (!converted)
      return converted.takeError();
    into.push_back(*converted);
  }
  return llvm::Error::success();
}

SessionError tern::openSession(StringRef path, MLIRContext &context,
                               CompileOptions options, const TestCase *data,
                               Session &session,
                               SmallVectorImpl<graph::Refusal> *refusals) {
  session.module = importModel(path, context, options);
  if (!session.module)
    return SessionError::Refused;
  session.entry = session.module->lookupSymbol<func::FuncOp>("main");
  func::FuncOp entry = session.entry;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i)
    session.inputNames.push_back(nameOf(entry.getArgAttrDict(i), "onnx.name"));
  for (unsigned i = 0; i < entry.getNumResults(); ++i)
    session.outputNames.push_back(
        nameOf(entry.getResultAttrDict(i), "onnx.name"));

  std::vector<eval::Tensor> given;
  SmallVector<graph::KnownInput> known;
  if (data) {
    auto matched = matchTensors(data->inputs, session.inputNames);
    if (!matched)
      return dataError(entry, matched.takeError());
    given = *matched;
    shapeUnranked(entry, given);
    if (failed(bindToData(entry, given, options.dims)))
      return SessionError::Data;
    for (auto [i, tensor] : llvm::enumerate(given))
      if (tensor.size() <= knownLimit)
        known.push_back({"main", static_cast<unsigned>(i), tensor});
  }
  if (failed(runGraphStage(*session.module, options, known, refusals)))
    return SessionError::Refused;
  if (options.compression.any())
    session.floatModule = session.module->clone();
  if (failed(runQuantizeStage(*session.module, options)))
    return SessionError::Refused;
  // Expansion builds a new entry.
  session.entry = entry = session.module->lookupSymbol<func::FuncOp>("main");

  if (!data)
    for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes()))
      given.push_back(randomTensor(cast<RankedTensorType>(type), i + 1));
  if (llvm::Error error = fit(given, entry.getArgumentTypes(), session.inputs))
    return dataError(entry, std::move(error));
  if (!data || data->outputs.empty())
    return SessionError::None;
  // A file of inputs and outputs together: names tell which are inputs.
  std::vector<NamedTensor> outputs;
  llvm::copy_if(data->outputs, std::back_inserter(outputs),
                [&](const NamedTensor &tensor) {
                  return !llvm::is_contained(session.inputNames, tensor.name);
                });
  auto expected = matchTensors(outputs, session.outputNames);
  if (!expected)
    return dataError(entry, expected.takeError());
  if (llvm::Error error =
          fit(*expected, entry.getResultTypes(), session.expected))
    return dataError(entry, std::move(error));
  return SessionError::None;
}
