//===- BufferizeModels.cpp - How Tern's operations bufferize --------------===//
#include "passes/Lowering/BufferizeModels.h"
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Linalg/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/Transforms/SubsetInsertionOpInterfaceImpl.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace tern;

namespace {

/// tern.matmul and tern.conv write their init, which they never read.
template <typename Op>
struct ContractionModel
    : DstBufferizableOpInterfaceExternalModel<ContractionModel<Op>, Op> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options) const {
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    OperationState state(op->getLoc(), op->getName(), buffers, TypeRange(),
                         op->getAttrs());
    state.propertiesAttr = op->getPropertiesAsAttribute();
    state.addRegion();
    Operation *lowered = rewriter.create(state);
    lowered->getRegion(0).takeBody(op->getRegion(0));
    Value init = cast<Op>(lowered).getInit();
    replaceOpWithBufferizedValues(rewriter, op, init);
    return success();
  }
};

/// kern.accelerate writes its inits, which it never reads.
struct AccelerateModel
    : DstBufferizableOpInterfaceExternalModel<AccelerateModel,
                                              kern::AccelerateOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options) const {
    auto call = cast<kern::AccelerateOp>(op);
    auto buffersOf = [&](ValueRange tensors, SmallVector<Value> &buffers) {
      for (Value tensor : tensors) {
        FailureOr<Value> buffer = getBuffer(rewriter, tensor, options);
        if (failed(buffer))
          return failure();
        buffers.push_back(*buffer);
      }
      return success();
    };
    SmallVector<Value> inputs, inits;
    if (failed(buffersOf(call.getInputs(), inputs)) ||
        failed(buffersOf(call.getInits(), inits)))
      return failure();
    rewriter.create<kern::AccelerateOp>(op->getLoc(), TypeRange(),
                                        call.getDesignAttr(), inputs, inits);
    replaceOpWithBufferizedValues(rewriter, op, inits);
    return success();
  }
};

/// tern.insert writes into its init.
struct InsertModel
    : DstBufferizableOpInterfaceExternalModel<InsertModel, ir::InsertOp> {
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options) const {
    auto insert = cast<ir::InsertOp>(op);
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    rewriter.create<ir::InsertOp>(op->getLoc(), TypeRange(), buffers.front(),
                                  insert.getStarts() ? buffers[1] : Value(),
                                  buffers.back(), insert.getAxisAttr(),
                                  insert.getCircularAttr());
    replaceOpWithBufferizedValues(rewriter, op, buffers.back());
    return success();
  }
};

/// A weight is memory that nobody may write.
struct UseModel : BufferizableOpInterface::ExternalModel<UseModel, ir::UseOp> {
  bool bufferizesToAllocation(Operation *, Value) const { return false; }
  bool isWritable(Operation *, Value, const AnalysisState &) const {
    return false;
  }
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &) const {
    auto use = cast<ir::UseOp>(op);
    auto type = cast<RankedTensorType>(use.getResult().getType());
    replaceOpWithNewBufferizedOp<ir::UseOp>(
        rewriter, op, MemRefType::get(type.getShape(), type.getElementType()),
        use.getWeightAttr());
    return success();
  }
};

} // namespace

void lowering::registerBufferizationModels(DialectRegistry &registry) {
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  func_ext::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  linalg::registerSubsetOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerSubsetOpInterfaceExternalModels(registry);
  registry.addExtension(+[](MLIRContext *context, ir::TernDialect *) {
    ir::MatmulOp::attachInterface<ContractionModel<ir::MatmulOp>>(*context);
    ir::ConvOp::attachInterface<ContractionModel<ir::ConvOp>>(*context);
    ir::InsertOp::attachInterface<InsertModel>(*context);
    ir::UseOp::attachInterface<UseModel>(*context);
  });
  registry.addExtension(+[](MLIRContext *context, kern::KernDialect *) {
    kern::AccelerateOp::attachInterface<AccelerateModel>(*context);
  });
}
