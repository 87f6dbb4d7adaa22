/* SPDX-License-Identifier: MIT */
/* mutant.c - a shared library: its calls are not those that tests wrap. */
#include "mutant.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST 4096

static unsigned char nowhere[MOST];
static unsigned char *reached = nowhere;
static int wanted = -1;

/* Children note what they reach in the same file, however they end. */
__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("NETRING_MUTANT");
	const char *path = getenv("NETRING_MUTANT_REACHED");
	int fd;
	void *map;

	if (number)
		wanted = atoi(number);
	if (!path)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, MOST) < 0)
		abort();
	map = mmap(NULL, MOST, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		abort();
	reached = map;
	close(fd);
}

int mutant_(int number)
{
	reached[number % MOST] = 1;
	return number == wanted;
}
