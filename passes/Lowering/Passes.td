//===- Passes.td - The lowering stage -------------------------------------===//
#ifndef TERN_PASSES_LOWERING
#define TERN_PASSES_LOWERING

include "mlir/Pass/PassBase.td"

class Lowering<string flag> : Pass<flag, "mlir::ModuleOp"> {
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
    "::tern::ir::TernDialect", "::tern::kern::KernDialect"
  ];
}

//===----------------------------------------------------------------------===//
// Spatial targets: streams on tensors, before buffers
//===----------------------------------------------------------------------===//

def PlaceOnDevice : Lowering<"tern-place-on-device"> {
  let summary = "Choose the steps that the part does; the rest is the host's.";
  let description = [{
    Everything from the first to the last integer product with constant weights
    goes into one tern.dataflow. A product whose result only the host reads, as
    floats, gives the host its sums. All nodes between that no stage does are
    refused at once.

    Assumes: scheduled form without packed weights, one entry.
    Guarantees: the entry holds one tern.dataflow whose steps stageOf accepts.
    Cost: linear.
  }];
}

def TapDataflow : Lowering<"tern-tap-dataflow"> {
  let summary = "Deliver the result of every step of a dataflow, for verify.";
  let description = [{
    Each becomes one more result of the entry, named "tap:<layer id>:0"; a value
    that has other readers, too, is forked.

    Assumes: tern-place-on-device. Guarantees: other results are unchanged.
    Cost: linear.
  }];
}

def DeriveThresholds : Lowering<"tern-derive-thresholds"> {
  let summary = "Turn epilogues that end in few codes into comparisons.";
  let description = [{
    Evaluates the epilogue on every sum that the accumulator can hold, for each
    channel. Where the codes only rise or only fall, at most 15 times, the steps
    become constants that the sum is compared with.

    Assumes: tern-place-on-device. Guarantees: the same codes for every sum.
    Cost: channels times the accumulator's interval, 2^27 evaluations at most.
  }];
  let statistics = [Statistic<"numRewritten", "num-rewritten",
                              "Number of epilogues that became comparisons">];
}

def ChooseFolding : Lowering<"tern-choose-folding"> {
  let summary = "Choose how many rows and columns each product does at once.";
  let description = [{
    chooseFolding (lib/CostModel/Folding.h) balances the layers' cycles within
    the part; the answer is each product's layout: rows are the PE, a unit holds
    SIMD weights.

    Assumes: tern-place-on-device.
    Guarantees: every product has a layout, or an error names the layer and the
    resource that the part lacks.
    Cost: quadratic in layers times foldings.
  }];
}

def StreamEdges : Lowering<"tern-stream-edges"> {
  let summary = "Draw the edges of a dataflow: order, words, converters.";
  let description = [{
    Every use of a tensor by a step becomes a tern.stream: channels last where a
    window is, as many lanes as the producer makes, with a second edge where the
    consumer takes another number.

    Assumes: tern-choose-folding.
    Guarantees: steps of a dataflow read edges only; depths are all 2.
    Cost: linear in elements (orders are compared).
  }];
}

def SizeFifos : Lowering<"tern-size-fifos"> {
  let summary = "Give queues the depth that keeps reconvergent ways going.";
  let description = [{
    Where ways from one value meet in a step, the first edge of each is made as
    deep as what the others must have read before they write
    (lib/CostModel/StageRate.h).

    Assumes: tern-stream-edges. Guarantees: the design cannot come to a stop.
    Cost: words of a join times the square of its ways.
  }];
}

def LowerStages : Lowering<"tern-lower-stages"> {
  let summary = "Write a dataflow as a kern.design of stages and queues.";
  let description = [{
    Steps become functions of scf loops on words, edges become kern.fifo, values
    with several edges a fork; a convolution is a window and a product. The
    dataflow becomes kern.accelerate.

    Assumes: tern-stream-edges.
    Guarantees: no tern.dataflow and no tern.stream is left.
    Cost: linear; packs the weights.
  }];
}

def Bufferize : Lowering<"tern-bufferize"> {
  let summary = "Turn tensors into memory.";
  let description = [{
    One-shot bufferization of whole entries. Constants become weights first; a
    use of packed weights becomes a rank-1 memref of the packed units; inputs
    and weights are never written. An insert_slice whose source is computed for
    it alone is computed in place, if the operation stands behind the
    insertions before it.

    Assumes: scheduled form, static shapes, no loops at function level.
    Guarantees: entries of memref arguments and results, steps on memrefs,
    memref.alloc without memref.dealloc, and no tensor.
    Cost: the analysis is quadratic in the uses of one value.
  }];
}

