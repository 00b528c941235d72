// RUN: tern-opt %s --split-input-file --verify-diagnostics

// weight_c1
// expected-error@+1 {{expected 2 bytes, but got 3}}
tern.weight @w : tensor<4x!tern.q<int4>> = dense<[1, 2, 3]> : tensor<3xi8>

// -----

// weight_c2
// expected-error@+1 {{expected a matrix of codes without layout where it is transposed, but got 'tensor<2xf32>'}}
tern.weight @w : transposed tensor<2xf32> = dense<0> : tensor<8xi8>

// -----

// use_c1
func.func @use() {
  // expected-error@+1 {{expected a tern.weight, but got @none}}
  %w = tern.use @none : tensor<2xf32>
  return
}

// -----

tern.weight @w : tensor<2x!tern.q<int8>> = dense<[1, 2]> : tensor<2xi8>
func.func @use_type() {
  // expected-error@+1 {{expected the weight's type}}
  %w = tern.use @w : tensor<2xf32>
  return
}

// -----

// decode_c1
func.func @decode(%x: !tern.q<int8>) {
  // expected-error@+1 {{expected 'i32' beside '!tern.q<int8>', but got 'f32'}}
  %y = tern.decode %x : <int8> to f32
  return
}

// -----

// encode_c1
func.func @encode(%x: i32) {
  // expected-error@+1 {{expected 'f32' beside '!tern.q<e4m3fn>', but got 'i32'}}
  %y = tern.encode %x : i32 to <e4m3fn>
  return
}

// -----

// encode_c2
func.func @encode_codebook(%x: f32) {
  // expected-error@+1 {{expected integers or small floats, but got the codebook '!tern.q<nf4>'}}
  %y = tern.encode %x : f32 to <nf4>
  return
}

// -----

// quantize_c1
func.func @quantize_shape(%x: tensor<2xf32>, %s: tensor<1xf32>) {
  // expected-error@+1 {{expected a result of the input's shape}}
  %y = tern.quantize %x scale %s <[2]> : tensor<2xf32>, tensor<1xf32> -> tensor<3x!tern.q<int8>>
  return
}

// -----

// quantize_c2
func.func @quantize_block(%x: tensor<2xf32>, %s: tensor<1xf32>) {
  // expected-error@+1 {{expected 1 blocks of at least 1}}
  %y = tern.quantize %x scale %s <[0]> : tensor<2xf32>, tensor<1xf32> -> tensor<2x!tern.q<int8>>
  return
}

// -----

// quantize_c3
func.func @quantize_scale(%x: tensor<5xf32>, %s: tensor<2xf32>) {
  // expected-error@+1 {{expected a scale and zero point for each block, but got 'tensor<2xf32>'}}
  %y = tern.quantize %x scale %s <[2]> : tensor<5xf32>, tensor<2xf32> -> tensor<5x!tern.q<int8>>
  return
}

// -----

// dequantize_c1
func.func @dequantize_shape(%x: tensor<2x!tern.q<int8>>, %s: tensor<1xf32>) {
  // expected-error@+1 {{expected a result of the input's shape}}
  %y = tern.dequantize %x scale %s <[2]> : tensor<2x!tern.q<int8>>, tensor<1xf32> -> tensor<3xf32>
  return
}

// -----

// dequantize_c2
func.func @dequantize_block(%x: tensor<2x!tern.q<int8>>, %s: tensor<1xf32>) {
  // expected-error@+1 {{expected 1 blocks of at least 1}}
  %y = tern.dequantize %x scale %s <[1, 1]> : tensor<2x!tern.q<int8>>, tensor<1xf32> -> tensor<2xf32>
  return
}

// -----

// dequantize_c3
func.func @dequantize_zero(%x: tensor<2x!tern.q<int8>>, %s: tensor<1xf32>, %z: tensor<2xi32>) {
  // expected-error@+1 {{expected a scale and zero point for each block, but got 'tensor<2xi32>'}}
  %y = tern.dequantize %x scale %s zero_point %z <[2]> : tensor<2x!tern.q<int8>>, tensor<1xf32>, tensor<2xi32> -> tensor<2xf32>
  return
}

// -----

// matmul_c1
func.func @matmul_sizes(%x: tensor<2x3xf32>, %w: tensor<4x5xf32>, %e: tensor<2x4xf32>) {
  // expected-error@+1 {{expected operands whose sizes agree}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x5xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  return
}

// -----

// matmul_c2
func.func @matmul_zero_type(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %z: tensor<1xi32>, %e: tensor<2x4xf32>) {
  // expected-error@+1 {{expected a zero point of integer codes only}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x3xf32>) lhs_zp(%z : tensor<1xi32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  return
}

// -----

func.func @matmul_zero_size(%x: tensor<2x3x!tern.q<int8>>, %w: tensor<4x3x!tern.q<int8>>, %z: tensor<3x1xi32>, %e: tensor<2x4xi32>) {
  // expected-error@+1 {{expected zero points of 1 or 4 rows and 1 or 1 groups}}
  %y = tern.matmul ins(%x, %w : tensor<2x3x!tern.q<int8>>, tensor<4x3x!tern.q<int8>>) rhs_zp(%z : tensor<3x1xi32>) outs(%e : tensor<2x4xi32>) acc i32 {transpose_b} -> tensor<2x4xi32>
  return
}

// -----

