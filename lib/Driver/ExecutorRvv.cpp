//===- ExecutorRvv.cpp - Run compiled models under a RISC-V emulator ------===//
#include "lib/Driver/ExecutorRvv.h"
#include "lib/Driver/ExecutorTensors.h"
#include "lib/Driver/ExecutorTools.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>

using namespace mlir;
using namespace tern;

struct RvvProgram::Impl {
  explicit Impl(MLIRContext &context, std::vector<RvvModel> models)
      : context(context), loc(UnknownLoc::get(&context)),
        models(std::move(models)) {}

  LogicalResult writeFiles();
  /// Links, with the code where `layout` says.
  LogicalResult link();
  LogicalResult writeInputs(ArrayRef<RvvJob> jobs);
  /// Runs the jobs from `first` on; returns how many have a result.
  FailureOr<size_t> runFrom(size_t first, ArrayRef<RvvJob> jobs,
                            const RvvOptions &options,
                            std::vector<RvvResult> &results);
  size_t readResults(size_t first, ArrayRef<RvvJob> jobs,
                     std::vector<RvvResult> &results);
  const backend::EntryInfo *entryOf(const RvvJob &job);

  MLIRContext &context;
  Location loc;
  std::vector<RvvModel> models;
  std::unique_ptr<TemporaryFolder> folder;
  /// QEMU 7.2 dies (decode_save_opc: insn_start != NULL; fixed in 8) when a
  /// block of code, cut where a page ends, starts with certain vector
  /// conversions. So a crash is believed only after the code has been tried in
  /// a few other places.
  unsigned layout = 0;
  static constexpr unsigned mostLayouts = 3;
  /// Whether the last run crashed or ran out of time.
  bool crashed = false;
};

/// C that lists the models' symbols.
static FailureOr<std::string> modelTable(Location loc,
                                         ArrayRef<RvvModel> models) {
  std::string declarations = "#include \"tern/runtime.h\"\n", table;
  llvm::StringSet<> seen;
  for (const RvvModel &model : models) {
    std::string symbol = "tern_" + model.info.symbol + "_model";
    if (!seen.insert(symbol).second) {
      emitError(loc) << "two models of one program are named "
                     << model.info.name;
      return failure();
    }
    declarations += "extern const tern_model " + symbol + ";\n";
    table += "  &" + symbol + ",\n";
  }
  return declarations + "const tern_model *const runner_models[] = {\n" +
         table + "};\n";
}

LogicalResult RvvProgram::Impl::writeFiles() {
  folder = TemporaryFolder::create(loc);
  FailureOr<std::string> table = modelTable(loc, models);
  if (!folder || failed(table) || failed(folder->write("models.c", *table)) ||
      failed(folder->write("runner.c", runnerSource())) ||
      failed(folder->writeRuntimeHeader()))
    return failure();
  for (auto [i, model] : llvm::enumerate(models)) {
    std::string stem = "model" + std::to_string(i);
    StringRef bytes(model.weights.data(), model.weights.size());
    if (failed(folder->write(stem + ".o", model.object)) ||
        failed(folder->write(stem + ".weights", bytes)))
      return failure();
  }
  return success();
}

LogicalResult RvvProgram::Impl::link() {
  std::string padding = ".text\n.space " + std::to_string(6 * layout) + "\n";
  if (failed(folder->write("padding.s", padding)))
    return failure();
  std::vector<std::string> arguments = {"--target=riscv64-linux-gnu",
                                        "-static",
                                        "-fuse-ld=lld",
                                        "-O1",
                                        "-I" + folder->path(""),
                                        folder->path("runner.c"),
                                        folder->path("models.c"),
                                        folder->path("padding.s")};
  for (size_t i = 0; i < models.size(); ++i)
    arguments.push_back(folder->path("model" + std::to_string(i) + ".o"));
  arguments.insert(arguments.end(), {"-lm", "-o", folder->path("runner")});
  return runTool(loc, "clang-19", arguments, 300);
}

const backend::EntryInfo *RvvProgram::Impl::entryOf(const RvvJob &job) {
  if (job.model < models.size())
    return findEntry(models[job.model].info, job.entry, job.inputs, &context);
  emitError(loc) << "expected a model below " << models.size() << ", but got "
                 << job.model;
  return nullptr;
}

LogicalResult RvvProgram::Impl::writeInputs(ArrayRef<RvvJob> jobs) {
  std::string inputs;
  for (const RvvJob &job : jobs) {
    if (!entryOf(job))
      return failure();
    for (const eval::Tensor &input : job.inputs)
      inputs.append(input.data(), input.sizeInBytes());
  }
  return folder->write("inputs", inputs);
}

