// Runs the model of gemm.mlir on inputs that use every code and prints its
// output, a row a line.
#include "tern/runtime.h"
#include <stdio.h>
#include <string.h>

extern "C" {
extern const tern_model tern_gemm_model;
}

int main() {
  alignas(64) static char context[64];
  alignas(64) static tern_weights_header weights;
  alignas(64) static int8_t activations[40 * 512];
  alignas(64) static uint8_t packed[6144];
  alignas(64) static float scales[24];
  alignas(64) static uint8_t result[40 * 24];
  const tern_info *info = tern_gemm_model.info;
  memcpy(weights.magic, "TERNWGT1", 8);
  weights.bytes = info->weights_bytes;
  weights.hash = info->weights_hash;
  unsigned state = 1;
  auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 24; };
  for (int8_t &value : activations)
    value = (int8_t)next();
  for (uint8_t &value : packed)
    value = (uint8_t)next();
  for (float &value : scales)
    value = 0.002f + 0.00001f * (float)next();
  const void *inputs[] = {activations, packed, scales};
  void *outputs[] = {result};
  int status = tern_gemm_model.init(context, &weights, sizeof(weights));
  if (status == TERN_OK)
    status = tern_gemm_model.run(context, 0, inputs, outputs, NULL, NULL);
  for (int i = 0; i < 40 * 24; ++i)
    printf("%d%c", result[i], i % 24 == 23 ? '\n' : ' ');
  tern_gemm_model.release(context);
  return status;
}
