//===- KernSpatial.td - Stages, streams and on-chip memory ----------------===//
#ifndef TERN_KERN_SPATIAL
#define TERN_KERN_SPATIAL

// Included by KernOps.td, which defines the dialect.

def Kern_SpaceKind : I32EnumAttr<"Space", "Where on the chip a memory lies", [
  I32EnumAttrCase<"Register", 0, "register">, // flip-flops, all at once
  I32EnumAttrCase<"LutRam", 1, "lutram">,     // distributed memory
  I32EnumAttrCase<"Bram", 2, "bram">,
  I32EnumAttrCase<"Uram", 3, "uram">,
]> {
  let cppNamespace = "::tern::kern";
  let genSpecializedAttr = 0;
}
def Kern_SpaceAttr : EnumAttr<Kern_Dialect, Kern_SpaceKind, "space"> {
  let assemblyFormat = "`<` $value `>`";
}

def Kern_StreamType : TypeDef<Kern_Dialect, "Stream"> {
  let mnemonic = "stream";
  let summary = "A queue of words between two processes.";
  let parameters = (ins "::mlir::IntegerType":$word);
  let assemblyFormat = "`<` $word `>`";
}

def Kern_DesignOp : Kern_Op<"design", [Symbol, SymbolTable, IsolatedFromAbove,
                                       NoTerminator, SingleBlock]> {
  let summary = "What is laid out on a part: stages, and the top that joins them.";
  let description = [{
    Holds the constants (tern.weight), one func.func for each kind of stage, and
    the function @top, whose body is kern.fifo and kern.process. Its arguments
    are rank-1 memrefs in the host's memory: inputs, then results.

    Constraints:
    * design_c1: there is a function @top of one block, of fifos, processes and a
      return.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Kern_AccelerateOp : Kern_Op<"accelerate", [AttrSizedOperandSegments,
    DestinationStyleOpInterface, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Run a design on the host's memory.";
  let description = [{
    Constraints:
    * accelerate_c1: the symbol names a kern.design.
  }];
  let arguments = (ins FlatSymbolRefAttr:$design, Variadic<AnyShaped>:$inputs,
                       Variadic<AnyShaped>:$inits);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $design `ins` `(` ($inputs^ `:` type($inputs))? `)`
    `outs` `(` $inits `:` type($inits) `)` attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); }
  }];
}

def Kern_FifoOp : Kern_Op<"fifo"> {
  let summary = "A queue of `depth` words.";
  let description = [{
    Constraints:
    * fifo_c1: `depth` >= 1.
    * fifo_c2: exactly two processes use it: one writes, another reads.
  }];
  let arguments = (ins I64Attr:$depth);
  let results = (outs Kern_StreamType:$stream);
  let hasVerifier = 1;
  let assemblyFormat = "`depth` $depth attr-dict `:` type($stream)";
}

def Kern_ProcessOp : Kern_Op<"process", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A stage at work, beside all others.";
  let description = [{
    Constraints:
    * process_c1: the symbol names a function that takes the operands' types.
  }];
  let arguments = (ins FlatSymbolRefAttr:$stage, Variadic<AnyType>:$operands);
  let assemblyFormat = "$stage `(` $operands `)` attr-dict `:` type($operands)";
}

def Kern_StreamReadOp : Kern_Op<"stream_read"> {
  let summary = "Take the next word; waits for one.";
  let description = [{
    Constraints:
    * stream_read_c1: the result is the stream's word.
  }];
  let arguments = (ins Kern_StreamType:$stream);
  let results = (outs AnySignlessInteger:$word);
  let hasVerifier = 1;
  let assemblyFormat = "$stream attr-dict `:` type($stream) `->` type($word)";
}

def Kern_StreamWriteOp : Kern_Op<"stream_write"> {
  let summary = "Append a word; waits for room.";
  let description = [{
    Constraints:
    * stream_write_c1: the operand is the stream's word.
  }];
  let arguments = (ins AnySignlessInteger:$word, Kern_StreamType:$stream);
  let hasVerifier = 1;
  let assemblyFormat = "$word `,` $stream attr-dict `:` type($word) `,` type($stream)";
}

def Kern_RomOp : Kern_Op<"rom", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "A constant in on-chip memory.";
  let description = [{
    One element for each unit of the weight; `banks` neighbours make one word of
    the memory and are read together.

    Constraints:
    * rom_c1: the symbol names a tern.weight with as many units.
    * rom_c2: `banks` >= 1 divides the number of elements.
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight, I64Attr:$banks);
  let results = (outs AnyMemRef:$memory);
  let assemblyFormat = "$weight `banks` $banks attr-dict `:` type($memory)";
}

def Kern_MemoryOp : Kern_Op<"memory"> {
  let summary = "On-chip memory of a stage.";
  let description = [{
    Element i lies in bank i mod `banks`; every bank serves one read and one
    write a cycle.

    Constraints:
    * memory_c1: the type has rank 1, a static size and a kern.space.
    * memory_c2: `banks` >= 1 divides the number of elements.
  }];
  let arguments = (ins I64Attr:$banks);
  let results = (outs AnyMemRef:$memory);
  let hasVerifier = 1;
  let assemblyFormat = "`banks` $banks attr-dict `:` type($memory)";
}

def Kern_GetLaneOp : Kern_Op<"get_lane", [Pure]> {
  let summary = "Bits [lane*w, lane*w + w) of a word, w the result's width.";
  let description = [{
    Constraints:
    * get_lane_c1: the result's width divides the word's.
  }];
  let arguments = (ins AnySignlessInteger:$word, Index:$lane);
  let results = (outs AnySignlessInteger:$value);
  let hasVerifier = 1;
  let assemblyFormat = "$word `[` $lane `]` attr-dict `:` type($word) `->` type($value)";
}

def Kern_PutLaneOp : Kern_Op<"put_lane"> {
  let summary = "Replace bits [lane*w, lane*w + w) of a word in memory.";
  let description = [{
    Constraints:
    * put_lane_c1: the value's width divides that of the memory's elements.
  }];
  let arguments = (ins AnySignlessInteger:$value, AnyMemRef:$memory,
                       Index:$index, Index:$lane);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $value `,` $memory `[` $index `,` $lane `]` attr-dict
    `:` type($value) `,` type($memory)
  }];
}

class Kern_Directive<string mnemonic> : Kern_Op<mnemonic, [HasParent<"::mlir::scf::ForOp">]> {
  let hasVerifier = 1;
}

def Kern_PipelineOp : Kern_Directive<"pipeline"> {
  let summary = "The loop around starts an iteration every `ii` cycles.";
  let description = [{
    An operation, because attributes on scf.for vanish when loops are rewritten.

    Constraints:
    * directive_c1: it stands first in the loop's body.
    * pipeline_c1: `ii` >= 1.
  }];
  let arguments = (ins I64Attr:$ii);
  let assemblyFormat = "`ii` $ii attr-dict";
}

def Kern_UnrollOp : Kern_Directive<"unroll"> {
  let summary = "All iterations of the loop around are hardware of their own.";
  let description = [{
    Constraints: directive_c1, as of kern.pipeline.
  }];
  let assemblyFormat = "attr-dict";
}

#endif // TERN_KERN_SPATIAL
