// What a caller may ask of a model on a device: its own workspace and stream, a
// second run, wrong arguments. The model is that of ../print.mlir: y = -x.
#include "prim_shim.h"
#include "tern/runtime.h"
#include <stdio.h>
#include <string.h>

extern "C" {
extern const tern_model tern_print_model;
}

static const tern_model &model = tern_print_model;
alignas(64) static char context[64];
alignas(64) static float x[4] = {1, -2, 3, 4}, y[4];

static void run(const char *how, uint32_t entry, const void *const *inputs,
                void *workspace, const tern_execution *execution) {
  memset(y, 0, sizeof(y));
  void *outputs[] = {y};
  int status =
      model.run(context, entry, inputs, outputs, workspace, execution);
  printf("%s %d: %g %g %g %g\n", how, status, y[0], y[1], y[2], y[3]);
}

int main() {
  alignas(64) static tern_weights_header weights;
  memcpy(weights.magic, "TERNWGT1", 8);
  weights.bytes = model.info->weights_bytes;
  weights.hash = model.info->weights_hash + 1;
  printf("wrong weights %d\n", model.init(context, &weights, sizeof(weights)));
  weights.hash -= 1;
  printf("init %d, on device %d\n",
         model.init(context, &weights, sizeof(weights)),
         model.info->memory == TERN_MEMORY_DEVICE);
  const void *inputs[] = {x}, *nothing[] = {nullptr};
  run("own", 0, inputs, nullptr, nullptr);
  void *workspace = nullptr, *there = nullptr;
  tern_device_alloc(&workspace, model.info->entries[0].workspace_bytes);
  tern_execution stream = {nullptr, nullptr, nullptr};
  run("caller's", 0, inputs, workspace, &stream);
  tern_stream_wait(0);
  // Inputs may be there already.
  tern_device_alloc(&there, sizeof(x));
  tern_copy_to_device(there, x, sizeof(x), 0);
  inputs[0] = there;
  run("device", 0, inputs, nullptr, nullptr);
  run("no entry", 1, inputs, nullptr, nullptr);
  run("no input", 0, nothing, nullptr, nullptr);
  run("misaligned", 0, inputs, (char *)workspace + 4, nullptr);
  model.release(context);
}
