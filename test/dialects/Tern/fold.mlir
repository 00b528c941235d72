// RUN: tern-opt %s --canonicalize | FileCheck %s

// A code that is decoded and encoded again in its own kind is the code.
// CHECK-LABEL: func @encode_of_decode
// CHECK-SAME: (%[[C:.*]]: !tern.q<int4>)
// CHECK-NEXT: return %[[C]]
func.func @encode_of_decode(%c: !tern.q<int4>) -> !tern.q<int4> {
  %v = tern.decode %c : !tern.q<int4> to i32
  %e = tern.encode %v : i32 to !tern.q<int4>
  return %e : !tern.q<int4>
}

// Another kind may not hold the value.
// CHECK-LABEL: func @other_kind
// CHECK: tern.encode
func.func @other_kind(%c: !tern.q<int8>) -> !tern.q<int4> {
  %v = tern.decode %c : !tern.q<int8> to i32
  %e = tern.encode %v : i32 to !tern.q<int4>
  return %e : !tern.q<int4>
}

// A NaN need not keep its bits.
// CHECK-LABEL: func @small_float
// CHECK: tern.encode
func.func @small_float(%c: !tern.q<e4m3fn>) -> !tern.q<e4m3fn> {
  %v = tern.decode %c : !tern.q<e4m3fn> to f32
  %e = tern.encode %v : f32 to !tern.q<e4m3fn>
  return %e : !tern.q<e4m3fn>
}

// What nothing uses goes away: values and quantization have no effects.
// CHECK-LABEL: func @unused
// CHECK-NEXT: return
func.func @unused(%x: tensor<4xf32>, %s: tensor<1xf32>) {
  %q = tern.quantize %x scale %s <[4]> : tensor<4xf32>, tensor<1xf32> -> tensor<4x!tern.q<int8>>
  %d = tern.dequantize %q scale %s <[4]> : tensor<4x!tern.q<int8>>, tensor<1xf32> -> tensor<4xf32>
  return
}
