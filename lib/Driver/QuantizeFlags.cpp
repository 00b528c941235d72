//===- QuantizeFlags.cpp - What a user asks of quantization ---------------===//
#include "lib/Driver/QuantizeFlags.h"
#include "lib/Calibration/QuantizeSpec.h"
#include "lib/Driver/Calibrate.h"

using namespace tern;
using namespace tern::driver;
namespace cl = llvm::cl;

QuantizeFlags::QuantizeFlags(cl::SubCommand &sub)
    : quantize("quantize", cl::value_desc("format"),
               cl::desc("quantize float contractions: w8a8, w4a16g32, w8a8d, "
                        "ternary, ... (docs/quantize.md)"),
               cl::sub(sub)),
      rounding("rounding", cl::value_desc("nearest|gptq"), cl::init("nearest"),
               cl::desc("how weights become codes (default: nearest)"),
               cl::sub(sub)),
      budget("budget", cl::value_desc("bytes:N[%]"),
             cl::desc("choose a format for each layer so that weights take at "
                      "most so much, or a share of their size in f32"),
             cl::sub(sub)),
      candidates("candidates", cl::value_desc("format+..."),
                 cl::init("w8a8+w4a8+w2a8"),
                 cl::desc("the formats that --budget chooses from (default: "
                          "w8a8+w4a8+w2a8)"),
                 cl::sub(sub)),
      sparsity("sparsity", cl::value_desc("N:M"),
               cl::desc("keep N of every M weights of a row"), cl::sub(sub)),
      pruneBy("prune-by", cl::value_desc("criterion"), cl::init("magnitude"),
              cl::desc("which weights stay: by magnitude (default), "
                       "activations, or compensated"),
              cl::sub(sub)),
      statistics("statistics", cl::value_desc("file.json"),
                 cl::desc("what `tern calibrate` wrote"), cl::sub(sub)),
      calib("calib", cl::value_desc("path"),
            cl::desc("samples to calibrate with: .npy, .npz, .pb or a folder"),
            cl::sub(sub)) {}

int QuantizeFlags::addTo(CompileOptions &options, llvm::StringRef model,
                         mlir::MLIRContext &context) const {
  auto refuse = [](const llvm::Twine &message) -> int {
    llvm::errs() << "tern: " << message << "\n";
    return ExitUsage;
  };
  CompressionOptions &compression = options.compression;
  compression.quantize = quantize;
  compression.rounding = rounding;
  compression.budget = budget;
  compression.candidates = candidates;
  compression.sparsity = sparsity;
  compression.pruneBy = pruneBy;
  compression.statistics = statistics;
  compression.calib = calib;
  if (!quantize.empty())
    if (auto spec = calib::parseQuantizeSpec(quantize); !spec)
      return refuse("--quantize: " + llvm::toString(spec.takeError()));
  if (!quantize.empty() && !budget.empty())
    return refuse("expected --quantize or --budget, but got both");
  if (!statistics.empty() && !calib.empty())
    return refuse("expected --statistics or --calib, but got both");
  if (!compression.any()) {
    if (!statistics.empty() || !calib.empty())
      return refuse(
          "expected --quantize, --budget or --sparsity beside statistics, but "
          "got none");
    return ExitOk;
  }
  return prepareStatistics(model, context, options);
}
