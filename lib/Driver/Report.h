//===- Report.h - What a compiled model does, and what that costs ---------===//
#pragma once
#include "lib/CostModel/Energy.h"
#include "lib/Driver/ReportFpga.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace tern {

/// One step of the scheduled form.
struct LayerReport {
  int64_t id = -1;      ///< #tern.layer's, of the value that the step computes
  std::string name, op; ///< the ONNX node and its operator
  std::string step;     ///< "matmul", "conv", "elementwise", "copy"
  std::string inputs;   ///< "1x64x7x7 int8, 128x64x3x3 int4"
  std::string output;   ///< "1x128x7x7 uint8"
  std::string weightFormat; ///< element type of the weights; empty: none
  /// Bits of a weight's code, and those that it takes where it is stored.
  unsigned codeBits = 0, weightBits = 0;
  std::string method;     ///< mpGEMM method; empty: no contraction
  std::string reason;     ///< why that method
  std::string nextMethod; ///< the one that it was compared with; empty: none
  /// What was predicted when the method was chosen, of both.
  double chosenSeconds = 0, nextSeconds = 0;
  /// Whether it is a stage of a design, where all work at once; of a spatial
  /// target the others are the host's.
  bool isStage = false;
  int64_t stageCycles = 0;
  Work work;
  /// What priceModel adds.
  Plan plan;
  Movement movement;
  Prediction prediction;
  Energy energy; ///< where Report::hasEnergy
};

struct Report {
  std::string model;
  const Machine *machine = nullptr;
  std::vector<LayerReport> layers;
  int64_t parameters = 0; ///< elements of weights
  int64_t weightsBytes = 0, workspaceBytes = 0;
  double residentBytes = 0;           ///< what decides where weights come from
  int64_t floatBytes = 0;             ///< the same weights in f32
  std::optional<DesignReport> design; ///< of a spatial target
  bool hasEnergy = false;

  double macs() const;
  /// Of one run: the layers one after the other, stages at their interval.
  double seconds() const;
  /// The slowest stage of a design, at whose pace all of them run; else 0.
  double interval() const;
  Energy energy() const;
  /// Bytes that pass through the memory level `level`.
  double bytesAt(unsigned level) const;
  /// The resource that bounds most of the time, and its share of it.
  std::pair<std::string, double> bindingResource() const;
};

/// Describes a module in scheduled form. Fails, after a diagnostic, when its
/// target is not found.
mlir::FailureOr<Report> describeModel(mlir::ModuleOp module);
/// Adds what only the kern form knows: the sizes of weights and workspace.
void addMemory(Report &report, mlir::ModuleOp kern);
/// Predicts time and traffic of every layer, and energy where it is asked for:
/// then an error names the first figure that the machine lacks.
llvm::Error priceModel(Report &report, bool wantsEnergy);

/// What the costs rest on beside the machine's figures; empty where the kernels
/// that were costed are those that are generated.
std::string assumptionOf(const Report &report);

/// A target that refused the model, and its diagnostic.
struct RefusedTarget {
  std::string target, reason;
};

/// One report or more, and the targets for which there is none.
struct Comparison {
  std::vector<Report> reports;
  std::vector<RefusedTarget> refused;
};

void printJson(const Comparison &comparison, llvm::raw_ostream &os);
void printJson(const Report &report, llvm::raw_ostream &os);
/// A table for people, slowest layers marked; of several targets, side by side.
void printText(const Comparison &comparison, llvm::raw_ostream &os);
/// One self-contained page.
void printHtml(const Comparison &comparison, llvm::raw_ostream &os);

} // namespace tern
