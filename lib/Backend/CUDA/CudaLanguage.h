//===- CudaLanguage.h - How CUDA spells a kernel --------------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/CLanguage.h"

namespace tern::backend {

/// C++ on the functions of Runtime/prim_cuda.cuh: a function per kernel, a
/// parameter per buffer, an scf.forall as where a thread finds itself.
class CudaLanguage : public CLanguage {
public:
  bool hasSpace(mlir::Attribute space) const override;
  void head(mlir::func::FuncOp kernel, llvm::StringRef name,
            llvm::ArrayRef<std::string> buffers, CWriter &w,
            llvm::raw_ostream &os) const override;
  std::string local(mlir::memref::AllocaOp alloca,
                    llvm::StringRef name) const override;
  std::string element(mlir::Value memref, llvm::StringRef buffer,
                      llvm::StringRef at) const override;
  CText expression(mlir::Operation *op,
                   llvm::ArrayRef<CText> operands) const override;
  bool statement(mlir::Operation *op, CWriter &w) const override;
};

/// The geometry of a kernel; a default for one that has none.
kern::GeometryAttr geometryOf(mlir::func::FuncOp kernel);

} // namespace tern::backend
