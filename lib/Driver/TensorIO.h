//===- TensorIO.h - Tensors in .npy, .npz and ONNX .pb files --------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace tern {

/// A tensor with the name that its file gives it (empty in .npy).
struct NamedTensor {
  std::string name;
  eval::Tensor tensor;
};

/// Reads .npy (one), .npz (its members, in order) or .pb (a TensorProto).
/// Element types are those of the tensor form (!tern.q for 8 and 16 bits).
/// Nothing is allocated by a size that the file's own length does not bear out.
llvm::Expected<std::vector<NamedTensor>>
readTensors(llvm::StringRef path, mlir::MLIRContext *context);

/// The same elements as another type, when every value is in its range:
/// integers among integers, floats among floats, and integral values across.
llvm::Expected<eval::Tensor> convertTensor(const eval::Tensor &tensor,
                                           mlir::RankedTensorType type);

/// Writes an .npz (stored) with one .npy per tensor.
llvm::Error writeNpz(llvm::StringRef path, llvm::ArrayRef<NamedTensor> tensors);

} // namespace tern
