/* SPDX-License-Identifier: MIT */
/* ours_send.c - fills a packet ring with one frame, and sends it for ever. */
#include <errno.h>
#include <netring/netring.h>

#include "bench.h"
#include "packet.h"

#define LONGEST 9014

static struct netring_injector injector;
static uint64_t packets;

/* A slot keeps its bytes: each is written once, and only handed over then. */
static uint32_t queue(const uint8_t *frame, uint32_t length, uint32_t batch)
{
	uint32_t slots = netring_injector_geometry(&injector)->frame_count;
	struct netring_frame slot;
	uint32_t count;

	for (count = 0; count < batch; count++) {
		if (netring_injector_reserve(&injector, &slot) < 0)
			break;
		if (packets + count < slots)
			memcpy(slot.data, frame, length);
		if (netring_injector_commit(&injector, &slot, length) < 0)
			break;
	}
	return count;
}

/* DEVICE LENGTH [SLOTS [SLOT_SIZE [BATCH]]]; 0: the library's default */
int main(int argc, char **argv)
{
	struct netring_injector_config config = { .interface = argv[1] };
	uint32_t length = (uint32_t)packet_argument(argc, argv, 2, 64);
	uint32_t slots = (uint32_t)packet_argument(argc, argv, 3, 0);
	uint32_t batch = (uint32_t)packet_argument(argc, argv, 5, 32);
	static uint8_t frame[LONGEST];
	int r;

	bench_begin();
	if (argc < 2 || length < 14 || length > LONGEST)
		return 2;
	packet_make(frame, length);
	config.flags = NETRING_INJECTOR_QDISC_BYPASS;
	config.frame_size = (uint32_t)packet_argument(argc, argv, 4, 0);
	config.memory = slots * (config.frame_size ? config.frame_size : 2048);
	r = netring_injector_open(&injector, &config);
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", netring_step_name(injector.step),
			strerror(-r));
		return 1;
	}
	bench_ready();
	while (!bench_stop && r >= 0) {
		packets += queue(frame, length, batch);
		*bench_count = packets;
		r = netring_injector_flush(&injector);
	}
	if (r < 0)
		fprintf(stderr, "flush: %s\n", strerror(-r));
	packets -= (uint64_t)netring_injector_close(&injector);
	bench_end(packets, packets * length, 0);
	return r < 0;
}
