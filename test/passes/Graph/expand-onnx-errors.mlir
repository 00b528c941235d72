// RUN: tern-opt %s --tern-expand-onnx -split-input-file -verify-diagnostics

// Every refusal of a model comes in one run; what follows from one only is not
// reported.
func.func @all(%x: tensor<2x3xf32>, %s: tensor<1xi64>) -> tensor<*xf32> {
  // expected-error @below {{NoSuchOp (opset 13) '': expected a supported operator, but got NoSuchOp}}
  // expected-note @below {{help: 'tern check --list-operators' shows them}}
  %a = onnx.node "NoSuchOp" 13 (%x) : (tensor<2x3xf32>) -> tensor<*xf32>
  // No word about this one: its operand has no known shape.
  %b = onnx.node "Relu" 13 (%a) : (tensor<*xf32>) -> tensor<*xf32>
  // expected-error @below {{my.domain.Thing (opset 1) '': expected a supported operator}}
  // expected-note @below {{help}}
  %c = onnx.node "my.domain.Thing" 1 (%x) : (tensor<2x3xf32>) -> tensor<1xi64>
  // No word about this one either: the shape would have been the node's above.
  %d = onnx.node "Reshape" 13 (%x, %c) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<6xf32>
  // expected-error @below {{Reshape (opset 13) '': expected the shape to be known at compile time, but got a value that depends on the model's inputs}}
  // expected-note @below {{help: make it an initializer, or compute it from shapes}}
  %e = onnx.node "Reshape" 13 (%x, %s) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<6xf32>
  // expected-error @below {{expected axis of a tensor of rank 1, but got 3}}
  %f = onnx.node "Concat" 13 (%e, %d) attrs {axis = 3 : i64} : (tensor<6xf32>, tensor<6xf32>) -> tensor<*xf32>
  return %f : tensor<*xf32>
}

// -----

func.func @version(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @below {{Gelu (opset 13) '': expected opset version 20 and later, but got 13}}
  // expected-note @below {{help: convert the model to such a version}}
  %a = onnx.node "Gelu" 13 (%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %a : tensor<2x3xf32>
}

// -----

// expected-error @below {{expected an input of numbers and static shape, but got tensor<2x!onnx.string>}}
// expected-note @below {{'--dim' gives open dimensions a size}}
func.func @strings(%x: tensor<2x!onnx.string>) -> tensor<2x!onnx.string> {
  return %x : tensor<2x!onnx.string>
}

// -----

func.func @shapes(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>, %z: tensor<2x3xf64>) -> tensor<*xf32> {
  // expected-error @below {{expected shapes that broadcast together, but got 2x3 and 2x4}}
  %a = onnx.node "Add" 13 (%x, %y) : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  // expected-error @below {{expected operands of one element type, but got f32 and f64}}
  %b = onnx.node "Mul" 13 (%x, %z) : (tensor<2x3xf32>, tensor<2x3xf64>) -> tensor<*xf32>
  return %a : tensor<*xf32>
}

// -----

func.func @operands(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %none = onnx.absent
  // expected-error @below {{expected operand 1, but got none}}
  %a = onnx.node "Add" 13 (%x) : (tensor<2x3xf32>) -> tensor<*xf32>
  // expected-error @below {{expected operand 1, but got none}}
  %c = onnx.node "Concat" 13 (%x, %none) {axis = 0 : si64} : (tensor<2x3xf32>, none) -> tensor<*xf32>
  // expected-error @below {{expected operand 0, but got none}}
  %b = onnx.node "MatMul" 13 (%none, %x) : (none, tensor<2x3xf32>) -> tensor<*xf32>
  return %a : tensor<*xf32>
}

// -----

func.func @initializer() -> tensor<3xf32> {
  // expected-error @below {{expected numbers as large as the initializer's type says, but got an initializer of float}}
  %w = onnx.constant "w" dense_resource<w> : tensor<3xf32> : tensor<3xf32>
  return %w : tensor<3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x0400000001020304"
    }
  }
#-}
