/*===- harness.c - One counted run of one compiled product ----------------===
 *
 * harness ENTRY WEIGHTS INPUT OUTPUT : runs an entry of MODEL (a macro), which
 * has one input and one output, between the hints that count.c looks for.
 *===----------------------------------------------------------------------===*/
#include "tern/runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const tern_model MODEL;

static void *room(uint64_t bytes) {
  void *data = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!data)
    exit(3);
  memset(data, 0, bytes);
  return data;
}

static void *load(const char *path, uint64_t bytes) {
  void *data = room(bytes);
  FILE *file = fopen(path, "rb");
  if (!file || fread(data, 1, bytes, file) != bytes) {
    fprintf(stderr, "harness: cannot read %s\n", path);
    exit(3);
  }
  fclose(file);
  return data;
}

static uint64_t sizeOf(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END))
    exit(3);
  uint64_t bytes = (uint64_t)ftell(file);
  fclose(file);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 3;
  uint32_t index = (uint32_t)atoi(argv[1]);
  const tern_entry *entry = &MODEL.info->entries[index];
  uint64_t weightsBytes = sizeOf(argv[2]);
  void *weights = load(argv[2], weightsBytes);
  void *context = room(MODEL.info->context_bytes);
  void *workspace = room(entry->workspace_bytes);
  const void *inputs[] = {load(argv[3], entry->inputs[0].bytes)};
  void *outputs[] = {room(entry->outputs[0].bytes)};
  if (MODEL.init(context, weights, weightsBytes) != TERN_OK)
    return 4;
  __asm__ volatile("slti x0, x0, 0x7f1" ::: "memory");
  int32_t status = MODEL.run(context, index, inputs, outputs, workspace, NULL);
  __asm__ volatile("slti x0, x0, 0x7f2" ::: "memory");
  FILE *file = fopen(argv[4], "wb");
  if (status != TERN_OK || !file)
    return 4;
  fwrite(outputs[0], 1, entry->outputs[0].bytes, file);
  return fclose(file) ? 3 : 0;
}
