//===- HlsDesign.h - A design as HLS C++ ----------------------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/ModelInfo.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// What the files of a design call each other by.
struct DesignNames {
  std::string top;    ///< the function that the vendor's tools synthesise
  std::string call;   ///< the C function that the host code calls
  std::string header; ///< the file that declares `top`
};

/// The one design of a module; null after a diagnostic.
kern::DesignOp designOf(mlir::ModuleOp module);

/// The source of a design: its stages, then the function that joins them.
mlir::LogicalResult printDesign(kern::DesignOp design, const ModelInfo &info,
                                const DesignNames &names,
                                llvm::raw_ostream &os);
/// A declaration of the top function.
void printDesignHeader(kern::DesignOp design, const DesignNames &names,
                       llvm::raw_ostream &os);
/// The C function that takes buffers as kernels do, and returns a status.
void printDesignCall(kern::DesignOp design, const DesignNames &names,
                     llvm::raw_ostream &os);

} // namespace tern::backend
