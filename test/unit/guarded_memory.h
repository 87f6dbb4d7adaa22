/* SPDX-License-Identifier: MIT */
/* guarded_memory.h - memory between two stretches that may not be touched. */
#ifndef NETRING_TEST_GUARDED_MEMORY_H
#define NETRING_TEST_GUARDED_MEMORY_H

#include "sys.h"

/* @size bytes, all zero; what lies behind the last one faults. */
uint8_t *guarded_map(size_t size);
void guarded_unmap(uint8_t *memory, size_t size);

#endif
