//===- Pipeline.h - The compiler as one straight path ---------------------===//
#pragma once
#include "lib/Calibration/Statistics.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "passes/Graph/ExpandOnnx.h"
#include <map>
#include <optional>
#include <string>

namespace tern {

/// The forms of docs/architecture.md, in order; `--stop-after` names them.
enum class Stage { Import, Graph, Quantize, Schedule, Kern };

/// "import", "graph", "quantize", "schedule", "kern"; nothing for another word.
std::optional<Stage> parseStage(llvm::StringRef name);

/// How a float model is made smaller (docs/quantize.md); the options of
/// tern-quantize and tern-prune-nm.
struct CompressionOptions {
  /// Formats of the layers; empty: they stay as they are.
  std::string quantize;
  std::string rounding = "nearest";
  /// What the weights may take, and the formats to choose from; no budget: the
  /// formats are those of `quantize`.
  std::string budget, candidates;
  /// N:M; empty: nothing is pruned.
  std::string sparsity;
  std::string pruneBy = "magnitude";
  /// Where statistics come from: a file, or samples.
  std::string statistics, calib;
  /// Those statistics, once they are there.
  std::shared_ptr<const calib::Statistics> known;

  bool any() const {
    return !quantize.empty() || !budget.empty() || !sparsity.empty();
  }
};

/// What a user asks of one compilation.
struct CompileOptions {
  /// A machine of targets/, without .yaml; "host" is resolved to one.
  std::string target = "host";
  /// The model's name in symbols and file names; empty: from its file.
  std::string name;
  /// Values of named dimensions (`--dim`); open dimensions are 1 otherwise.
  std::map<std::string, int64_t> dims;
  /// The same for further entries, each named "main_<dim><value>...".
  std::vector<std::pair<std::string, std::map<std::string, int64_t>>> entries;
  /// Force one mpGEMM method where it is legal; empty: by predicted time.
  std::string method;
  /// Compute contractions of layers numbered above this with plain loops; -1:
  /// none.
  int64_t bisectLayer = -1;
  CompressionOptions compression;
  /// Add an output per step, for verify.
  bool taps = false;
  /// Folder for the IR after every pass; empty: none.
  std::string dumpDir;
  /// File for a crash reproducer: the IR before the stage that crashed, target
  /// included, and the passes that were to run; empty: none.
  std::string reproducer;
  bool timing = false;
  bool printAfterAll = false;
  /// Passes to print the IR after, by argument ("tern-bufferize").
  std::vector<std::string> printAfter;
};

/// Reads a model into onnx form, and names it. Emits diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> importModel(llvm::StringRef path,
                                              mlir::MLIRContext &context,
                                              const CompileOptions &options);

/// Onnx form -> tensor form: what the reference evaluates. `known` are inputs
/// whose values the data gives, for nodes that need them at compile time.
/// Emits every refusal, or collects them in `refusals` when given.
mlir::LogicalResult
runGraphStage(mlir::ModuleOp module, const CompileOptions &options,
              llvm::ArrayRef<graph::KnownInput> known = {},
              llvm::SmallVectorImpl<graph::Refusal> *refusals = nullptr);

/// Prunes and quantizes a float model as options.compression says; the result
/// is in tensor form again, and is what the reference evaluates.
mlir::LogicalResult runQuantizeStage(mlir::ModuleOp module,
                                     const CompileOptions &options);

/// Finds a machine of targets/ and makes it the module's `tern.target`. Emits
/// diagnostics.
mlir::LogicalResult setTarget(mlir::ModuleOp module, llvm::StringRef name);

/// Tensor form -> scheduled form for options.target.
mlir::LogicalResult runScheduleStage(mlir::ModuleOp module,
                                     const CompileOptions &options);

/// Whether the target is a part that stages are laid out on. It has one way of
/// multiplying; folding is chosen where the streams are drawn; and lowering may
/// refuse a model that the part does not do or hold.
bool isSpatial(mlir::ModuleOp module);

/// Scheduled form -> kern form, ready for a backend.
mlir::LogicalResult runLoweringStage(mlir::ModuleOp module,
                                     const CompileOptions &options);

} // namespace tern
