/* SPDX-License-Identifier: MIT */
/* guarded_memory.c - memory between two stretches that may not be touched. */
#include "guarded_memory.h"

#include "capture_ring.h"

#define GUARD_SIZE 65536u

static size_t mapped(size_t size)
{
	return (size + GUARD_SIZE - 1) / GUARD_SIZE * GUARD_SIZE;
}

uint8_t *guarded_map(size_t size)
{
	uint8_t *map = mmap(NULL, mapped(size) + 2 * GUARD_SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mprotect(map + GUARD_SIZE, mapped(size),
				  PROT_READ | PROT_WRITE),
			 0);
	/* the end touches what faults, the beginning only nearly */
	return map + GUARD_SIZE + mapped(size) - size;
}

void guarded_unmap(uint8_t *memory, size_t size)
{
	munmap(memory + size - mapped(size) - GUARD_SIZE,
	       mapped(size) + 2 * GUARD_SIZE);
}
