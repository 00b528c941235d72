//===- Register.cpp - What this build of Tern contains --------------------===//
#include "lib/Driver/Register.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Onnx/Onnx.h"
#include "dialects/Tern/Tern.h"
#include "passes/Graph/Passes.h"
#include "passes/Lowering/Passes.h"
#include "passes/Precision/Passes.h"
#include "passes/Tiling/Passes.h"

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
  graph::registerGraphPasses();
  precision::registerPrecisionPasses();
  tiling::registerTilingPasses();
  lowering::registerLoweringPasses();
}