// matmul_c3
func.func @matmul_group(%x: tensor<2x3xf32>, %w: tensor<4x3x!tern.q<int8>>, %s: tensor<4x1xf32>, %e: tensor<2x4xf32>) {
  // expected-error@+1 {{expected a group of at least 1 with rhs_scale}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x3x!tern.q<int8>>) rhs_scale(%s : tensor<4x1xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  return
}

// -----

func.func @matmul_scale(%x: tensor<2x3xf32>, %w: tensor<4x3x!tern.q<int8>>, %s: tensor<4x1xf32>, %e: tensor<2x4xf32>) {
  // expected-error@+1 {{expected f32 scales of 4 x 2}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x3x!tern.q<int8>>) rhs_scale(%s : tensor<4x1xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b, group = 2 : i64} -> tensor<2x4xf32>
  return
}

// -----

// matmul_c4
func.func @matmul_maps(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %s: tensor<4xf32>, %e: tensor<2x4xf32>) {
  // expected-error@+1 {{expected a map for each of 1 extras}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x3xf32>) extras(%s : tensor<4xf32>) outs(%e : tensor<2x4xf32>) acc f32 {transpose_b} -> tensor<2x4xf32>
  return
}

// -----

// matmul_c5
func.func @matmul_result(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %e: tensor<2x4xf16>) {
  // expected-error@+1 {{expected a result of the accumulator's type 'f32', but got 'f16'}}
  %y = tern.matmul ins(%x, %w : tensor<2x3xf32>, tensor<4x3xf32>) outs(%e : tensor<2x4xf16>) acc f32 {transpose_b} -> tensor<2x4xf16>
  return
}

// -----

// conv_c1
func.func @conv_rank(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>, %e: tensor<1x3xf32>) {
  // expected-error@+1 {{expected operands of one rank, 3 or more}}
  %y = tern.conv ins(%x, %w : tensor<1x2xf32>, tensor<3x2xf32>) outs(%e : tensor<1x3xf32>) acc f32 {strides = array<i64>, dilations = array<i64>, pads = array<i64>, groups = 1 : i64} -> tensor<1x3xf32>
  return
}

// -----

// conv_c2
func.func @conv_groups(%x: tensor<1x3x4xf32>, %w: tensor<3x2x1xf32>, %e: tensor<1x3x4xf32>) {
  // expected-error@+1 {{expected channels that 1 groups divide, but got 3 and filters of 2}}
  %y = tern.conv ins(%x, %w : tensor<1x3x4xf32>, tensor<3x2x1xf32>) outs(%e : tensor<1x3x4xf32>) acc f32 {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 1 : i64} -> tensor<1x3x4xf32>
  return
}

// -----

// conv_c3
func.func @conv_strides(%x: tensor<1x2x4xf32>, %w: tensor<3x2x1xf32>, %e: tensor<1x3x4xf32>) {
  // expected-error@+1 {{expected strides and dilations of at least 1}}
  %y = tern.conv ins(%x, %w : tensor<1x2x4xf32>, tensor<3x2x1xf32>) outs(%e : tensor<1x3x4xf32>) acc f32 {strides = array<i64: 0>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 1 : i64} -> tensor<1x3x4xf32>
  return
}

// -----

// conv_c4
func.func @conv_result(%x: tensor<1x2x4xf32>, %w: tensor<3x2x2xf32>, %e: tensor<1x3x4xf32>) {
  // expected-error@+1 {{expected a result of the size of the windows, but got 'tensor<1x3x4xf32>'}}
  %y = tern.conv ins(%x, %w : tensor<1x2x4xf32>, tensor<3x2x2xf32>) outs(%e : tensor<1x3x4xf32>) acc f32 {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 1 : i64} -> tensor<1x3x4xf32>
  return
}

// -----

// conv_c5
func.func @conv_zero(%x: tensor<1x2x4x!tern.q<int8>>, %w: tensor<3x2x1x!tern.q<int8>>, %z: tensor<2xi32>, %e: tensor<1x3x4xi32>) {
  // expected-error@+1 {{expected 1 or 3 zero points of the filter}}
  %y = tern.conv ins(%x, %w : tensor<1x2x4x!tern.q<int8>>, tensor<3x2x1x!tern.q<int8>>) filter_zp(%z : tensor<2xi32>) outs(%e : tensor<1x3x4xi32>) acc i32 {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 1 : i64} -> tensor<1x3x4xi32>
  return
}

// -----

// insert_c1
func.func @longer(%c: tensor<1x4xf32>, %u: tensor<1x5xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{expected an update that fits along axis 1 of 'tensor<1x4xf32>', but got 'tensor<1x5xf32>'}}
  %y = tern.insert %u into %c axis 1 : tensor<1x5xf32> into tensor<1x4xf32> -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// insert_c2
func.func @starts(%c: tensor<2x4xf32>, %u: tensor<2x1xf32>, %s: tensor<1xi64>) -> tensor<2x4xf32> {
  // expected-error@+1 {{expected 2 starts of i64, but got 'tensor<1xi64>'}}
  %y = tern.insert %u at %s : tensor<1xi64> into %c axis 1 : tensor<2x1xf32> into tensor<2x4xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// nm_c1
// expected-error @below {{expected N:M with 1 <= N < M, but got 4:4}}
func.func @nm() attributes {a = #tern.nm<4:4>} { return }

// -----

// layout_c1
// expected-error @below {{expected powers of two N, M <= 16, depth, and up to 8 bits in bytes, but got 3:4 of depth 4 and 4 bits}}
func.func @layout() attributes {a = #tern.layout<rows = 8, depth = 4, bits = 4, offset = 8, nm = <3:4>>} { return }
