//===- LlvmParts.cpp - Objects of one module, generated in parallel -------===//
//
// An LLVMContext belongs to one thread, so parts travel as bitcode: each task
// reads its part into a context of its own.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/LlvmParts.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/Threading.h"
#include "llvm/Transforms/Utils/SplitModule.h"

using namespace mlir;
using namespace tern::backend;

using Bytes = llvm::SmallVector<char, 0>;

/// A part costs a context and the declarations that it shares with others.
static constexpr unsigned kKernelsPerPart = 4, kMaxParts = 16;

/// Wrappers, which the ABI takes the address of, are what parts share; all
/// else that is internal stays with its users.
static unsigned exposeWrappers(llvm::Module &module, StringRef symbol) {
  unsigned count = 0;
  for (llvm::Function &function : module) {
    StringRef name = function.getName();
    if (function.isDeclaration() || !name.consume_front("tern.kernel."))
      continue;
    function.setName("tern_" + symbol + "_kernel." + name);
    function.setLinkage(llvm::GlobalValue::ExternalLinkage);
    function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    ++count;
  }
  return count;
}

static LogicalResult compilePart(const Bytes &bitcode,
                                 const LlvmMachine &machine, Bytes &object) {
  llvm::LLVMContext context;
  llvm::MemoryBufferRef buffer(StringRef(bitcode.data(), bitcode.size()), "");
  auto module = llvm::parseBitcodeFile(buffer, context);
  if (!module) {
    llvm::consumeError(module.takeError());
    return failure();
  }
  std::string error;
  auto target = createMachine(machine, error);
  if (!target)
    return failure();
  optimize(**module, *target);
  return emitMachineCode(**module, *target, llvm::CodeGenFileType::ObjectFile,
                         object);
}

FailureOr<std::vector<Bytes>>
tern::backend::emitParts(llvm::Module &module, const LlvmMachine &machine,
                         StringRef symbol) {
  unsigned kernels = exposeWrappers(module, symbol);
  unsigned count = std::clamp(kernels / kKernelsPerPart, 1u, kMaxParts);
  std::vector<Bytes> parts;
  llvm::SplitModule(
      module, count,
      [&](std::unique_ptr<llvm::Module> part) {
        llvm::raw_svector_ostream os(parts.emplace_back());
        llvm::WriteBitcodeToFile(*part, os);
      },
      /*PreserveLocals=*/true);
  std::vector<Bytes> objects(parts.size());
  std::vector<LogicalResult> results(parts.size(), failure());
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency());
  for (size_t i = 0; i < parts.size(); ++i)
    pool.async(
        [&, i] { results[i] = compilePart(parts[i], machine, objects[i]); });
  pool.wait();
  if (llvm::any_of(results, [](LogicalResult r) { return failed(r); }))
    return failure();
  return objects;
}
