// RUN: tern-opt %s --tern-expand-onnx | FileCheck %s

// A large initializer is a weight over the file's own bytes, codes always are;
// the entry keeps names and ONNX's element types.
// CHECK: tern.weight @w : tensor<8x!tern.q<uint8>> = dense_resource<w> : tensor<8xi8>
// CHECK: tern.weight @long : tensor<65xf32> = dense_resource<long{{.*}}> : tensor<260xi8>
// CHECK: func.func @main(%[[X:.*]]: tensor<2x8x!tern.q<uint8>> {tern.dtype = "uint8", tern.name = "x"})
// CHECK-SAME: -> (tensor<2x8x!tern.q<uint8>> {tern.dtype = "uint8", tern.name = "y"}, tensor<65xf32> {tern.dtype = "float"}, tensor<2xi64> {tern.dtype = "int64"})
func.func @main(%x: tensor<2x8xui8> {onnx.name = "x"}) -> (tensor<*xui8> {onnx.name = "y"}, tensor<65xf32>, tensor<*xi64>) {
  // CHECK: tern.use @w
  %w = onnx.constant "w" dense_resource<w> : tensor<8xui8> : tensor<8xui8>
  %long = onnx.constant "long" dense<1.0> : tensor<65xf32> : tensor<65xf32>
  // Shape inference is expansion: the shape of an unknown type is a constant.
  // CHECK: linalg.generic
  // CHECK: tern.decode
  // CHECK: tern.decode
  // CHECK: arith.addi {{.*}} : i32
  // CHECK: tern.encode
  %y = onnx.node "Add" 13 (%x, %w) : (tensor<2x8xui8>, tensor<8xui8>) -> tensor<*xui8>
  // CHECK: arith.constant dense<[2, 8]> : tensor<2xi64>
  %s = onnx.node "Shape" 13 (%y) : (tensor<*xui8>) -> tensor<*xi64>
  return %y, %long, %s : tensor<*xui8>, tensor<65xf32>, tensor<*xi64>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x010000000102030405060708"
    }
  }
#-}
