//===- PassInstrumentation.cpp - Looking at the IR between passes ---------===//
#include "lib/Driver/PassInstrumentation.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

namespace {
/// Writes the module after every pass to <dir>/<stage>-NN-<pass>.mlir.
class DumpAfterPass : public PassInstrumentation {
public:
  DumpAfterPass(StringRef dir, StringRef stage) : dir(dir), stage(stage) {}

  void runAfterPass(Pass *pass, Operation *op) override {
    if (!isa<ModuleOp>(op))
      return;
    SmallString<128> path(dir);
    llvm::sys::fs::create_directories(dir);
    std::string name;
    llvm::raw_string_ostream(name)
        << stage << '-' << llvm::format("%02u", count++) << '-'
        << pass->getArgument() << ".mlir";
    llvm::sys::path::append(path, name);
    std::string error;
    auto file = openOutputFile(path, &error);
    if (!file) {
      llvm::errs() << "tern: warning: " << error << "\n";
      return;
    }
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
    op->print(file->os(), flags.enableDebugInfo(/*enable=*/true, true));
    file->keep();
  }

private:
  std::string dir, stage;
  unsigned count = 0;
};
/// Shows the running pass on a terminal, and wipes the line when it ends.
class Progress : public PassInstrumentation {
public:
  explicit Progress(StringRef stage) : stage(stage) {}
  ~Progress() override { llvm::errs() << wipe; }

  void runBeforePass(Pass *pass, Operation *op) override {
    if (isa<ModuleOp>(op))
      llvm::errs() << wipe << stage << ": " << pass->getName();
  }
  // A diagnostic starts on a line of its own.
  void runAfterPass(Pass *, Operation *) override { llvm::errs() << wipe; }
  void runAfterPassFailed(Pass *, Operation *) override {
    llvm::errs() << wipe;
  }

private:
  static constexpr const char *wipe = "\r\x1b[K";
  std::string stage;
};
} // namespace

void tern::instrument(PassManager &pm, const CompileOptions &options,
                      StringRef stage) {
  if (!options.dumpDir.empty())
    pm.addInstrumentation(
        std::make_unique<DumpAfterPass>(options.dumpDir, stage));
  if (options.printAfterAll || !options.printAfter.empty()) {
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
    pm.enableIRPrinting([](Pass *, Operation *) { return false; },
                        [&options](Pass *pass, Operation *) {
                          return options.printAfterAll ||
                                 llvm::is_contained(options.printAfter,
                                                    pass->getArgument());
                        },
                        /*printModuleScope=*/true,
                        /*printAfterOnlyOnChange=*/false,
                        /*printAfterOnlyOnFailure=*/false, llvm::errs(), flags);
  }
  if (options.timing)
    pm.enableTiming();
  if (!options.reproducer.empty())
    pm.enableCrashReproducerGeneration(options.reproducer,
                                       /*genLocalReproducer=*/false);
  if (llvm::errs().is_displayed() && !options.printAfterAll &&
      options.printAfter.empty())
    pm.addInstrumentation(std::make_unique<Progress>(stage));
}
