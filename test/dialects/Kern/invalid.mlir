// RUN: tern-opt %s --split-input-file --verify-diagnostics

// view_c1
func.func @view_alignment(%x: memref<?xi8>) {
  // expected-error@+1 {{expected a non-negative multiple of 4, but got offset 6}}
  %y = kern.view %x[6] : memref<?xi8> to memref<2xf32>
  return
}

// -----

func.func @view_negative(%x: memref<?xi8>) {
  // expected-error@+1 {{expected a non-negative multiple of 1, but got offset -1}}
  %y = kern.view %x[-1] : memref<?xi8> to memref<2xi8>
  return
}

// -----

// Codes above 8 bits take two bytes.
func.func @view_codes(%x: memref<?xi8>) {
  // expected-error@+1 {{expected a non-negative multiple of 2, but got offset 3}}
  %y = kern.view %x[3] : memref<?xi8> to memref<2x!tern.q<int12>>
  return
}

// -----

// launch_c1
func.func @launch_nothing(%x: memref<2xf32>) {
  // expected-error@+1 {{expected a kernel, but got @none}}
  kern.launch @none grid 1 (%x) : memref<2xf32>
  return
}

// -----

func.func private @function(%lo: index, %hi: index, %x: memref<2xf32>)
func.func @launch_function(%x: memref<2xf32>) {
  // expected-error@+1 {{expected a kernel, but got @function}}
  kern.launch @function grid 1 (%x) : memref<2xf32>
  return
}

// -----

func.func private @kernel(%lo: index, %hi: index, %x: memref<2xf32>) attributes {kern.kernel} {
  return
}
func.func @launch_type(%x: memref<3xf32>) {
  // expected-error@+1 {{expected the buffers of '(index, index, memref<2xf32>) -> ()', but got 'memref<3xf32>'}}
  kern.launch @kernel grid 1 (%x) : memref<3xf32>
  return
}

// -----

// launch_c2
func.func private @kernel(%lo: index, %hi: index, %x: memref<2xf32>) attributes {kern.kernel} {
  return
}
func.func @launch_grid(%x: memref<2xf32>) {
  // expected-error@+1 {{expected a grid of at least 1, but got 0}}
  kern.launch @kernel grid 0 (%x) : memref<2xf32>
  return
}

// -----

// unpack_c1
func.func @unpack_bits(%x: vector<16xi8>) {
  // expected-error@+1 {{expected a field of 1, 2 or 4 bits inside a byte, but got bits 3 field 0}}
  %y = kern.unpack %x bits 3 field 0 : vector<16xi8>
  return
}

// -----

func.func @unpack_field(%x: vector<16xi8>) {
  // expected-error@+1 {{expected a field of 1, 2 or 4 bits inside a byte, but got bits 4 field 2}}
  %y = kern.unpack %x bits 4 field 2 : vector<16xi8>
  return
}

// -----

// dot_c1
func.func @dot_depth(%acc: vector<16xi32>, %w: vector<32xi8>, %a: vector<4xi8>) {
  // expected-error@+1 {{expected lanes of i32 L or of i16 L*P, i8 weights L*D, i8 inputs D or L*D, but got 'vector<16xi32>', 'vector<32xi8>', 'vector<4xi8>'}}
  %y = kern.dot %acc, %w, %a : vector<16xi32>, vector<32xi8>, vector<4xi8>
  return
}

// -----

func.func @dot_accumulator(%acc: vector<16xi64>, %w: vector<64xi8>, %a: vector<4xi8>) {
  // expected-error@+1 {{expected lanes of i32 L}}
  %y = kern.dot %acc, %w, %a : vector<16xi64>, vector<64xi8>, vector<4xi8>
  return
}

// -----

func.func @dot_scalable(%acc: vector<[4]xi32>, %w: vector<16xi8>, %a: vector<4xi8>) {
  // expected-error@+1 {{expected lanes of i32 L}}
  %y = kern.dot %acc, %w, %a : vector<[4]xi32>, vector<16xi8>, vector<4xi8>
  return
}

// -----

// Three sums have no lanes of two each.
func.func @dot_partials(%acc: vector<3xi16>, %w: vector<6xi8>, %a: vector<4xi8>) {
  // expected-error@+1 {{expected lanes of i32 L or of i16 L*P}}
  %y = kern.dot %acc, %w, %a : vector<3xi16>, vector<6xi8>, vector<4xi8>
  return
}

// -----

// lookup_c1
func.func @lookup(%table: vector<32xi8>, %at: vector<8xi8>) {
  // expected-error@+1 {{expected a table of 2, 4, 8 or 16 i8, or of the type of the indices, but got 'vector<32xi8>' and 'vector<8xi8>'}}
  %y = kern.lookup %table, %at : vector<32xi8>, vector<8xi8>
  return
}

// -----

// fold_c1
func.func @fold(%acc: vector<16xi32>, %sums: vector<24xi16>) {
  // expected-error@+1 {{expected i32 lanes L and i16 sums L*P, but got 'vector<16xi32>', 'vector<24xi16>'}}
  %y = kern.fold %acc, %sums : vector<16xi32>, vector<24xi16>
  return
}

// -----

// lut_c1
func.func @lut_types(%c: vector<8xi8>) {
  // expected-error@+1 {{expected codes of i8 and as many f32, but got}}
  %x = kern.lut %c of [0.0, 1.0] : vector<8xi8> to vector<4xf32>
  return
}

// -----

// lut_c2
func.func @lut_size(%c: vector<8xi8>) {
  // expected-error@+1 {{expected 2, 4, 8 or 16 entries, but got 3}}
  %x = kern.lut %c of [0.0, 1.0, 2.0] : vector<8xi8> to vector<8xf32>
  return
}

// -----

// hamming_c1
func.func @hamming(%acc: vector<8xi32>, %w: vector<30xi8>, %a: vector<4xi8>) {
  // expected-error@+1 {{expected an i32 or lanes of i32 L, i8 weights L*D, i8 inputs D, but got 'vector<8xi32>', 'vector<30xi8>', 'vector<4xi8>'}}
  %y = kern.hamming %acc, %w, %a : vector<8xi32>, vector<30xi8>, vector<4xi8>
  return
}

// -----

// hamming_c1
func.func @hamming_scalable(%acc: vector<[2]xi32>, %w: vector<[8]xi8>, %a: vector<[4]xi8>) {
  // expected-error@+1 {{expected an i32 or lanes of i32 L, i8 weights L*D, i8 inputs D, but got}}
  %y = kern.hamming %acc, %w, %a : vector<[2]xi32>, vector<[8]xi8>, vector<[4]xi8>
  return
}
