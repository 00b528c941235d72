//===- ImportOnnx.cpp - ONNX files into onnx form -------------------------===//
#include "dialects/Onnx/Onnx.h"
#include "lib/Import/Import.h"
#include "lib/Import/ImportGraph.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/defs/parser.h>

using namespace mlir;
using namespace tern;

/// Parses the protobuf; false when it is malformed.
template <typename Proto>
static bool parseBinary(const llvm::MemoryBuffer &file, Proto &model) {
  google::protobuf::io::ArrayInputStream array(
      file.getBufferStart(), static_cast<int>(file.getBufferSize()));
  google::protobuf::io::CodedInputStream stream(&array);
  stream.SetTotalBytesLimit(INT_MAX);
  return model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

/// Parses ONNX's text form; the reason when it is malformed.
static std::optional<std::string> parseText(const llvm::MemoryBuffer &file,
                                            onnx::ModelProto &model) {
  std::string text = file.getBuffer().str();
  onnx::OnnxParser parser(text.c_str());
  auto status = parser.Parse(model);
  if (status.IsOK())
    return std::nullopt;
  return status.ErrorMessage();
}

OwningOpRef<ModuleOp> tern::importOnnx(StringRef path, MLIRContext *context,
                                       const ImportLimits &limits) {
  Location loc = FileLineColLoc::get(context, path, 0, 0);
  auto refuse = [&](const Twine &what) -> OwningOpRef<ModuleOp> {
    emitError(loc) << what;
    return nullptr;
  };
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return refuse("cannot read the file: " + file.getError().message());
  if ((*file)->getBufferSize() >= limits.fileBytes)
    return refuse("expected a file of less than " + Twine(limits.fileBytes) +
                  " bytes, but got " + Twine((*file)->getBufferSize()));
  auto model = std::make_shared<onnx::ModelProto>();
  if (path.ends_with(".onnxtxt")) {
    if (auto reason = parseText(**file, *model))
      return refuse("expected ONNX text: " + *reason);
  } else if (!parseBinary(**file, *model)) {
    return refuse("expected an ONNX model, but the file is malformed or cut");
  }
  file->reset();
  if (!model->has_graph())
    return refuse("expected a model with a graph, but got none");

  SmallString<256> real;
  if (llvm::sys::fs::real_path(path, real))
    real = path;
  std::string folder = llvm::sys::path::parent_path(real).str();
  OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
  TensorImporter tensors(model, folder, limits);
  GraphImporter graph(model, *module, tensors, limits, loc);
  if (failed(graph.importMain()) || failed(verify(*module)))
    return nullptr;
  return module;
}

ElementsAttr tern::importTensorFile(StringRef path, std::string &name,
                                    MLIRContext *context,
                                    const ImportLimits &limits) {
  Location loc = FileLineColLoc::get(context, path, 0, 0);
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  onnx::TensorProto tensor;
  if (!file || (*file)->getBufferSize() >= limits.fileBytes ||
      !parseBinary(**file, tensor)) {
    emitError(loc) << "expected a readable TensorProto";
    return {};
  }
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
    emitError(loc) << "expected a tensor that holds its data";
    return {};
  }
  name = tensor.name();
  // The blob keeps what it points into alive: a model of one initializer.
  auto model = std::make_shared<onnx::ModelProto>();
  auto *kept = model->mutable_graph()->add_initializer();
  kept->Swap(&tensor);
  TensorImporter tensors(model, "", limits);
  return tensors.import(*kept, loc);
}
