//===- LlvmAbi.cpp - The ABI of a compiled model as LLVM IR ---------------===//
//
// The structures follow include/tern/runtime.h field by field. Every kernel
// gets a wrapper of the uniform signature; an entry is a function that fills a
// launch's buffer table and calls the wrapper, itself or through threads.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/Common/LlvmAbi.h"
#include "tern/runtime.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;
using namespace tern::backend;

namespace {

class AbiBuilder {
public:
  AbiBuilder(Module &code, const ModelInfo &info)
      : code(code), info(info), context(code.getContext()), b(context),
        ptr(PointerType::getUnqual(context)), i32(b.getInt32Ty()),
        i64(b.getInt64Ty()) {}

  mlir::LogicalResult build(mlir::ModuleOp module);

private:
  Constant *data(Constant *value, const Twine &name);
  Constant *string(StringRef text);
  Constant *record(ArrayRef<Constant *> fields);
  Constant *tensors(ArrayRef<TensorInfo> list);
  Constant *entryRecord(const EntryInfo &entry);
  Constant *infoRecord();
  Function *function(const Twine &name, Type *result, ArrayRef<Type *> types);
  Value *field(Value *base, uint64_t bytes, Type *type);

  Function *wrapper(Function &kernel);
  Function *launcher();
  Function *entryFunction(const EntryInfo &entry);
  Function *initFunction();
  Function *runFunction(ArrayRef<Function *> entries);
  void requireAligned(Value *pointer, uint64_t alignment);
  void requirePointers(Value *table, ArrayRef<TensorInfo> list);
  void require(Value *condition, int32_t error);

