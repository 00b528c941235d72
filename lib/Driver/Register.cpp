//===- Register.cpp - What this build of Tern contains --------------------===//
#include "lib/Driver/Register.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Onnx/Onnx.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Graph/Passes.h"
#include "passes/Lowering/Passes.h"
#include "passes/Precision/Passes.h"
#include "passes/Quantize/Passes.h"
#include "passes/Sparsity/Passes.h"
#include "passes/Tiling/Passes.h"

// One line for each folder of lib/Backend.
#define TERN_BACKENDS(BACKEND)                                                 \
  BACKEND(C)                                                                   \
  BACKEND(CUDA)                                                                \
  BACKEND(HLS)                                                                 \
  BACKEND(Host)                                                                \
  BACKEND(RVV)

namespace tern::backend {
#define DECLARE(Name) std::unique_ptr<Backend> create##Name##Backend();
TERN_BACKENDS(DECLARE)
#undef DECLARE
} // namespace tern::backend

const tern::backend::Backend *tern::backendFor(const Machine &machine) {
  static const std::vector<std::unique_ptr<backend::Backend>> all = [] {
    std::vector<std::unique_ptr<backend::Backend>> list;
#define CREATE(Name) list.push_back(backend::create##Name##Backend());
    TERN_BACKENDS(CREATE)
#undef CREATE
    return list;
  }();
  for (const auto &backend : all)
    if (backend->serves(machine))
      return backend.get();
  return nullptr;
}

void tern::registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::affine::AffineDialect, mlir::arith::ArithDialect,
                  mlir::bufferization::BufferizationDialect,
                  mlir::func::FuncDialect, mlir::linalg::LinalgDialect,
                  mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect,
                  mlir::tensor::TensorDialect, mlir::vector::VectorDialect>();
  registry.insert<onnx_ir::OnnxDialect, ir::TernDialect, kern::KernDialect>();
}

void tern::registerPasses() {
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  graph::registerGraphPasses();
  quantize::registerQuantizePasses();
  sparsity::registerSparsityPasses();
  precision::registerPrecisionPasses();
  tiling::registerTilingPasses();
  lowering::registerLoweringPasses();
}
