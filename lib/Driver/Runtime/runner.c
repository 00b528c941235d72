/*===- runner.c - Runs compiled models under an emulator ------------------===
 *
 * Linked with the code of one or more models and a table of them. Usage:
 *
 *   runner JOBS INPUTS OUTPUTS
 *
 * A line of JOBS is `model entry skip weights-file`. INPUTS holds the inputs of
 * all jobs, in order; a job with `skip` set is not run. For every other one
 * OUTPUTS gets an int32 status and, when that is 0, the outputs. Status 100
 * means that the code wrote outside a buffer.
 *===----------------------------------------------------------------------===*/
#include "tern/runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const tern_model *const runner_models[];

enum { GUARD = 128, CANARY = 0xC7, STATUS_GUARD = 100, MOST_TENSORS = 4096 };

static void fail(const char *what) {
  fprintf(stderr, "runner: %s\n", what);
  exit(3);
}

/* Every buffer of the job at hand, for the check and for release. */
static struct {
  unsigned char *data;
  uint64_t bytes;
} buffers[2 * MOST_TENSORS + 3];
static int num_buffers;

/* Storage between guards. */
static void *allocate(uint64_t bytes, int fill) {
  uint64_t total = (bytes + 2 * GUARD + 63) / 64 * 64;
  unsigned char *all = aligned_alloc(64, total);
  if (!all)
    fail("out of memory");
  memset(all, CANARY, total);
  memset(all + GUARD, fill, bytes);
  buffers[num_buffers].data = all + GUARD;
  buffers[num_buffers++].bytes = bytes;
  return all + GUARD;
}

static int guards_intact(void) {
  int intact = 1;
  for (int i = 0; i < num_buffers; ++i)
    for (int k = 0; k < GUARD; ++k)
      intact &= buffers[i].data[k - GUARD] == CANARY &&
                buffers[i].data[buffers[i].bytes + k] == CANARY;
  return intact;
}

static void release_all(void) {
  while (num_buffers)
    free(buffers[--num_buffers].data - GUARD);
}

static void *read_weights(const char *path, uint64_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END))
    fail("cannot open weights");
  *bytes = (uint64_t)ftell(file);
  rewind(file);
  void *data = allocate(*bytes, 0);
  if (fread(data, 1, *bytes, file) != *bytes)
    fail("cannot read weights");
  fclose(file);
  return data;
}

static void skip_inputs(const tern_entry *entry, FILE *inputs) {
  for (uint32_t i = 0; i < entry->num_inputs; ++i)
    if (fseek(inputs, (long)entry->inputs[i].bytes, SEEK_CUR))
      fail("cannot seek in inputs");
}

static void write_result(const tern_entry *entry, void *const *outputs,
                         int32_t status, FILE *file) {
  fwrite(&status, sizeof(status), 1, file);
  if (status == TERN_OK)
    for (uint32_t i = 0; i < entry->num_outputs; ++i)
      fwrite(outputs[i], 1, entry->outputs[i].bytes, file);
  if (fflush(file))
    fail("cannot write outputs");
}

static void run_job(const tern_model *model, uint32_t index,
                    const char *weights_path, FILE *inputs, FILE *outputs) {
  static void *in[MOST_TENSORS], *out[MOST_TENSORS];
  const tern_entry *entry = &model->info->entries[index];
  if (entry->num_inputs > MOST_TENSORS || entry->num_outputs > MOST_TENSORS)
    fail("too many tensors");
  for (uint32_t i = 0; i < entry->num_inputs; ++i) {
    uint64_t bytes = entry->inputs[i].bytes;
    in[i] = allocate(bytes, 0);
    if (fread(in[i], 1, bytes, inputs) != bytes)
      fail("cannot read inputs");
  }
  for (uint32_t i = 0; i < entry->num_outputs; ++i) {
    int32_t alias = entry->outputs[i].alias;
    out[i] =
        alias >= 0 ? in[alias] : allocate(entry->outputs[i].bytes, 0xA5);
  }
  uint64_t weights_bytes;
  void *weights = read_weights(weights_path, &weights_bytes);
  void *context = allocate(model->info->context_bytes, 0);
  void *workspace = allocate(entry->workspace_bytes, 0xA5);
  int32_t status = model->init(context, weights, weights_bytes);
  if (status == TERN_OK)
    status = model->run(context, index, (const void *const *)in, out,
                        workspace, NULL);
  if (model->release)
    model->release(context);
  if (!guards_intact())
    status = STATUS_GUARD;
  write_result(entry, out, status, outputs);
  release_all();
}

int main(int argc, char **argv) {
  if (argc != 4)
    fail("expected JOBS INPUTS OUTPUTS");
  FILE *jobs = fopen(argv[1], "r"), *inputs = fopen(argv[2], "rb");
  FILE *outputs = fopen(argv[3], "wb");
  if (!jobs || !inputs || !outputs)
    fail("cannot open a file");
  unsigned model, entry;
  int skip;
  char weights[4096];
  while (fscanf(jobs, "%u %u %d %4095s", &model, &entry, &skip, weights) == 4)
    if (skip)
      skip_inputs(&runner_models[model]->info->entries[entry], inputs);
    else
      run_job(runner_models[model], entry, weights, inputs, outputs);
  return 0;
}
