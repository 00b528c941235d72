//===- Pipeline.cpp - The compiler as one straight path -------------------===//
//
// The picture of docs/architecture.md, stage by stage. Everything a pass needs
// to know about the target is in the module; the options here only say what
// the user asked for.
//
//===----------------------------------------------------------------------===//
#include "lib/Driver/Pipeline.h"
#include "lib/Driver/PassInstrumentation.h"
#include "lib/Import/Import.h"
#include "lib/Methods/VectorShape.h"
#include "lib/Target/Targets.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Graph/BindDims.h"
#include "passes/Graph/Passes.h"
#include "passes/Lowering/Passes.h"
#include "passes/Precision/Passes.h"
#include "passes/Quantize/Passes.h"
#include "passes/Sparsity/Passes.h"
#include "passes/Tiling/Passes.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tern;

std::optional<Stage> tern::parseStage(StringRef name) {
  return llvm::StringSwitch<std::optional<Stage>>(name)
      .Case("import", Stage::Import)
      .Case("graph", Stage::Graph)
      .Case("quantize", Stage::Quantize)
      .Case("schedule", Stage::Schedule)
      .Case("kern", Stage::Kern)
      .Default(std::nullopt);
}

OwningOpRef<ModuleOp> tern::importModel(StringRef path, MLIRContext &context,
                                        const CompileOptions &options) {
  OwningOpRef<ModuleOp> module = importOnnx(path, &context);
  if (!module)
    return module;
  std::string name = options.name;
  if (name.empty())
    name = llvm::sys::path::stem(path).str();
  (*module)->setAttr("kern.model", StringAttr::get(&context, name));
  return module;
}

LogicalResult tern::setTarget(ModuleOp module, StringRef name) {
  MLIRContext *context = module.getContext();
  FailureOr<const Machine *> machine =
      loadMachine(name, defaultTargetDirs(), context);
  if (failed(machine))
    return failure();
  module->setAttr("tern.target", targetAttr(**machine, context));
  return success();
}

/// A copy of the entry for each further set of dimensions.
static LogicalResult addEntries(ModuleOp module,
                                const CompileOptions &options) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  OpBuilder builder(module.getContext());
  builder.setInsertionPointToEnd(module.getBody());
  for (const auto &[name, dims] : options.entries) {
    auto entry = cast<func::FuncOp>(builder.clone(*main));
    entry.setName(name);
    if (failed(graph::bindDims(entry, dims)))
      return failure();
  }
  return success();
}

/// Codes are contracted as integers; what that leaves dead or makes constant
/// goes away. What follows can be compared with the result, value by value.
static void addIntegerPasses(PassManager &pm) {
  pm.addPass(graph::createIntegerContractions());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(graph::createFoldConstants());
  pm.addPass(graph::createNumberLayers());
}

LogicalResult tern::runGraphStage(ModuleOp module,
                                  const CompileOptions &options,
                                  ArrayRef<graph::KnownInput> known,
                                  SmallVectorImpl<graph::Refusal> *refusals) {
  // Open dimensions get their values first: from here on shapes are numbers.
  if (failed(addEntries(module, options)) ||
      failed(graph::bindDims(module.lookupSymbol<func::FuncOp>("main"),
                             options.dims)))
    return failure();
  // Every node through the operator table; all refusals at once.
  SmallVector<graph::Refusal> found;
  if (failed(graph::expandOnnx(module, found, known))) {
    if (refusals)
      refusals->append(found.begin(), found.end());
    else
      llvm::for_each(found, graph::emitRefusal);
    return failure();
  }

  PassManager pm(module.getContext());
  instrument(pm, options, "graph");
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(graph::createFoldConstants());
  addIntegerPasses(pm);
  return pm.run(module);
}

LogicalResult tern::runQuantizeStage(ModuleOp module,
                                     const CompileOptions &options) {
  const CompressionOptions &compression = options.compression;
  if (!compression.any())
    return success();
  PassManager pm(module.getContext());
  instrument(pm, options, "quantize");
  // Zeros first: codes keep them.
  if (!compression.sparsity.empty())
    pm.addPass(sparsity::createPruneNm(
        {compression.sparsity, compression.pruneBy, ""}, compression.known));
  bool hasBudget = !compression.budget.empty();
  if (hasBudget)
    pm.addPass(precision::createAssignPrecision(
        {compression.budget, compression.candidates, compression.rounding, ""},
        compression.known));
  if (hasBudget || !compression.quantize.empty())
    pm.addPass(quantize::createQuantize(
        {hasBudget ? "float" : compression.quantize, compression.rounding, ""},
        compression.known));
  // A model that came quantized would be contracted as integers from here.
  addIntegerPasses(pm);
  pm.addPass(sparsity::createMarkNm({compression.sparsity}));
  return pm.run(module);
}

bool tern::isSpatial(ModuleOp module) {
  FailureOr<const Machine *> machine = machineOf(module);
  return succeeded(machine) && (*machine)->kind == MachineKind::Fpga;
}

LogicalResult tern::runScheduleStage(ModuleOp module,
                                     const CompileOptions &options) {
  // From here on every choice is one of the machine's.
  if (failed(setTarget(module, options.target)))
    return failure();
  PassManager pm(module.getContext());
  instrument(pm, options, "schedule");

  // Everything elementwise has one form and merges into few steps; what
  // follows a contraction becomes part of it.
  pm.addPass(tiling::createDecompose());
  pm.addPass(tiling::createFuseElementwise());
  pm.addPass(tiling::createFuseEpilogue());
  pm.addPass(createCSEPass());
  if (isSpatial(module))
    return pm.run(module);
  pm.addPass(
      precision::createSelectMpGemm({options.method, options.bisectLayer}));
  // Weights are packed here, once, in the order the kernels read them.
  pm.addPass(tiling::createPackWeights());
  return pm.run(module);
}

/// Steps between the first and the last product become stages and streams, on
/// tensors; what is left is for the host.
static void addSpatialPasses(PassManager &pm, const CompileOptions &options) {
  pm.addPass(lowering::createPlaceOnDevice());
  pm.addPass(lowering::createDeriveThresholds());
  if (options.taps)
    pm.addPass(lowering::createTapDataflow());
  pm.addPass(lowering::createChooseFolding());
  pm.addPass(lowering::createStreamEdges());
  pm.addPass(lowering::createSizeFifos());
  pm.addPass(lowering::createLowerStages());
}

LogicalResult tern::runLoweringStage(ModuleOp module,
                                     const CompileOptions &options) {
  PassManager pm(module.getContext());
  instrument(pm, options, "lowering");

  if (isSpatial(module))
    addSpatialPasses(pm, options);
  // Tensors become buffers, buffers get places, steps become kernels.
  pm.addPass(lowering::createBufferize());
  if (options.taps)
    pm.addPass(lowering::createInsertTaps());
  pm.addPass(lowering::createPlanMemory());
  pm.addPass(lowering::createOutlineKernels());
  pm.addPass(lowering::createShareKernels());
  // Each kernel becomes loops over numbers in one-dimensional memory.
  pm.addPass(lowering::createLowerContractions());
  pm.addPass(lowering::createLowerLinalg());
  auto target = module->getAttrOfType<ir::TargetAttr>("tern.target");
  if (getVectorShape(target).isSimt)
    pm.addPass(lowering::createMapGrid());
  pm.addPass(lowering::createLowerCodes());
  pm.addPass(lowering::createFlattenBuffers());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  return pm.run(module);
}
