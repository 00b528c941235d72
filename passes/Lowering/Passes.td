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
    weights (Simd/PackedKernel.h), anything else as direct loops.

    Assumes: tern-outline-kernels.
    Guarantees: kernels hold no contraction; their launches have its grid.
    Cost: linear.
  }];
}

def LowerLinalg : Lowering<"tern-lower-linalg"> {
  let summary = "Write linalg operations as loops.";
  let description = [{
    Parallel loops outside, the leading ones as the grid; reductions inside, in
    registers, in row-major order. A step on contiguous memory whose maps are
    all the identity is one loop over all elements.

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
