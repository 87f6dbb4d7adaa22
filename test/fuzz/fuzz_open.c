/* SPDX-License-Identifier: MIT */
/* fuzz_open.c - opening, with a kernel that answers anything. */
#include "fuzz.h"

#include <netring/netring.h>

#include <errno.h>

#define FRAMES 16u

enum {
	CAPTURE,
	NO_CAPTURE,
	INJECTOR,
	NO_INJECTOR,
	XDP,
	NO_XDP
};
const char *const fuzz_points[] = { "capture",	   "no_capture", "injector",
				    "no_injector", "xdp",	 "no_xdp",
				    NULL };

static const char *interface(uint32_t what)
{
	return what & 0x80 ? NULL : "eth7";
}

static void capture(uint32_t what)
{
	struct netring_capture *cap = exact(sizeof(*cap));
	struct netring_capture_config cfg;
	struct netring_batch batch;
	struct netring_packet pkt;

	memset(&cfg, 0, sizeof(cfg));
	cfg.interface = interface(what);
	cfg.ifindex = 7;
	cfg.flags = take16() & 0x1ff;
	cfg.block_size = 4096;
	cfg.block_count = 2;
	cfg.frame_size = 2048;
	cfg.direction = (enum netring_direction)((what >> 2) % 3);
	cfg.snaplen = what & 64 ? 100 : 0;
	if (netring_capture_open(cap, &cfg) == 0) {
		REACHED(CAPTURE);
		CHECK(memchr(cap->interface_, 0, sizeof(cap->interface_)));
		while (netring_capture_next(cap, &batch)) {
			while (netring_batch_next(&batch, &pkt))
				touch(pkt.data, pkt.len);
			netring_capture_release(cap);
		}
		(void)netring_capture_wait(cap, 1);
		(void)netring_capture_rebind(cap);
	} else {
		REACHED(NO_CAPTURE);
	}
	netring_capture_close(cap);
	free(cap);
}

static void injector(uint32_t what)
{
	struct netring_injector *inj = exact(sizeof(*inj));
	struct netring_injector_config cfg;
	static const uint8_t bytes[64];

	memset(&cfg, 0, sizeof(cfg));
	cfg.interface = interface(what);
	cfg.ifindex = 7;
	cfg.flags = take8() & 0xf;
	cfg.block_size = 4096;
	cfg.block_count = 1;
	cfg.frame_size = 2048;
	if (netring_injector_open(inj, &cfg) == 0) {
		REACHED(INJECTOR);
		(void)netring_injector_send(inj, bytes, sizeof(bytes), 0);
	} else {
		REACHED(NO_INJECTOR);
	}
	(void)netring_injector_close(inj);
	free(inj);
}

static void use_xdp(struct netring_xdp *xdp)
{
	static const uint8_t bytes[64];
	struct netring_xdp_stats stats;
	struct netring_xdp_packet pkt;

	if (xdp->config_.mode != NETRING_XDP_TX) {
		(void)netring_xdp_rx_next(&xdp->rx);
		while (netring_xdp_rx_packet(&xdp->rx, &pkt))
			touch(pkt.data, pkt.len);
		netring_xdp_rx_release(&xdp->rx);
	}
	if (xdp->config_.mode != NETRING_XDP_RX)
		(void)netring_xdp_tx_send(&xdp->tx, bytes, sizeof(bytes), 0);
	(void)netring_xdp_read_stats(xdp, &stats);
}

static void xdp(uint32_t what)
{
	struct netring_xdp *sock = exact(sizeof(*sock));
	struct netring_umem_config umem_cfg;
	struct netring_xdp_config cfg;
	uint32_t count[NETRING_UMEM_OWNERS_];
	struct netring_umem umem;

	memset(&umem_cfg, 0, sizeof(umem_cfg));
	umem_cfg.size = NETRING_UMEM_SIZE(FRAMES, 2048);
	umem_cfg.memory = aligned_alloc(4096, umem_cfg.size);
	umem_cfg.table_size = NETRING_UMEM_TABLE_SIZE(FRAMES);
	umem_cfg.table = exact(umem_cfg.table_size);
	umem_cfg.flags = what >> 2 & 1;
	CHECK(umem_cfg.memory && netring_umem_init(&umem, &umem_cfg) == 0);
	memset(&cfg, 0, sizeof(cfg));
	cfg.interface = interface(what);
	cfg.ifindex = 7;
	cfg.umem = &umem;
	cfg.mode = (enum netring_xdp_mode)(what >> 3 & 3) % 3;
	cfg.flags = take8() & 0x1f;
	cfg.rx_ring = cfg.tx_ring = cfg.fill_ring = cfg.completion_ring = 8;
	if (netring_xdp_open(sock, &cfg) == 0) {
		REACHED(XDP);
		use_xdp(sock);
		if (what & 64 && netring_xdp_reopen(sock) == 0)
			use_xdp(sock);
	} else {
		REACHED(NO_XDP);
	}
	(void)netring_xdp_close(sock);
	CHECK(netring_umem_count(&umem, count) == 0);
	free(umem_cfg.memory);
	free(umem_cfg.table);
	free(sock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t what;

	input_begin(data, size);
	what = take8();
	switch (what & 3) {
	case 0:
		capture(what);
		break;
	case 1:
		injector(what);
		break;
	default:
		xdp(what);
	}
	/* whatever it is told, it gives back what it has */
	CHECK(!fuzz_open_fds && !fuzz_open_maps);
	return 0;
}