size_t RvvProgram::Impl::readResults(size_t first, ArrayRef<RvvJob> jobs,
                                     std::vector<RvvResult> &results) {
  auto file = llvm::MemoryBuffer::getFile(folder->path("outputs"), false,
                                          /*RequiresNullTerminator=*/false);
  StringRef bytes = file ? (*file)->getBuffer() : StringRef();
  size_t done = 0;
  for (const RvvJob &job : jobs.drop_front(first)) {
    RvvResult &result = results[first + done];
    const backend::EntryInfo &entry = *entryOf(job);
    int32_t status;
    if (bytes.size() < sizeof(status))
      break;
    memcpy(&status, bytes.data(), sizeof(status));
    bytes = bytes.drop_front(sizeof(status));
    if (status == 100)
      result.error = "the code wrote outside a buffer";
    else if (status != 0)
      result.error = describeStatus(status).str();
    else
      for (const backend::TensorInfo &output : entry.outputs) {
        if (bytes.size() < output.bytes)
          return done;
        result.outputs.push_back(makeTensor(output, &context));
        memcpy(result.outputs.back().data(), bytes.data(), output.bytes);
        bytes = bytes.drop_front(output.bytes);
      }
    ++done;
  }
  return done;
}

FailureOr<size_t> RvvProgram::Impl::runFrom(size_t first, ArrayRef<RvvJob> jobs,
                                            const RvvOptions &options,
                                            std::vector<RvvResult> &results) {
  std::string lines;
  for (auto [i, job] : llvm::enumerate(jobs)) {
    size_t entry = entryOf(job) - models[job.model].info.entries.data();
    std::string weights = "model" + std::to_string(job.model) + ".weights";
    lines += std::to_string(job.model) + " " + std::to_string(entry) +
             (i < first ? " 1 " : " 0 ") + folder->path(weights) + "\n";
  }
  if (failed(folder->write("jobs", lines)) ||
      failed(folder->write("outputs", "")))
    return failure();
  std::string cpu =
      "rv64,v=true,vext_spec=v1.0,vlen=" + std::to_string(options.vlen) +
      ",elen=64";
  int status = 0;
  if (failed(runTool(loc, "qemu-riscv64",
                     {"-cpu", cpu, folder->path("runner"), folder->path("jobs"),
                      folder->path("inputs"), folder->path("outputs")},
                     options.seconds, &status)))
    return failure();
  size_t done = readResults(first, jobs, results);
  crashed = first + done < jobs.size() && status == -2;
  if (first + done < jobs.size()) {
    results[first + done].outputs.clear();
    results[first + done].error =
        status == -2
            ? "the program crashed or ran out of time"
            : "the program ended with status " + std::to_string(status);
    ++done;
  }
  return done;
}

RvvProgram::RvvProgram() = default;
RvvProgram::~RvvProgram() = default;

std::unique_ptr<RvvProgram> RvvProgram::create(MLIRContext &context,
                                               std::vector<RvvModel> models) {
  std::unique_ptr<RvvProgram> program(new RvvProgram());
  program->impl = std::make_unique<Impl>(context, std::move(models));
  if (failed(program->impl->writeFiles()) || failed(program->impl->link()))
    return nullptr;
  return program;
}

FailureOr<std::vector<RvvResult>> RvvProgram::run(ArrayRef<RvvJob> jobs,
                                                  const RvvOptions &options) {
  std::vector<RvvResult> results(jobs.size());
  if (failed(impl->writeInputs(jobs)))
    return failure();
  for (size_t first = 0; first < jobs.size();) {
    auto done = impl->runFrom(first, jobs, options, results);
    if (failed(done))
      return failure();
    first += *done;
    if (!impl->crashed || impl->layout == Impl::mostLayouts)
      continue;
    // The job that crashed once more, with the code elsewhere.
    results[--first] = RvvResult();
    ++impl->layout;
    if (failed(impl->link()))
      return failure();
  }
  return results;
}

namespace {
class RvvExecutor : public Executor {
public:
  RvvExecutor(MLIRContext &context, std::unique_ptr<RvvProgram> program,
              const RvvOptions &options)
      : context(context), program(std::move(program)), options(options) {}

  FailureOr<SmallVector<eval::Tensor>>
  run(StringRef entry, ArrayRef<eval::Tensor> inputs) override {
    RvvJob job{0, entry.str(), SmallVector<eval::Tensor>(inputs)};
    auto results = program->run(job, options);
    if (failed(results))
      return failure();
    RvvResult &result = results->front();
    if (!result.error.empty())
      return emitError(UnknownLoc::get(&context))
             << "run in the emulator failed: " << result.error;
    return std::move(result.outputs);
  }

private:
  MLIRContext &context;
  std::unique_ptr<RvvProgram> program;
  RvvOptions options;
};
} // namespace

std::unique_ptr<Executor> tern::createRvvExecutor(MLIRContext &context,
                                                  RvvModel model,
                                                  const RvvOptions &options) {
  std::vector<RvvModel> models;
  models.push_back(std::move(model));
  auto program = RvvProgram::create(context, std::move(models));
  if (!program)
    return nullptr;
  return std::make_unique<RvvExecutor>(context, std::move(program), options);
}
