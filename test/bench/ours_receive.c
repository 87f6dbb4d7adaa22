/* SPDX-License-Identifier: MIT */
/* ours_receive.c - counts what a packet ring receives. */
#include <errno.h>
#include <netring/netring.h>

#include "bench.h"
#include "packet.h"

static struct netring_capture capture;
static uint64_t packets, bytes;

static void take(struct netring_batch *batch, unsigned long work_ns)
{
	struct netring_packet pkt;

	while (netring_batch_next(batch, &pkt)) {
		packets++;
		bytes += pkt.wire_len;
		packet_work(work_ns);
	}
	*bench_count = packets;
}

/* For as long as there are packets, and no signal: a flood has no end. */
static int run(unsigned long work_ns)
{
	struct netring_batch batch;
	int r = 0;

	while (!bench_stop && r >= 0) {
		while (!bench_stop && netring_capture_next(&capture, &batch)) {
			take(&batch, work_ns);
			netring_capture_release(&capture);
		}
		r = netring_capture_wait(&capture, NETRING_FOREVER);
	}
	return r == -EINTR ? 0 : r;
}

/* DEVICE [IMMEDIATE [MEMORY [RETIRE_MS [WORK_NS [BLOCK_SIZE [COUNT]]]]]];
 * 0 or nothing: the library's default */
int main(int argc, char **argv)
{
	struct netring_capture_config config = { .interface = argv[1] };
	struct netring_capture_stats total = { 0 };
	int r;

	bench_begin();
	config.flags = NETRING_CAPTURE_PROMISC;
	if (packet_argument(argc, argv, 2, 0))
		config.flags |= NETRING_CAPTURE_IMMEDIATE;
	config.memory = (uint32_t)packet_argument(argc, argv, 3, 0);
	config.retire_ms = (uint32_t)packet_argument(argc, argv, 4, 0);
	config.block_size = (uint32_t)packet_argument(argc, argv, 6, 0);
	config.block_count = (uint32_t)packet_argument(argc, argv, 7, 0);
	r = netring_capture_open(&capture, &config);
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", netring_step_name(capture.step),
			strerror(-r));
		return 1;
	}
	bench_ready();
	r = run(packet_argument(argc, argv, 5, 0));
	if (r < 0)
		fprintf(stderr, "%s\n", strerror(-r));
	netring_capture_read_stats(&capture, &total, NULL);
	netring_capture_close(&capture);
	bench_end(packets, bytes, total.dropped);
	return r < 0;
}
