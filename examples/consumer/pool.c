/*===- pool.c - A small pool of threads for kernels
 * ------------------------===*/
#include "pool.h"
#include <pthread.h>
#include <stdlib.h>

struct worker {
  pool *owner;
  int index; /* the part it does: 1 and up, the caller does part 0 */
  pthread_t thread;
};

struct pool {
  pthread_mutex_t mutex;
  pthread_cond_t work, done;
  int threads;    /* parts of a loop, the caller's included */
  int started;    /* workers that run */
  int busy;       /* workers that have not finished the current loop */
  uint64_t round; /* counts loops, so that a worker does each one once */
  int stop;
  int64_t trip;
  pool_kernel kernel;
  void *const *buffers;
  struct worker workers[];
};

static void do_part(const pool *p, int part) {
  int64_t chunk = p->trip / p->threads, rest = p->trip % p->threads;
  int64_t lo = part * chunk + (part < rest ? part : rest);
  int64_t hi = lo + chunk + (part < rest);
  if (lo < hi)
    p->kernel(lo, hi, p->buffers);
}

static void *work(void *argument) {
  struct worker *self = argument;
  pool *p = self->owner;
  uint64_t seen = 0;
  pthread_mutex_lock(&p->mutex);
  for (;;) {
    while (p->round == seen && !p->stop)
      pthread_cond_wait(&p->work, &p->mutex);
    if (p->stop)
      break;
    seen = p->round;
    pthread_mutex_unlock(&p->mutex);
    do_part(p, self->index);
    pthread_mutex_lock(&p->mutex);
    if (--p->busy == 0)
      pthread_cond_signal(&p->done);
  }
  pthread_mutex_unlock(&p->mutex);
  return NULL;
}

pool *pool_create(int threads) {
  pool *p = calloc(1, sizeof(pool) + (size_t)threads * sizeof(struct worker));
  if (!p)
    return NULL;
  pthread_mutex_init(&p->mutex, NULL);
  pthread_cond_init(&p->work, NULL);
  pthread_cond_init(&p->done, NULL);
  p->threads = threads;
  for (int i = 0; i < threads - 1; ++i) {
    p->workers[i].owner = p;
    p->workers[i].index = i + 1;
    if (pthread_create(&p->workers[i].thread, NULL, work, &p->workers[i])) {
      pool_destroy(p);
      return NULL;
    }
    ++p->started;
  }
  return p;
}

void pool_destroy(pool *p) {
  pthread_mutex_lock(&p->mutex);
  p->stop = 1;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->mutex);
  for (int i = 0; i < p->started; ++i)
    pthread_join(p->workers[i].thread, NULL);
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->work);
  pthread_mutex_destroy(&p->mutex);
  free(p);
}

void pool_parallel_for(void *user, int64_t trip, pool_kernel kernel,
                       void *const *buffers) {
  pool *p = user;
  if (trip == 1) {
    kernel(0, 1, buffers);
    return;
  }
  pthread_mutex_lock(&p->mutex);
  p->trip = trip;
  p->kernel = kernel;
  p->buffers = buffers;
  p->busy = p->started;
  ++p->round;
  pthread_cond_broadcast(&p->work);
  pthread_mutex_unlock(&p->mutex);
  do_part(p, 0);
  pthread_mutex_lock(&p->mutex);
  while (p->busy)
    pthread_cond_wait(&p->done, &p->mutex);
  pthread_mutex_unlock(&p->mutex);
}
