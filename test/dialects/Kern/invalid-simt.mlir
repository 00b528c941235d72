// RUN: tern-opt %s --split-input-file --verify-diagnostics

// tile_c1
func.func @tile_space() {
  // expected-error@+1 {{expected rank-1 memory of static size in #kern.shared, but got 'memref<4xi8>'}}
  %t = kern.tile 0 "" : memref<4xi8>
  return
}

// -----

// tile_c1
func.func @tile_rank() {
  // expected-error@+1 {{expected rank-1 memory of static size in #kern.shared}}
  %t = kern.tile 0 "" : memref<4x4xi8, #kern.shared>
  return
}

// -----

// tile_c2
func.func @tile_offset() {
  // expected-error@+1 {{expected a non-negative multiple of 16, but got offset 8}}
  %t = kern.tile 8 "" : memref<4xi8, #kern.shared>
  return
}

// -----

// copy_async_c1
func.func @copy_bytes(%x: memref<64xi8>, %t: memref<64xi8, #kern.shared>, %i: index, %v: i1) {
  // expected-error@+1 {{expected 4 or 16 bytes, but got 8}}
  kern.copy_async %x[%i] to %t[%i] if %v bytes 8 : memref<64xi8>, memref<64xi8, #kern.shared>
  return
}

// -----

// copy_async_c2
func.func @copy_back(%x: memref<64xi8>, %t: memref<64xi8, #kern.shared>, %i: index, %v: i1) {
  // expected-error@+1 {{expected bytes outside #kern.shared to go inside, but got 'memref<64xi8, #kern.shared>' to 'memref<64xi8>'}}
  kern.copy_async %t[%i] to %x[%i] if %v bytes 16 : memref<64xi8, #kern.shared>, memref<64xi8>
  return
}

// -----

// copy_async_c2
func.func @copy_floats(%x: memref<64xf32>, %t: memref<64xi8, #kern.shared>, %i: index, %v: i1) {
  // expected-error@+1 {{expected bytes outside #kern.shared to go inside}}
  kern.copy_async %x[%i] to %t[%i] if %v bytes 16 : memref<64xf32>, memref<64xi8, #kern.shared>
  return
}

// -----

// copy_wait_c1
func.func @wait() {
  // expected-error@+1 {{expected a non-negative number of groups, but got -1}}
  kern.copy_wait -1
  return
}

// -----

// load_words_c1
func.func @words(%x: memref<64xi8>, %i: index) {
  // expected-error@+1 {{expected i8 memory and i32 or 2 or 4 of them, but got 'memref<64xi8>' and 'vector<3xi32>'}}
  %w = kern.load_words %x[%i] : memref<64xi8> -> vector<3xi32>
  return
}

// -----

// ldmatrix_c1
func.func @ldmatrix(%x: memref<64xi8>, %i: index) {
  // expected-error@+1 {{expected i8 memory in #kern.shared and 2 or 4 words of i32, but got 'memref<64xi8>' and 'vector<4xi32>'}}
  %w = kern.ldmatrix %x[%i] : memref<64xi8> -> vector<4xi32>
  return
}

// -----

// mma_c1
func.func @mma(%acc: vector<4xi32>, %a: vector<4xi32>, %b: vector<2xi32>) {
  // expected-error@+1 {{expected 4 sums of f32, 4 words and 2 words, but got 'vector<4xi32>', 'vector<4xi32>', 'vector<2xi32>'}}
  %c = kern.mma f16 %acc, %a, %b : vector<4xi32>, vector<4xi32>, vector<2xi32>
  return
}

// -----

// dp4a_c1
func.func @dp4a(%x: i32) {
  // expected-error@+1 {{expected the unsigned bytes first, but got only the second ones unsigned}}
  %c = kern.dp4a %x, %x, %x unsigned_b
  return
}

// -----

// lop3_c1
func.func @lop3(%x: i32) {
  // expected-error@+1 {{expected a table of 8 bits, but got 256}}
  %c = kern.lop3 %x, %x, %x table 256
  return
}

// -----

// shuffle_xor_c1
func.func @shuffle_wide(%x: f64) {
  // expected-error@+1 {{expected an i32 or f32, but got 'f64'}}
  %y = kern.shuffle_xor %x lanes 1 : f64
  return
}

// -----

// shuffle_xor_c2
func.func @shuffle_far(%x: f32) {
  // expected-error@+1 {{expected a power of two below 32, but got 3}}
  %y = kern.shuffle_xor %x lanes 3 : f32
  return
}
