//===- OnnxOps.td - The graph as the file has it -------------------------===//
#ifndef TERN_ONNX_OPS
#define TERN_ONNX_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::tern::onnx_ir";
  let summary = "An ONNX graph, one operation per node, as the file has it.";
  let description = [{
    One generic operation stands for every ONNX operator. Values are
    `tensor<...>` with signed builtin element types: `i8` is ONNX int8, `ui8`
    is uint8 (likewise for 2, 4, 16, 32 and 64 bits), `i1` is bool. Dimensions
    that the file leaves open are `?`; their names are kept in
    `onnx.dim_params`.
  }];
  let useDefaultTypePrinterParser = 1;
}

class Onnx_Type<string name, string mnemonic_> : TypeDef<Onnx_Dialect, name> {
  let mnemonic = mnemonic_;
}
def Onnx_StringType : Onnx_Type<"String", "string"> {
  let summary = "ONNX tensor(string) element.";
}
def Onnx_Float4E2M1Type : Onnx_Type<"Float4E2M1", "f4E2M1"> {
  let summary = "ONNX float4e2m1 element, two per byte, low nibble first.";
}
def Onnx_Float8E8M0Type : Onnx_Type<"Float8E8M0", "f8E8M0"> {
  let summary = "ONNX float8e8m0 element: a power of two, bias 127.";
}
def Onnx_OpaqueType : Onnx_Type<"Opaque", "opaque"> {
  let summary = "A sequence, optional, map or sparse value; always refused.";
  let parameters = (ins StringRefParameter<"what it is">:$what);
  let assemblyFormat = "`<` $what `>`";
}

class Onnx_Op<string mnemonic, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic, traits>;

def Onnx_NodeOp : Onnx_Op<"node"> {
  let summary = "One node of an ONNX graph.";
  let description = [{
    `op` is `Domain.Operator`, or just `Operator` for the default domain;
    `version` is the opset version of that domain which the model imports. An
    absent optional input is the result of `onnx.absent`. Subgraph attributes
    are regions, named in order by `regions`.

    Constraints:
    * onnx_node_c1: `version` >= 1.
    * onnx_node_c2: one name in `regions` per region.

    ```mlir
    %y = onnx.node "Relu" 14 (%x) : (tensor<1x8xf32>) -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins StrAttr:$op, I64Attr:$version,
                       Variadic<AnyType>:$inputs,
                       OptionalAttr<DictionaryAttr>:$onnx_attrs,
                       OptionalAttr<StrArrayAttr>:$region_names);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region VariadicRegion<AnyRegion>:$subgraphs);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $op $version `(` $inputs `)` (`attrs` $onnx_attrs^)?
    (`regions` $region_names^ $subgraphs)? attr-dict `:`
    functional-type($inputs, $outputs)
  }];
  let extraClassDeclaration = [{
    /// "com.microsoft" for "com.microsoft.QGemm", "" for the default domain.
    ::llvm::StringRef getDomain();
    /// "QGemm" for "com.microsoft.QGemm".
    ::llvm::StringRef getOperatorName();
    /// The node's own name in the file; its first output's name if unnamed.
    ::llvm::StringRef getNodeName();
  }];
}

def Onnx_AbsentOp : Onnx_Op<"absent", [Pure]> {
  let summary = "An optional input that the node does not have.";
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict";
}

def Onnx_ConstantOp : Onnx_Op<"constant", [Pure]> {
  let summary = "An initializer of the file, its bytes as the file has them.";
  let description = [{
    `value` is a `dense_resource` whose blob is the tensor's little-endian raw
    data; 4-bit and 2-bit elements are packed, first element lowest. Large and
    external tensors stay in the mapped file.
  }];
  let arguments = (ins ElementsAttr:$value, StrAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$name $value attr-dict `:` type($result)";
}

def Onnx_YieldOp : Onnx_Op<"yield", [Pure, Terminator]> {
  let summary = "The outputs of a subgraph.";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // TERN_ONNX_OPS
