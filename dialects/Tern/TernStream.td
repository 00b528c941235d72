//===- TernStream.td - Streams between steps, on tensors ------------------===//
#ifndef TERN_TERN_STREAM
#define TERN_TERN_STREAM

include "dialects/Tern/TernDialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

def Tern_DataflowOp : Op<Tern_Dialect, "dataflow", [IsolatedFromAbove]> {
  let summary = "Steps that a spatial target runs all at once.";
  let description = [{
    The region is a graph of steps on tensors which take `inputs` from the
    host's memory and deliver `results` there. Constants stand inside: they are
    on the chip. Once streams are drawn, every use of a tensor by a step is a
    tern.stream of its own.

    Constraints:
    * dataflow_c1: the block's arguments have the inputs' types.
    * dataflow_c2: the block ends in tern.deliver of the results' types.
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `(` $inputs `)` attr-dict `:` functional-type($inputs, $results) $body
  }];
}

def Tern_DeliverOp : Op<Tern_Dialect, "deliver", [Terminator, HasParent<"DataflowOp">]> {
  let summary = "The results of a dataflow.";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Tern_StreamOp : Op<Tern_Dialect, "stream", [Pure, SameOperandsAndResultType]> {
  let summary = "An edge of a dataflow: a tensor's elements one word at a time.";
  let description = [{
    The value is the source itself. Its elements travel in the order of an index
    space: `shape` is the tensor's shape, or that of one with the same elements
    in row-major order; `order` lists its dimensions, slowest first. A word
    holds `lanes` neighbours of that order, and the edge is a queue of `depth`
    words. A stream of a stream with other `lanes` is a width converter.

    Constraints:
    * stream_c1: `shape` has as many elements as the tensor; `order` is a
      permutation of its dimensions.
    * stream_c2: `lanes` >= 1 divides the extent of the fastest dimension, or
      all elements of a stream whose source is a stream.
    * stream_c3: `depth` >= 1.
  }];
  let arguments = (ins AnyRankedTensor:$source, DenseI64ArrayAttr:$shape,
                       DenseI64ArrayAttr:$order, I64Attr:$lanes,
                       I64Attr:$depth);
  let results = (outs AnyRankedTensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $source `shape` $shape `order` $order `lanes` $lanes `depth` $depth
    attr-dict `:` type($source)
  }];
  let extraClassDeclaration = [{
    /// Words that pass in one run.
    int64_t getWords() {
      return ::mlir::cast<::mlir::ShapedType>(getType()).getNumElements() /
             static_cast<int64_t>(getLanes());
    }
  }];
}

#endif // TERN_TERN_STREAM
