/* SPDX-License-Identifier: MIT */
/* test_xdp_memory.c - memory of every kind that a caller may have. */
#define _GNU_SOURCE
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE ((size_t)2 << 20)
#define PACKETS 600u

NETRING_UMEM_AREA(area, 1024, 2048);

static int spy;

static void carry(void *memory, size_t size, uint32_t frame_size,
		  const char *what)
{
	static uint8_t map[PACKETS];
	struct tally t = { .map = map, .size = PACKETS };
	struct spied seen = { 0 };
	static struct xdp_end end;
	int i;

	for (i = 0; i < XDP_WAYS; i += 2) {
		memset(&t, 0, sizeof(t));
		memset(&seen, 0, sizeof(seen));
		memset(&end, 0, sizeof(end));
		end.memory.memory = memory;
		end.memory.size = size;
		end.memory.frame_size = frame_size;
		end.memory.table = area.table;
		end.memory.table_size = sizeof(area.table);
		xdp_open(&end, &xdp_ways[i]);
		diag("%s, %s", what, xdp_ways[i].name);
		xdp_take(&t, &end.xdp, 0, PACKETS, 1514);
		tally_ok(&t, PACKETS, "received");
		xdp_give(spy, &seen, &end.xdp, 0, PACKETS, 1514);
		spied_ok(&seen, PACKETS, "sent");
		xdp_books(&end.umem, what);
		is(netring_xdp_tx_drain(&end.xdp.tx,
					netring_clock_ms() + xdp_patience()),
		   0, "drained");
		xdp_close(&end);
	}
}

static void mapped(int fd, int flags, const char *what)
{
	void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED) {
		skip(strerror(errno), "%s", what);
		return;
	}
	carry(at, SIZE, 2048, what);
	munmap(at, SIZE);
}

static void huge(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (at == MAP_FAILED) {
		skip("none set aside", "huge pages");
		return;
	}
	munmap(at, SIZE);
	mapped(-1, flags, "huge pages");
}

static void memfd(void)
{
	int fd = memfd_create("umem", MFD_CLOEXEC);

	must(fd < 0 ? -errno : 0, "a memfd");
	must(ftruncate(fd, SIZE) ? -errno : 0, "of that size");
	mapped(fd, MAP_SHARED, "memfd");
	close(fd);
}

int main(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	carry(area.memory, sizeof(area.memory), 2048, "static");
	mapped(-1, MAP_PRIVATE | MAP_ANONYMOUS, "mmap");
	mapped(-1, MAP_SHARED | MAP_ANONYMOUS, "shared mmap");
	memfd();
	huge();
	carry(area.memory, sizeof(area.memory), 4096, "frames of 4096");
	carry(area.memory + page, page, 2048, "one page");
	return done_testing();
}
