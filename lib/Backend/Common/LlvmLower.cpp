//===- LlvmLower.cpp - Kernels as LLVM IR ---------------------------------===//
#include "lib/Backend/Common/LlvmLower.h"
#include "lib/Backend/Common/LlvmLegalize.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorTransforms.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {

/// f16 and bf16 become i16 (LlvmSmallFloats.cpp): memory, selects and bitcasts
/// of them then need nothing special on any machine.
bool isSmallFloat(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16();
}

struct SmallFloatConstant : ConvertOpToLLVMPattern<arith::ConstantOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isSmallFloat(op.getType()))
      return failure();
    Type i16 = rewriter.getI16Type();
    TypedAttr bits;
    if (auto value = dyn_cast<FloatAttr>(op.getValue()))
      bits = IntegerAttr::get(i16, value.getValue().bitcastToAPInt());
    else if (auto dense = dyn_cast<DenseElementsAttr>(op.getValue()))
      bits = dense.bitcast(i16);
    else
      return failure();
    rewriter.replaceOpWithNewOp<LLVM::ConstantOp>(op, bits.getType(), bits);
    return success();
  }
};

Type withHalf(Type converted, MLIRContext *context) {
  Type half = Float16Type::get(context);
  if (auto vector = dyn_cast<VectorType>(converted))
    return vector.cloneWith(std::nullopt, half);
  return half;
}

/// What conversions of f16 legalisation left are the machine's own.
struct NativeExtend : ConvertOpToLLVMPattern<arith::ExtFOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(arith::ExtFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isSmallFloat(op.getIn().getType()))
      return failure();
    Value half = rewriter.create<LLVM::BitcastOp>(
        op.getLoc(), withHalf(adaptor.getIn().getType(), getContext()),
        adaptor.getIn());
    rewriter.replaceOpWithNewOp<LLVM::FPExtOp>(op, op.getType(), half);
    return success();
  }
};

struct NativeTruncate : ConvertOpToLLVMPattern<arith::TruncFOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(arith::TruncFOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isSmallFloat(op.getType()))
      return failure();
    Type bits = getTypeConverter()->convertType(op.getType());
    Value half = rewriter.create<LLVM::FPTruncOp>(
        op.getLoc(), withHalf(bits, getContext()), adaptor.getIn());
    rewriter.replaceOpWithNewOp<LLVM::BitcastOp>(op, bits, half);
    return success();
  }
};

/// A module of the kernels alone: entries are the ABI's business.
OwningOpRef<ModuleOp> extractKernels(ModuleOp module) {
  OwningOpRef<ModuleOp> kernels = ModuleOp::create(module.getLoc());
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr("kern.kernel"))
      kernels->push_back(function.clone());
  return kernels;
}

void populateToLlvm(LLVMTypeConverter &converter, RewritePatternSet &patterns) {
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  index::populateIndexToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns);
  patterns.add<SmallFloatConstant, NativeExtend, NativeTruncate>(converter, 10);
}

LogicalResult convertToLlvm(ModuleOp module) {
  MLIRContext *context = module.getContext();
  LowerToLLVMOptions options(context);
  options.useBarePtrCallConv = true;
  options.overrideIndexBitwidth(64);
  LLVMTypeConverter converter(context, options);
  converter.addConversion([&](FloatType type) -> std::optional<Type> {
    if (isSmallFloat(type))
      return IntegerType::get(context, 16);
    return std::nullopt;
  });
  RewritePatternSet patterns(context);
  populateToLlvm(converter, patterns);
  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  if (failed(applyFullConversion(module, target, std::move(patterns))))
    return failure();
  PassManager manager(context);
  manager.addPass(createReconcileUnrealizedCastsPass());
  return manager.run(module);
}

/// Structured control flow and vectors step down to what converts one by one.
LogicalResult prepare(ModuleOp module) {
  PassManager manager(module.getContext());
  manager.addPass(createConvertSCFToCFPass());
  manager.addPass(createConvertMathToLLVMPass());
  // What has no intrinsic is a function of the C library.
  manager.addPass(createConvertMathToLibmPass());
  if (failed(manager.run(module)))
    return failure();
  RewritePatternSet patterns(module.getContext());
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
  return applyPatternsAndFoldGreedily(module, std::move(patterns));
}

} // namespace

std::unique_ptr<llvm::Module>
backend::lowerKernels(ModuleOp module, const LlvmBackend &backend,
                      llvm::LLVMContext &context) {
  // What the patterns build need not occur in the input.
  module.getContext()
      ->loadDialect<arith::ArithDialect, cf::ControlFlowDialect,
                    LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect,
                    vector::VectorDialect>();
  OwningOpRef<ModuleOp> kernels = extractKernels(module);
  if (failed(legalizeKernels(*kernels, backend)) || failed(prepare(*kernels)) ||
      failed(convertToLlvm(*kernels)))
    return nullptr;
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  auto result = translateModuleToLLVMIR(*kernels, context, "tern");
  if (!result) {
    module.emitError("kernels could not be translated to LLVM IR");
    return nullptr;
  }
  for (llvm::Function &function : *result)
    if (!function.isDeclaration())
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  return result;
}
