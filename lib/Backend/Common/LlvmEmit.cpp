//===- LlvmEmit.cpp - Objects, libraries, assembly, LLVM IR ---------------===//
#include "lib/Backend/Common/LlvmEmit.h"
#include "lib/Backend/Common/LlvmAbi.h"
#include "lib/Backend/Common/LlvmCodegen.h"
#include "lib/Backend/Common/LlvmLower.h"
#include "lib/Backend/Common/LlvmParts.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Object/ArchiveWriter.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

/// A static library with one member for every object, `name.0.o` and so on.
static LogicalResult archive(ModuleOp module, StringRef name,
                             ArrayRef<SmallVector<char, 0>> objects,
                             llvm::raw_ostream &os) {
  std::vector<std::string> names;
  for (size_t i = 0; i < objects.size(); ++i)
    names.push_back((name + "." + Twine(i) + ".o").str());
  std::vector<llvm::NewArchiveMember> members;
  for (auto [object, memberName] : llvm::zip_equal(objects, names))
    members.emplace_back(llvm::MemoryBufferRef(
        StringRef(object.data(), object.size()), memberName));
  auto result = llvm::writeArchiveToBuffer(
      members, llvm::SymtabWritingMode::NormalSymtab,
      llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  if (!result)
    return module.emitError("cannot write a static library: ")
           << llvm::toString(result.takeError());
  os << (*result)->getBuffer();
  return success();
}

LogicalResult backend::emitLlvm(ModuleOp module, const LlvmBackend &backend,
                                LlvmOutput output, llvm::raw_ostream &os) {
  FailureOr<ModelInfo> info = modelInfoOf(module);
  if (failed(info))
    return failure();
  std::string error;
  auto machine = createMachine(backend.machine, error);
  if (!machine)
    return module.emitError("cannot generate code: ") << error;
  llvm::LLVMContext context;
  auto code = lowerKernels(module, backend, context);
  if (!code || failed(addAbi(*code, module, *info)))
    return failure();
  setMachine(*code, backend.machine, *machine);
  llvm::raw_string_ostream errors(error);
  if (llvm::verifyModule(*code, &errors))
    return module.emitError("generated LLVM IR is invalid: ") << error;
  StringRef noFiles = "this target has no code generator for files";
  if (output == LlvmOutput::Archive) {
    auto objects = emitParts(*code, backend.machine, info->symbol);
    if (failed(objects))
      return module.emitError(noFiles);
    return archive(module, info->name, *objects, os);
  }
  optimize(*code, *machine);
  if (output == LlvmOutput::Ir) {
    code->print(os, nullptr);
    return success();
  }
  SmallVector<char, 0> bytes;
  bool text = output == LlvmOutput::Assembly;
  if (failed(emitMachineCode(*code, *machine,
                             text ? llvm::CodeGenFileType::AssemblyFile
                                  : llvm::CodeGenFileType::ObjectFile,
                             bytes)))
    return module.emitError(noFiles);
  os.write(bytes.data(), bytes.size());
  return success();
}

ArrayRef<EmitKind> LlvmFamily::kinds() const {
  static constexpr EmitKind kinds[] = {EmitKind::Library, EmitKind::Object,
                                       EmitKind::Assembly, EmitKind::LLVM};
  return kinds;
}

LogicalResult LlvmFamily::emit(ModuleOp kern, const Machine &machine,
                               EmitKind kind, StringRef stem,
                               OutputFiles &files) const {
  struct Row {
    EmitKind kind;
    LlvmOutput output;
    const char *before, *after;
  };
  // A linker finds lib<name>.a as -l<name>.
  static constexpr Row rows[] = {
      {EmitKind::Library, LlvmOutput::Archive, "lib", ".a"},
      {EmitKind::Object, LlvmOutput::Object, "", ".o"},
      {EmitKind::Assembly, LlvmOutput::Assembly, "", ".s"},
      {EmitKind::LLVM, LlvmOutput::Ir, "", ".ll"}};
  const Row &row =
      *llvm::find_if(rows, [&](const Row &row) { return row.kind == kind; });
  OutputFile file{(row.before + stem + row.after).str(), ""};
  llvm::raw_string_ostream os(file.contents);
  if (failed(emitLlvm(kern, backendFor(machine), row.output, os)))
    return failure();
  files.push_back(std::move(file));
  return success();
}
