/* SPDX-License-Identifier: MIT */
/* capture.c - the least program that captures: it counts bytes until ^C. */
#include <netring/netring.h>

int main(int argc, char **argv)
{
	struct netring_capture_config cfg = { .interface = argv[argc - 1] };
	struct netring_capture cap;
	struct netring_batch batch;
	struct netring_packet pkt;
	uint32_t bytes = 0;

	if (netring_capture_open(&cap, &cfg) < 0)
		return 1;
	while (netring_capture_wait(&cap, NETRING_FOREVER) >= 0)
		while (netring_capture_next(&cap, &batch)) {
			while (netring_batch_next(&batch, &pkt))
				bytes += pkt.len;
			netring_capture_release(&cap);
		}
	netring_capture_close(&cap);
	return bytes & 0x7f;
}
