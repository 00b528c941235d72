/*===- pool.h - A small pool of threads for kernels
 * ------------------------===*/
#ifndef POOL_H
#define POOL_H
#include <stdint.h>

typedef struct pool pool;
typedef void (*pool_kernel)(int64_t lo, int64_t hi, void *const *buffers);

/* A pool of `threads` in all, the caller's included; null without memory or
 * threads. A pool serves one run at a time. */
pool *pool_create(int threads);
void pool_destroy(pool *p);

/* Splits [0, trip) over the pool; has the signature of
 * tern_execution.parallel_for, with the pool as `user`. */
void pool_parallel_for(void *user, int64_t trip, pool_kernel kernel,
                       void *const *buffers);
#endif
