//===- ExecutorHost.cpp - Run compiled models in this process -------------===//
#include "lib/Driver/ExecutorHost.h"
#include "lib/Driver/ExecutorTensors.h"
#include "lib/Driver/ExecutorTools.h"
#include "lib/Driver/KernelThreads.h"
#include "lib/Driver/LaunchTimer.h"
#include "mlir/IR/Diagnostics.h"
#include "tern/runtime.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>

using namespace mlir;
using namespace tern;

namespace {

/// Memory that is given back by free: in huge pages where it is large and the
/// system has them, so that reading weights meets few translations.
char *allocate(size_t bytes) {
  constexpr size_t hugePage = 2 << 20;
  size_t unit = bytes < 2 * hugePage ? TERN_ALIGNMENT : hugePage;
  bytes = llvm::alignTo(bytes, unit);
  auto *memory = static_cast<char *>(std::aligned_alloc(unit, bytes));
  if (!memory)
    llvm::report_bad_alloc_error("no memory for a model's buffer");
  if (unit == hugePage)
    madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

/// Aligned storage between two guards that must not change.
class GuardedBuffer {
public:
  GuardedBuffer(size_t bytes, unsigned char fill)
      : bytes(bytes),
        storage(allocate(bytes + 2 * guard + TERN_ALIGNMENT), std::free) {
    auto start = reinterpret_cast<uintptr_t>(storage.get()) + guard;
    start = llvm::alignTo(start, TERN_ALIGNMENT);
    begin = reinterpret_cast<char *>(start);
    memset(begin - guard, canary, guard);
    memset(begin, fill, bytes);
    memset(begin + bytes, canary, guard);
  }
  char *data() const { return begin; }
  bool isIntact() const {
    auto kept = [](char c) { return static_cast<unsigned char>(c) == canary; };
    return std::all_of(begin - guard, begin, kept) &&
           std::all_of(begin + bytes, begin + bytes + guard, kept);
  }

private:
  static constexpr size_t guard = 128;
  static constexpr unsigned char canary = 0xC7;
  size_t bytes;
  std::unique_ptr<char, void (*)(void *)> storage;
  char *begin;
};

/// Runs a model whose code is in this process.
class HostExecutor : public Executor {
public:
  HostExecutor(MLIRContext &context, const backend::ModelInfo &info,
               const ExecutorOptions &options)
      : context(context), info(info), weights(options.weights.size(), 0),
        weightsBytes(options.weights.size()), state(TERN_ALIGNMENT, 0) {
    memcpy(weights.data(), options.weights.data(), weightsBytes);
    if (options.threads > 1)
      threads = std::make_unique<KernelThreads>(options.threads);
  }

  ~HostExecutor() override {
    if (model && model->release)
      model->release(state.data());
  }

  LogicalResult init(const tern_model *loaded);
  FailureOr<SmallVector<eval::Tensor>>
  run(StringRef entry, ArrayRef<eval::Tensor> inputs) override {
    return run(entry, inputs, threads ? threads->get() : nullptr);
  }
  FailureOr<std::vector<double>> time(StringRef entry,
                                      ArrayRef<eval::Tensor> inputs) override;
  bool sharesMemory() const override {
    return model->info->memory != TERN_MEMORY_DEVICE;
  }
  LogicalResult runOn(StringRef entry, ArrayRef<const void *> inputs,
                      ArrayRef<void *> outputs) override;

  /// Keeps the code alive.
  std::shared_ptr<void> code;

private:
  FailureOr<SmallVector<eval::Tensor>> run(StringRef entry,
                                           ArrayRef<eval::Tensor> inputs,
                                           const tern_execution *threads);
  InFlightDiagnostic error() {
    return emitError(UnknownLoc::get(&context)) << info.name << ": ";
  }
  LogicalResult checkGuards(ArrayRef<GuardedBuffer> buffers,
                            const backend::EntryInfo &entry);

  MLIRContext &context;
  backend::ModelInfo info;
  GuardedBuffer weights;
  size_t weightsBytes;
  GuardedBuffer state;
  const tern_model *model = nullptr;
  std::unique_ptr<KernelThreads> threads;
  /// Of runOn, as large as any entry has needed so far.
  std::optional<GuardedBuffer> workspace;
  size_t workspaceBytes = 0;
};

LogicalResult HostExecutor::init(const tern_model *loaded) {
  if (loaded->info->abi_version != TERN_ABI_VERSION)
    return error() << "expected ABI version " << TERN_ABI_VERSION
                   << ", but got " << loaded->info->abi_version;
  int32_t status = loaded->init(state.data(), weights.data(), weightsBytes);
  if (status != TERN_OK)
    return error() << "init failed: " << describeStatus(status);
  model = loaded;
  return success();
}

LogicalResult HostExecutor::checkGuards(ArrayRef<GuardedBuffer> buffers,
                                        const backend::EntryInfo &entry) {
  for (auto [i, buffer] : llvm::enumerate(buffers)) {
    if (buffer.isIntact())
      continue;
    size_t inputs = entry.inputs.size();
    if (i == 0)
      return error() << "the code wrote outside its workspace";
    if (i <= inputs)
      return error() << "the code wrote outside input "
                     << entry.inputs[i - 1].name;
    return error() << "the code wrote outside output "
                   << entry.outputs[i - 1 - inputs].name;
  }
  return success();
}

FailureOr<std::vector<double>>
HostExecutor::time(StringRef entry, ArrayRef<eval::Tensor> inputs) {
  if (model->info->memory == TERN_MEMORY_DEVICE)
    return error() << "expected a target whose kernels the caller runs, to "
                      "time them, but got a device's: use its profiler";
  LaunchTimer timer(threads ? threads->get() : nullptr);
  if (failed(run(entry, inputs, timer.get())))
    return failure();
  return timer.take();
}

FailureOr<SmallVector<eval::Tensor>>
HostExecutor::run(StringRef name, ArrayRef<eval::Tensor> inputs,
                  const tern_execution *threads) {
  auto *entry = findEntry(info, name, inputs, &context);
  if (!entry)
    return failure();
  std::vector<GuardedBuffer> buffers;
  buffers.emplace_back(entry->workspaceBytes, 0xA5);
  SmallVector<const void *> inputPointers;
  SmallVector<void *> outputPointers;
  for (const eval::Tensor &input : inputs) {
    buffers.emplace_back(input.sizeInBytes(), 0);
    memcpy(buffers.back().data(), input.data(), input.sizeInBytes());
    inputPointers.push_back(buffers.back().data());
  }
  for (const backend::TensorInfo &output : entry->outputs) {
    // An output in an input's place has an empty buffer of its own.
    bool shared = output.alias >= 0;
    buffers.emplace_back(shared ? 0 : output.bytes, 0xA5);
    outputPointers.push_back(shared ? buffers[1 + output.alias].data()
                                    : buffers.back().data());
  }
  uint32_t index = entry - info.entries.data();
  bool onDevice = model->info->memory == TERN_MEMORY_DEVICE;
  int32_t status = model->run(
      state.data(), index, inputPointers.data(), outputPointers.data(),
      onDevice ? nullptr : buffers[0].data(), onDevice ? nullptr : threads);
  if (status != TERN_OK)
    return error() << "run failed: " << describeStatus(status);
  if (failed(checkGuards(buffers, *entry)))
    return failure();
  SmallVector<eval::Tensor> results;
  for (auto [output, pointer] : llvm::zip(entry->outputs, outputPointers)) {
    results.push_back(makeTensor(output, &context));
    memcpy(results.back().data(), pointer, output.bytes);
  }
  return results;
}

LogicalResult HostExecutor::runOn(StringRef name, ArrayRef<const void *> inputs,
                                  ArrayRef<void *> outputs) {
  auto entry = llvm::find_if(
      info.entries, [&](const auto &each) { return each.name == name; });
  assert(entry != info.entries.end() && sharesMemory());
  if (!workspace || workspaceBytes < entry->workspaceBytes) {
    workspaceBytes = entry->workspaceBytes;
    workspace.emplace(workspaceBytes, 0);
  }
  uint32_t index = entry - info.entries.begin();
  int32_t status =
      model->run(state.data(), index, inputs.data(), outputs.data(),
                 workspace->data(), threads ? threads->get() : nullptr);
  if (status != TERN_OK)
    return error() << "run failed: " << describeStatus(status);
  return success();
}

} // namespace

std::unique_ptr<Executor>
tern::createJitExecutor(MLIRContext &context, const backend::ModelInfo &info,
                        StringRef object, const ExecutorOptions &options) {
  auto fail = [&](llvm::Error error) {
    emitError(UnknownLoc::get(&context)) << "cannot load " << info.name << ": "
                                         << llvm::toString(std::move(error));
    return nullptr;
  };
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit)
    return fail(jit.takeError());
  if (auto error = (*jit)->addObjectFile(
          llvm::MemoryBuffer::getMemBufferCopy(object, info.name)))
    return fail(std::move(error));
  auto symbol = (*jit)->lookup("tern_" + info.symbol + "_model");
  if (!symbol)
    return fail(symbol.takeError());
  auto executor = std::make_unique<HostExecutor>(context, info, options);
  executor->code = std::shared_ptr<llvm::orc::LLJIT>(std::move(*jit));
  if (failed(executor->init(symbol->toPtr<const tern_model *>())))
    return nullptr;
  return executor;
}

