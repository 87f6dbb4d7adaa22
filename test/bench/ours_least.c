/* SPDX-License-Identifier: MIT */
/* The least program that receives, by a packet ring: for its size and start. */
#include <netring/netring.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct netring_capture_config cfg = { .interface = argv[argc - 1] };
	struct netring_capture cap;
	struct netring_batch batch;
	struct netring_packet pkt;
	unsigned int bytes = 0;

	if (netring_capture_open(&cap, &cfg) < 0 || write(1, "ready\n", 6) < 0)
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
