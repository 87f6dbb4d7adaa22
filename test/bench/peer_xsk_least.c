/* SPDX-License-Identifier: MIT */
/* The least program that receives, by libxdp: for its size and start. */
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <xdp/xsk.h>

enum {
	FRAMES = 4096,
	FRAME = 2048,
	BATCH = 64
};
enum {
	SLOTS = XSK_RING_PROD__DEFAULT_NUM_DESCS
};

int main(int argc, char **argv)
{
	const struct xsk_umem_config umem_config = { .fill_size = SLOTS,
						     .comp_size = SLOTS,
						     .frame_size = FRAME };
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completed, rx;
	struct xsk_socket *socket;
	struct xsk_umem *umem;
	struct pollfd ready = { .events = POLLIN };
	unsigned int i, got, from, to = 0, bytes = 0;
	void *memory;

	if (posix_memalign(&memory, 4096, (size_t)FRAMES * FRAME) ||
	    xsk_umem__create(&umem, memory, (size_t)FRAMES * FRAME, &fill,
			     &completed, &umem_config) < 0 ||
	    xsk_socket__create(&socket, argv[argc - 1], 0, umem, &rx, NULL,
			       NULL) < 0 ||
	    xsk_ring_prod__reserve(&fill, SLOTS, &to) != SLOTS)
		return 1;
	for (i = 0; i < SLOTS; i++)
		*xsk_ring_prod__fill_addr(&fill, to + i) = (uint64_t)i * FRAME;
	xsk_ring_prod__submit(&fill, SLOTS);
	ready.fd = xsk_socket__fd(socket);
	if (write(1, "ready\n", 6) < 0)
		return 1;
	while (poll(&ready, 1, -1) >= 0) {
		got = xsk_ring_cons__peek(&rx, BATCH, &from);
		if (xsk_ring_prod__reserve(&fill, got, &to) != got)
			break;
		for (i = 0; i < got; i++, from++, to++) {
			bytes += xsk_ring_cons__rx_desc(&rx, from)->len;
			*xsk_ring_prod__fill_addr(&fill, to) =
				xsk_ring_cons__rx_desc(&rx, from)->addr;
		}
		xsk_ring_prod__submit(&fill, got);
		xsk_ring_cons__release(&rx, got);
	}
	return bytes & 0x7f;
}
