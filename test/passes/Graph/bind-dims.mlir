// RUN: tern-opt %s --tern-bind-dims='dims=N=2,x[2]=5' | FileCheck %s

// Named dimensions, unnamed ones by position, and 1 for what nobody names; an
// argument that is returned takes its result's type along.
// CHECK: func.func @main(%{{.*}}: tensor<2x8x5xf32> {onnx.name = "x"}, %{{.*}}: tensor<1x2xi64> {onnx.name = "y"}) -> tensor<1x2xi64>
func.func @main(%x: tensor<?x8x?xf32> {onnx.name = "x", onnx.dim_params = ["N", "", ""]},
                %y: tensor<?x?xi64> {onnx.name = "y", onnx.dim_params = ["M", "N"]}) -> tensor<?x?xi64> {
  return %y : tensor<?x?xi64>
}
