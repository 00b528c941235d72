// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK-LABEL: func @main
func.func @main(%x: tensor<1x8xui8> {onnx.name = "x"}) -> (tensor<1x8xf32> {onnx.name = "y"}) {
  // CHECK: onnx.absent
  %none = onnx.absent
  // CHECK: onnx.constant "s" dense<{{.*}}> : tensor<f32>
  %s = onnx.constant "s" dense<0.5> : tensor<f32> : tensor<f32>
  // CHECK: onnx.node "DequantizeLinear" 13(%{{.*}}, %{{.*}}, %{{.*}}) attrs {axis = 1 : i64} :
  %y = onnx.node "DequantizeLinear" 13 (%x, %s, %none) attrs {axis = 1 : i64} : (tensor<1x8xui8>, tensor<f32>, none) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
