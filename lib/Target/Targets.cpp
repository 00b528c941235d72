//===- Targets.cpp - Finding machines by name -----------------------------===//
#include "lib/Target/Targets.h"
#include "mlir/IR/DialectInterface.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <map>
#include <mutex>

using namespace mlir;
using namespace tern;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace {
/// The machines of a context: owned by the tern dialect, so that they live as
/// long as the modules that name them.
class LoadedMachines : public DialectInterface::Base<LoadedMachines> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LoadedMachines)
  explicit LoadedMachines(Dialect *dialect) : Base(dialect) {}

  const Machine *find(StringRef file) {
    std::lock_guard<std::mutex> lock(mutex);
    auto it = machines.find(file.str());
    return it == machines.end() ? nullptr : it->second.get();
  }
  /// By what the IR says of it, whatever folder it came from.
  const Machine *find(ir::TargetAttr target) {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto &[file, machine] : machines)
      if (machine->name == target.getName() &&
          machine->hash == target.getHash())
        return machine.get();
    return nullptr;
  }
  const Machine *add(Machine machine) {
    std::lock_guard<std::mutex> lock(mutex);
    auto &slot = machines[machine.path];
    if (!slot)
      slot = std::make_unique<Machine>(std::move(machine));
    return slot.get();
  }

private:
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Machine>> machines;
};
} // namespace

static LoadedMachines &machinesOf(MLIRContext *context) {
  auto *dialect = context->getOrLoadDialect<ir::TernDialect>();
  if (auto *loaded = dialect->getRegisteredInterface<LoadedMachines>())
    return *const_cast<LoadedMachines *>(loaded);
  return dialect->addInterface<LoadedMachines>();
}

TargetDirs tern::defaultTargetDirs() {
  // The address of any function of the executable finds the executable.
  std::string self = fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&defaultTargetDirs));
  TargetDirs dirs;
  for (StringRef relative : {"../../targets", "../share/tern/targets"}) {
    SmallString<256> dir(path::parent_path(self));
    path::append(dir, relative);
    path::remove_dots(dir, /*remove_dot_dot=*/true);
    if (fs::is_directory(dir))
      dirs.push_back(dir.str().str());
  }
  return dirs;
}

std::vector<std::string> tern::listMachines(const TargetDirs &dirs) {
  std::vector<std::string> names;
  for (const std::string &dir : dirs) {
    std::error_code code;
    for (fs::directory_iterator it(dir, code), end; it != end && !code;
         it.increment(code)) {
      StringRef file = it->path();
      if (path::extension(file) == ".yaml" && path::stem(file) != "sources")
        names.push_back(path::stem(file).str());
    }
  }
  llvm::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

static std::unique_ptr<llvm::MemoryBuffer> readFile(const Twine &file,
                                                    MLIRContext *context) {
  auto buffer = llvm::MemoryBuffer::getFile(file);
  if (buffer)
    return std::move(*buffer);
  emitError(FileLineColLoc::get(context, file.str(), 1, 1))
      << "cannot read: " << buffer.getError().message();
  return nullptr;
}

/// Reads the machine that lies in `file`, and the sources beside it.
static FailureOr<const Machine *> loadFile(StringRef file, StringRef name,
                                           MLIRContext *context) {
  LoadedMachines &loaded = machinesOf(context);
  if (const Machine *machine = loaded.find(file))
    return machine;
  SmallString<256> sourcesFile(path::parent_path(file));
  path::append(sourcesFile, "sources.yaml");
  auto sourcesText = readFile(sourcesFile, context);
  auto text = readFile(file, context);
  if (!sourcesText || !text)
    return failure();
  auto sources = parseSources(sourcesText->getBuffer(), sourcesFile, context);
  if (failed(sources))
    return failure();
  auto machine = parseMachine(text->getBuffer(), file, *sources, context);
  if (failed(machine))
    return failure();
  if (machine->name != name)
    return emitError(FileLineColLoc::get(context, file, 1, 1))
           << "expected the name of the file, '" << name << "', but got '"
           << machine->name << "'";
  return loaded.add(std::move(*machine));
}

/// Whether the CPU that runs this has every feature that `machine` asks for.
static bool runsHere(const Machine &machine) {
  if (llvm::Triple(machine.triple).getArch() !=
      llvm::Triple(llvm::sys::getProcessTriple()).getArch())
    return false;
  llvm::StringMap<bool> here = llvm::sys::getHostCPUFeatures();
  SmallVector<StringRef> features;
  StringRef(machine.features).split(features, ',', -1, /*KeepEmpty=*/false);
  return llvm::all_of(features, [&](StringRef feature) {
    return !feature.consume_front("+") || here.lookup(feature);
  });
}

/// The widest host-* machine that runs here.
static FailureOr<const Machine *> loadHost(const TargetDirs &dirs,
                                           MLIRContext *context) {
  const Machine *best = nullptr;
  for (const std::string &name : listMachines(dirs)) {
    if (!StringRef(name).starts_with("host-"))
      continue;
    auto machine = loadMachine(name, dirs, context);
    if (failed(machine))
      return failure();
    if (runsHere(**machine) &&
        (!best || (*machine)->vector.bits > best->vector.bits))
      best = *machine;
  }
  if (!best)
    return emitError(UnknownLoc::get(context))
           << "expected a host-* machine in targets/ that this CPU can run, "
              "but got none; name one with --target";
  return best;
}

FailureOr<const Machine *> tern::loadMachine(StringRef name,
                                             const TargetDirs &dirs,
                                             MLIRContext *context) {
  if (name == "host")
    return loadHost(dirs, context);
  std::vector<std::string> known = listMachines(dirs);
  if (!llvm::is_contained(known, name))
    return emitError(UnknownLoc::get(context))
           << "expected a target out of host, " << llvm::join(known, ", ")
           << ", but got '" << name << "'";
  for (const std::string &dir : dirs) {
    SmallString<256> file(dir);
    path::append(file, name + ".yaml");
    if (fs::exists(file))
      return loadFile(file, name, context);
  }
  return failure();
}

ir::TargetAttr tern::targetAttr(const Machine &machine, MLIRContext *context) {
  std::string features = machine.features;
  if (machine.kind == MachineKind::Gpu)
    features = "+sm_" + std::to_string(machine.gpu.capability);
  return ir::TargetAttr::get(context, machine.name, features, machine.hash);
}

FailureOr<const Machine *> tern::machineOf(ModuleOp module) {
  auto target = module->getAttrOfType<ir::TargetAttr>("tern.target");
  if (!target)
    return module.emitError("expected a module with the attribute tern.target");
  MLIRContext *context = module.getContext();
  if (const Machine *machine = machinesOf(context).find(target))
    return machine;
  auto machine = loadMachine(target.getName(), defaultTargetDirs(), context);
  if (failed(machine))
    return failure();
  if (!target.getHash().empty() && target.getHash() != (*machine)->hash)
    return module.emitError("expected target '")
           << target.getName() << "' with hash " << target.getHash()
           << ", but its file has " << (*machine)->hash
           << "; compile again from the model";
  return machine;
}

FailureOr<const Machine *> tern::machineOrPortable(ModuleOp module) {
  if (module->hasAttr("tern.target"))
    return machineOf(module);
  return loadMachine("c", defaultTargetDirs(), module.getContext());
}