  Module &code;
  const ModelInfo &info;
  LLVMContext &context;
  IRBuilder<> b;
  PointerType *ptr;
  Type *i32, *i64;
  StringMap<Function *> wrappers;
  Function *launch = nullptr;
};

Constant *AbiBuilder::data(Constant *value, const Twine &name) {
  return new GlobalVariable(code, value->getType(), /*isConstant=*/true,
                            GlobalValue::InternalLinkage, value, name);
}

Constant *AbiBuilder::string(StringRef text) {
  auto *global = cast<GlobalVariable>(
      data(ConstantDataArray::getString(context, text), "tern.string"));
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return global;
}

Constant *AbiBuilder::record(ArrayRef<Constant *> fields) {
  return ConstantStruct::getAnon(context, fields);
}

/// An array of tern_tensor.
Constant *AbiBuilder::tensors(ArrayRef<TensorInfo> list) {
  SmallVector<Constant *> records;
  for (const TensorInfo &tensor : list) {
    SmallVector<uint64_t> shape(tensor.shape.begin(), tensor.shape.end());
    Constant *dims = data(ConstantDataArray::get(context, shape), "tern.shape");
    records.push_back(
        record({string(tensor.name), string(tensor.dtype),
                b.getInt32(tensor.shape.size()), b.getInt32(tensor.alias), dims,
                b.getInt64(tensor.bytes)}));
  }
  if (records.empty())
    return ConstantPointerNull::get(ptr);
  auto *type = ArrayType::get(records.front()->getType(), records.size());
  return data(ConstantArray::get(type, records), "tern.tensors");
}

/// A tern_entry.
Constant *AbiBuilder::entryRecord(const EntryInfo &entry) {
  return record({string(entry.name), b.getInt32(entry.inputs.size()),
                 b.getInt32(entry.outputs.size()), tensors(entry.inputs),
                 tensors(entry.outputs), b.getInt64(entry.workspaceBytes)});
}

/// The tern_info.
Constant *AbiBuilder::infoRecord() {
  SmallVector<Constant *> entries;
  for (const EntryInfo &entry : info.entries)
    entries.push_back(entryRecord(entry));
  auto *type = ArrayType::get(entries.front()->getType(), entries.size());
  Constant *table = data(ConstantArray::get(type, entries), "tern.entries");
  Constant *all = record(
      {b.getInt32(TERN_ABI_VERSION), b.getInt32(entries.size()),
       string(info.name), string(info.target), b.getInt64(TERN_ALIGNMENT),
       b.getInt64(info.weightsBytes), b.getInt64(info.weightsHash), table,
       b.getInt32(TERN_MEMORY_HOST)});
  return data(all, "tern.info");
}

/// A new internal function, with the builder in its first block.
Function *AbiBuilder::function(const Twine &name, Type *result,
                               ArrayRef<Type *> types) {
  auto *type = FunctionType::get(result, types, false);
  auto *f = Function::Create(type, GlobalValue::InternalLinkage, name, code);
  b.SetInsertPoint(BasicBlock::Create(context, "", f));
  return f;
}

Value *AbiBuilder::field(Value *base, uint64_t bytes, Type *type) {
  return b.CreateLoad(type, b.CreateConstGEP1_64(b.getInt8Ty(), base, bytes));
}

/// tern_kernel: takes the buffers from a table.
Function *AbiBuilder::wrapper(Function &kernel) {
  auto *f = function("tern.kernel." + kernel.getName(), b.getVoidTy(),
                     {i64, i64, ptr});
  f->addFnAttr(Attribute::NoInline); // one copy, whatever the launches
  SmallVector<Value *> args = {f->getArg(0), f->getArg(1)};
  for (unsigned i = 2; i < kernel.arg_size(); ++i)
    args.push_back(field(f->getArg(2), 8 * (i - 2), ptr));
  b.CreateCall(&kernel, args);
  b.CreateRetVoid();
  return f;
}

/// void launch(kernel, trip, buffers, threads)
Function *AbiBuilder::launcher() {
  auto *f = function("tern.launch", b.getVoidTy(), {ptr, i64, ptr, ptr});
  f->addFnAttr(Attribute::NoInline);
  Value *kernel = f->getArg(0), *trip = f->getArg(1), *buffers = f->getArg(2);
  Value *threads = f->getArg(3);
  auto *alone = BasicBlock::Create(context, "alone", f);
  auto *shared = BasicBlock::Create(context, "shared", f);
  b.CreateCondBr(b.CreateIsNull(threads), alone, shared);
  b.SetInsertPoint(alone);
  auto *kernelType = FunctionType::get(b.getVoidTy(), {i64, i64, ptr}, false);
  b.CreateCall(kernelType, kernel, {b.getInt64(0), trip, buffers});
  b.CreateRetVoid();
  b.SetInsertPoint(shared);
  Value *parallel = field(threads, offsetof(tern_execution, parallel_for), ptr);
  Value *user = field(threads, offsetof(tern_execution, user), ptr);
  auto *parallelType =
      FunctionType::get(b.getVoidTy(), {ptr, i64, ptr, ptr}, false);
  b.CreateCall(parallelType, parallel, {user, trip, kernel, buffers});
  b.CreateRetVoid();
  return f;
}

/// i32 entry(context, inputs, outputs, workspace, threads)
Function *AbiBuilder::entryFunction(const EntryInfo &entry) {
  auto *f =
      function("tern.entry." + entry.name, i32, {ptr, ptr, ptr, ptr, ptr});
  size_t most = 1;
  for (const LaunchInfo &launch : entry.launches)
    most = std::max(most, launch.buffers.size());
  Value *table = b.CreateAlloca(ptr, b.getInt64(most));
  requirePointers(f->getArg(1), entry.inputs);
  requirePointers(f->getArg(2), entry.outputs);
  if (entry.workspaceBytes)
    requireAligned(f->getArg(3), TERN_ALIGNMENT);
  SmallVector<Value *> bases = {field(f->getArg(0), 0, ptr), f->getArg(3)};
  for (size_t i = 0; i < entry.inputs.size(); ++i)
    bases.push_back(field(f->getArg(1), 8 * i, ptr));
  for (size_t i = 0; i < entry.outputs.size(); ++i)
    bases.push_back(field(f->getArg(2), 8 * i, ptr));
  for (const LaunchInfo &each : entry.launches) {
    for (auto [i, buffer] : enumerate(each.buffers))
      b.CreateStore(b.CreateConstGEP1_64(b.getInt8Ty(), bases[buffer.argument],
                                         buffer.offset),
                    b.CreateConstGEP1_64(ptr, table, i));
    b.CreateCall(launch, {wrappers[each.kernel], b.getInt64(each.trip), table,
                          f->getArg(4)});
  }
  b.CreateRet(b.getInt32(TERN_OK));
  return f;
}

/// Returns `error` from the current function unless `condition` holds.
void AbiBuilder::require(Value *condition, int32_t error) {
  Function *f = b.GetInsertBlock()->getParent();
  auto *bad = BasicBlock::Create(context, "bad", f);
  auto *good = BasicBlock::Create(context, "good", f);
  b.CreateCondBr(condition, good, bad);
  b.SetInsertPoint(bad);
  b.CreateRet(b.getInt32(error));
  b.SetInsertPoint(good);
}

void AbiBuilder::requireAligned(Value *pointer, uint64_t alignment) {
  Value *bits = b.CreatePtrToInt(pointer, i64);
  Value *low = b.CreateAnd(bits, b.getInt64(alignment - 1));
  Value *ok = b.CreateAnd(b.CreateIsNotNull(pointer), b.CreateIsNull(low));
  require(ok, TERN_ERROR_ARGUMENT);
}

/// Inputs and outputs: there, and aligned to their elements.
void AbiBuilder::requirePointers(Value *table, ArrayRef<TensorInfo> list) {
  if (list.empty())
    return;
  requireAligned(table, sizeof(void *));
  for (auto [i, tensor] : enumerate(list))
    if (tensor.bytes)
      requireAligned(field(table, 8 * i, ptr), *bytesOfDtype(tensor.dtype));
}

/// The context holds one pointer, that of the weights file.
Function *AbiBuilder::initFunction() {
  auto *f = function("tern.init", i32, {ptr, ptr, i64});
  Value *weights = f->getArg(1);
  requireAligned(f->getArg(0), TERN_ALIGNMENT);
  requireAligned(weights, TERN_ALIGNMENT);
  Value *total = b.getInt64(info.weightsBytes);
  require(b.CreateICmpUGE(f->getArg(2), total), TERN_ERROR_WEIGHTS);
  uint64_t magic;
  memcpy(&magic, "TERNWGT1", sizeof(magic));
  auto equals = [&](size_t offset, uint64_t expected) {
    Value *found = field(weights, offset, i64);
    require(b.CreateICmpEQ(found, b.getInt64(expected)), TERN_ERROR_WEIGHTS);
  };
  equals(offsetof(tern_weights_header, magic), magic);
  equals(offsetof(tern_weights_header, bytes), info.weightsBytes);
  equals(offsetof(tern_weights_header, hash), info.weightsHash);
  b.CreateStore(weights, f->getArg(0));
  b.CreateRet(b.getInt32(TERN_OK));
  return f;
}

Function *AbiBuilder::runFunction(ArrayRef<Function *> entries) {
  auto *f = function("tern.run", i32, {ptr, i32, ptr, ptr, ptr, ptr});
  requireAligned(f->getArg(0), TERN_ALIGNMENT);
  auto *unknown = BasicBlock::Create(context, "unknown", f);
  auto *choice = b.CreateSwitch(f->getArg(1), unknown, entries.size());
  b.SetInsertPoint(unknown);
  b.CreateRet(b.getInt32(TERN_ERROR_ENTRY));
  for (auto [i, entry] : enumerate(entries)) {
    auto *block = BasicBlock::Create(context, "entry", f);
    choice->addCase(b.getInt32(i), block);
    b.SetInsertPoint(block);
    b.CreateRet(b.CreateCall(entry, {f->getArg(0), f->getArg(2), f->getArg(3),
                                     f->getArg(4), f->getArg(5)}));
  }
  return f;
}

mlir::LogicalResult AbiBuilder::build(mlir::ModuleOp module) {
  SmallVector<Function *> kernels;
  for (Function &kernel : code)
    if (!kernel.isDeclaration())
      kernels.push_back(&kernel);
  for (Function *kernel : kernels)
    wrappers[kernel->getName()] = wrapper(*kernel);
  launch = launcher();
  SmallVector<Function *> entries;
  for (const EntryInfo &entry : info.entries) {
    for (const LaunchInfo &each : entry.launches)
      if (!wrappers.count(each.kernel))
        return module.emitError("expected a kernel named ") << each.kernel;
    entries.push_back(entryFunction(entry));
  }
  Constant *init = initFunction(), *run = runFunction(entries);
  Constant *model =
      record({infoRecord(), init, run, ConstantPointerNull::get(ptr)});
  auto *symbol = new GlobalVariable(code, model->getType(), /*isConstant=*/true,
                                    GlobalValue::ExternalLinkage, model,
                                    "tern_" + info.symbol + "_model");
  symbol->setAlignment(Align(8));
  return mlir::success();
}

} // namespace

mlir::LogicalResult tern::backend::addAbi(Module &code, mlir::ModuleOp module,
                                          const ModelInfo &info) {
  return AbiBuilder(code, info).build(module);
}
