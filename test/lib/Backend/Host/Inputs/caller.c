/* Two models in one program, through the C ABI alone; and every way to call
 * them wrongly. */
#include "tern/runtime.h"
#include <stdio.h>
#include <string.h>

extern const tern_model tern_first_model, tern_second_model;

static void serial(void *user, int64_t trip, tern_kernel kernel,
                   void *const *buffers) {
  for (int64_t i = trip; i-- > 0;)
    kernel(i, i + 1, buffers);
  ++*(int *)user;
}

static void run(const tern_model *model, const tern_execution *threads) {
  static _Alignas(64) char context[64], workspace[64];
  _Alignas(64) tern_weights_header weights = {.magic = {'T', 'E', 'R', 'N', 'W',
                                                        'G', 'T', '1'}};
  weights.bytes = model->info->weights_bytes;
  weights.hash = model->info->weights_hash;
  _Alignas(64) float x[4] = {1, 2, 3, 4}, y[4];
  const void *in[] = {x};
  void *out[] = {y};
  printf("%s init %d", model->info->model,
         model->init(context, &weights, sizeof(weights)));
  printf(" run %d:", model->run(context, 0, in, out, workspace, threads));
  printf(" %g %g %g %g\n", y[0], y[1], y[2], y[3]);

  printf("short %d", model->init(context, &weights, sizeof(weights) - 1));
  printf(" null %d", model->init(context, NULL, sizeof(weights)));
  weights.hash ^= 1;
  printf(" hash %d", model->init(context, &weights, sizeof(weights)));
  weights.magic[0] = 0;
  printf(" magic %d\n", model->init(context, &weights, sizeof(weights)));
  printf("entry %d", model->run(context, 1, in, out, workspace, NULL));
  printf(" workspace %d",
         model->run(context, 0, in, out, workspace + 8, NULL));
  in[0] = (char *)x + 1;
  printf(" misaligned %d", model->run(context, 0, in, out, workspace, NULL));
  in[0] = NULL;
  printf(" missing %d\n", model->run(context, 0, in, out, workspace, NULL));
}

int main(void) {
  int calls = 0;
  tern_execution threads = {serial, &calls, NULL};
  run(&tern_first_model, NULL);
  run(&tern_second_model, &threads);
  printf("parallel calls %d\n", calls);
  const tern_entry *entry = &tern_first_model.info->entries[0];
  printf("%s: %s %s rank %u [%d] %d bytes, alias %d\n", entry->name,
         entry->inputs[0].name, entry->inputs[0].dtype, entry->inputs[0].rank,
         (int)entry->inputs[0].shape[0], (int)entry->inputs[0].bytes,
         (int)entry->outputs[0].alias);
  return 0;
}
