//===- Report.h - What a compiled model does, and what that costs ---------===//
#pragma once
#include "lib/CostModel/Roofline.h"
#include "lib/Driver/ReportFpga.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace tern {

/// One step of the scheduled form.
struct LayerReport {
  std::string name, op;     ///< the ONNX node and its operator
  std::string step;         ///< "matmul", "conv", "elementwise", "copy"
  std::string inputs;       ///< "1x64x7x7 int8, 128x64x3x3 int4"
  std::string output;       ///< "1x128x7x7 uint8"
  std::string weightFormat; ///< element type of the weights; empty: none
  std::string method;       ///< mpGEMM method; empty: no contraction
  std::string reason;       ///< why that method, against which other one
  Work work;
  Prediction prediction;
};

struct Report {
  std::string model, target, targetHash;
  std::vector<LayerReport> layers;
  int64_t parameters = 0; ///< elements of weights
  int64_t weightsBytes = 0, workspaceBytes = 0;
  int64_t floatBytes = 0; ///< the same weights in f32
  std::optional<DesignReport> design; ///< of a spatial target

  double macs() const;
  double seconds() const;
};

/// Describes a module in scheduled form. Fails, after a diagnostic, when its
/// target is not found.
mlir::FailureOr<Report> describeModel(mlir::ModuleOp module);
/// Adds what only the kern form knows: the sizes of weights and workspace.
void addMemory(Report &report, mlir::ModuleOp kern);

void printJson(const Report &report, llvm::raw_ostream &os);
/// A table for people, slowest layers marked.
void printText(const Report &report, llvm::raw_ostream &os);

} // namespace tern
