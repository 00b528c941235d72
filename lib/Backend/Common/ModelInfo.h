//===- ModelInfo.h - What a module in kern form promises its caller -------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace tern::backend {

/// One input or output (tern_tensor of include/tern/runtime.h).
struct TensorInfo {
  std::string name;
  std::string dtype;
  llvm::SmallVector<int64_t> shape;
  int64_t alias = -1;
  uint64_t bytes = 0;
};

/// A piece of one of an entry's arguments: weights, workspace, inputs, outputs,
/// counted in this order.
struct BufferInfo {
  unsigned argument = 0;
  uint64_t offset = 0;
};

/// One kern.launch.
struct LaunchInfo {
  std::string kernel;
  int64_t trip = 1;
  llvm::SmallVector<BufferInfo> buffers;
};

struct EntryInfo {
  std::string name;
  llvm::SmallVector<TensorInfo> inputs;
  llvm::SmallVector<TensorInfo> outputs;
  uint64_t workspaceBytes = 0;
  llvm::SmallVector<LaunchInfo> launches;
};

struct ModelInfo {
  std::string name;   ///< as the model's file has it
  std::string symbol; ///< the same as an identifier: tern_<symbol>_model
  std::string target;
  uint64_t weightsBytes = 0; ///< of the whole file, header included
  uint64_t weightsHash = 0;  ///< of the payload
  std::vector<EntryInfo> entries;
};

/// Reads a module in kern form. Emits located diagnostics.
mlir::FailureOr<ModelInfo> modelInfoOf(mlir::ModuleOp module);

/// Bytes of an element of an ONNX type in memory; nothing for a type that no
/// buffer can hold.
std::optional<uint64_t> bytesOfDtype(llvm::StringRef dtype);

} // namespace tern::backend