def InsertTaps : Lowering<"tern-insert-taps"> {
  let summary = "Copy the result of every step to an output, for verify.";
  let description = [{
    Behind each step that computes a numbered value stands a copy of its result
    to one more result of the entry, which is named "tap:<layer id>:<result>".
    The copy is made where the value is, and so lengthens no lifetime: verify
    sees what memory holds, faults of the plan included.

    Assumes: tern-bufferize. Guarantees: other results are unchanged.
    Cost: linear.
  }];
}

def PlanMemory : Lowering<"tern-plan-memory"> {
  let summary = "Give every buffer its place.";
  let description = [{
    Weights get offsets in the weights file; buffers that an entry returns are
    its outputs; all others get an offset in the workspace, such that buffers
    that are alive at the same time do not overlap (Arena.h). Entries take byte
    buffers: weights, workspace, inputs, outputs.

    Assumes: tern-bufferize.
    Guarantees: the entry's memory is kern.view of its arguments; kern.inputs,
    kern.outputs, kern.workspace and kern.weights_bytes are set.
    Cost: quadratic in buffers that are alive together.
  }];
}

def OutlineKernels : Lowering<"tern-outline-kernels"> {
  let summary = "Make each step a kernel of its own.";
  let description = [{
    A step becomes a private function of (lo, hi, memrefs) and a kern.launch of
    one grid point; lowering its contents sets the true grid. Views at function
    level fold into the kern.view of what the kernel gets. A step without
    results elements is dropped.

    Assumes: tern-plan-memory.
    Guarantees: entries hold kern.view and kern.launch only.
    Cost: linear.
  }];
}

def ShareKernels : Lowering<"tern-share-kernels"> {
  let summary = "Use one kernel for steps that do the same.";
  let description = [{
    Kernels that differ in nothing but their name, layer and locations become
    one, launched with the memory of each. It keeps the first layer's name, and
    the number of the others as `kern.more_layers`.

    Assumes: tern-outline-kernels.
    Guarantees: no two kernels are the same.
    Cost: linear, but for kernels with equal hashes.

    ```mlir
    kern.launch @kernel_0 grid 1 (%a, %b)    // both @kernel_0 and @kernel_1
    kern.launch @kernel_1 grid 1 (%c, %d)    // double their input
    // becomes
    kern.launch @kernel_0 grid 1 (%a, %b)
    kern.launch @kernel_0 grid 1 (%c, %d)
    ```
  }];
  let statistics = [
    Statistic<"numShared", "shared", "Kernels that another one stands for">
  ];
}

def LowerContractions : Lowering<"tern-lower-contractions"> {
  let summary = "Write tern.matmul and tern.conv as loops.";
  let description = [{
    The method of the contraction says how: int_dot and dequant on packed
    weights (Simd/PackedKernel.h; for a GPU Simt/Gemv.h and, with mma,
    Simt/Mma.h), anything else as direct loops: over a strip of results for each
    grid point, for a GPU over one.

    Assumes: tern-outline-kernels.
    Guarantees: kernels hold no contraction; their launches have its grid.
    Cost: linear.
  }];
}

def LowerLinalg : Lowering<"tern-lower-linalg"> {
  let summary = "Write linalg operations and insertions as loops.";
  let description = [{
    Parallel loops outside, the leading ones as the grid; reductions inside, in
    registers, in row-major order. A step on contiguous memory whose maps are
    all the identity is one loop over all elements. For a GPU every parallel
    loop is part of the grid, and the reduction of a long row is a warp's
    (Simt/RowReduction.h).

    Assumes: tern-outline-kernels.
    Guarantees: kernels hold scf.for, memref.load, memref.store and scalars.
    Cost: linear.
  }];
}

def MapGrid : Lowering<"tern-map-grid"> {
  let summary = "Give every grid point a GPU's thread.";
  let description = [{
    The loop over [lo, hi) becomes an scf.forall with the mapping #kern.grid.
    Kernels with a kern.geometry are of blocks already.

    Assumes: tern-lower-contractions and tern-lower-linalg for a GPU.
    Guarantees: every kernel has a kern.geometry; lo and hi are unused.
    Cost: linear.
  }];
}

def LowerCodes : Lowering<"tern-lower-codes"> {
  let summary = "Turn codes into integers of 8 and 16 bits.";
  let description = [{
    Memory of !tern.q becomes i8 or i16. tern.decode and tern.encode become
    extensions and truncations, for small floats arithmetic on their bits.

    Assumes: kernels of loops. Guarantees: no operation or type of tern but
    tern.weight is left.
    Cost: linear.
  }];
}

def FlattenBuffers : Lowering<"tern-flatten-buffers"> {
  let summary = "Make all memory of kernels one-dimensional.";
  let description = [{
    Loads and stores get the row-major (or strided) address of their indices;
    alloca moves to the top of its kernel.

    Assumes: tern-lower-codes. Guarantees: kern form.
    Cost: linear.
  }];
}

#endif // TERN_PASSES_LOWERING
