//===- BindDims.h - Sizes of open dimensions ------------------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include <map>
#include <string>

namespace tern::graph {

/// Sizes by name: a dimension's name ("N"), or an input's and a position
/// ("x[2]"), which wins.
using DimSizes = std::map<std::string, int64_t>;

/// Reads "N=1,seq=16,x[2]=8". Emits an error at `location` and fails where it
/// is not such a list.
mlir::FailureOr<DimSizes> parseDims(llvm::StringRef text,
                                    mlir::Location location);

/// Gives every open dimension of the entries' inputs its size, or 1. Emits an
/// error and fails on an input of unknown rank and on a name that no open
/// dimension has.
mlir::LogicalResult bindDims(mlir::ModuleOp module, const DimSizes &sizes);

/// The same for one entry.
mlir::LogicalResult bindDims(mlir::func::FuncOp entry, const DimSizes &sizes);

} // namespace tern::graph