/// Writes the files and runs the compiler on them; the library's path.
static FailureOr<std::string>
buildLibrary(Location loc, const TemporaryFolder &folder,
             const backend::Executable &executable) {
  for (const backend::OutputFile &file : executable.files)
    if (failed(folder.write(file.name, file.contents)))
      return failure();
  if (failed(folder.writeRuntimeHeader()))
    return failure();
  std::string library = folder.path("model.so");
  std::vector<std::string> arguments(executable.compiler.begin() + 1,
                                     executable.compiler.end());
  // Files are named relative to the folder.
  for (std::string &argument : arguments)
    if (llvm::any_of(executable.files, [&](const backend::OutputFile &file) {
          return file.name == argument;
        }))
      argument = folder.path(argument);
  llvm::append_range(arguments, std::vector<std::string>{"-I" + folder.path(""),
                                                         "-o", library});
  if (failed(runTool(loc, executable.compiler.front(), arguments, 600)))
    return failure();
  return library;
}

std::unique_ptr<Executor>
tern::createSourceExecutor(MLIRContext &context, const backend::ModelInfo &info,
                           const backend::Executable &executable,
                           const ExecutorOptions &options) {
  Location loc = UnknownLoc::get(&context);
  auto folder = TemporaryFolder::create(loc);
  if (!folder)
    return nullptr;
  FailureOr<std::string> library = buildLibrary(loc, *folder, executable);
  if (failed(library))
    return nullptr;
  void *handle = dlopen(library->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    emitError(loc) << "cannot load compiled sources: " << dlerror();
    return nullptr;
  }
  auto executor = std::make_unique<HostExecutor>(context, info, options);
  executor->code = std::shared_ptr<void>(handle, [](void *h) { dlclose(h); });
  std::string symbol = "tern_" + info.symbol + "_model";
  auto *model = static_cast<const tern_model *>(dlsym(handle, symbol.c_str()));
  if (!model) {
    emitError(loc) << "compiled sources have no symbol " << symbol;
    return nullptr;
  }
  if (failed(executor->init(model)))
    return nullptr;
  return executor;
}
