//===- Session.h - A model together with data for it ----------------------===//
#pragma once
#include "lib/Driver/Pipeline.h"
#include "lib/Driver/TestData.h"

namespace tern {

/// A model in tensor form, bound to the shapes of its data.
struct Session {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The model before it was pruned or quantized; null where it was not.
  mlir::OwningOpRef<mlir::ModuleOp> floatModule;
  mlir::func::FuncOp entry;
  std::vector<std::string> inputNames, outputNames;
  /// In the entry's order and types.
  std::vector<eval::Tensor> inputs;
  /// Expected outputs in the entry's order; empty when none are known.
  std::vector<eval::Tensor> expected;
};

/// Why a session could not be made.
enum class SessionError {
  None,
  /// The model was refused; `refusals` or a diagnostic says why.
  Refused,
  /// The data does not fit the model, or cannot be read.
  Data
};

/// Imports `path`, binds its open dimensions to the shapes of `data` (else
/// options.dims, else 1), runs the graph and quantize stages, and fits the data
/// to the entry. Inputs that `data` lacks are random. Emits diagnostics.
SessionError openSession(llvm::StringRef path, mlir::MLIRContext &context,
                         CompileOptions options, const TestCase *data,
                         Session &session,
                         llvm::SmallVectorImpl<graph::Refusal> *refusals);

} // namespace tern
