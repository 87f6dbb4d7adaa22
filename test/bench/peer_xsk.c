/* SPDX-License-Identifier: MIT */
/* peer_xsk.c - AF_XDP by libxdp's xsk API, as xdpsock of its examples does. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

#include "bench.h"
#include "packet.h"

#define BATCH 64
#define FRAME_SIZE XSK_UMEM__DEFAULT_FRAME_SIZE
#define FILL_SIZE (XSK_RING_PROD__DEFAULT_NUM_DESCS * 2)

/* A socket on one interface, and its rings. */
struct port {
	struct xsk_socket *xsk;
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
	struct xsk_ring_cons rx;
	struct xsk_ring_prod tx;
	uint32_t outstanding; /* to be sent, and not completed */
};

static struct xsk_umem *umem;
static struct port port[2];
static uint8_t *area;
static uint32_t frames;
static uint64_t packets, bytes;

static void fail(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error));
	exit(1);
}

static void make_umem(struct port *first, uint32_t count)
{
	struct xsk_umem_config config = {
		.fill_size = FILL_SIZE,
		.comp_size = XSK_RING_CONS__DEFAULT_NUM_DESCS,
		.frame_size = FRAME_SIZE,
	};
	size_t size = (size_t)count * FRAME_SIZE;
	int r;

	frames = count;
	area = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		fail("mmap", errno);
	r = xsk_umem__create(&umem, area, size, &first->fill,
			     &first->completion, &config);
	if (r)
		fail("xsk_umem__create", -r);
}

/* Copy mode: veth has no other. */
static void open_port(struct port *p, const char *device, int receives,
		      int sends)
{
	struct xsk_socket_config config = {
		.rx_size = XSK_RING_CONS__DEFAULT_NUM_DESCS,
		.tx_size = XSK_RING_PROD__DEFAULT_NUM_DESCS,
		.libxdp_flags = receives ? 0 :
					   XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.xdp_flags = XDP_FLAGS_DRV_MODE,
		.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
	};
	int r;

	if (p == &port[0])
		r = xsk_socket__create(&p->xsk, device, 0, umem,
				       receives ? &p->rx : NULL,
				       sends ? &p->tx : NULL, &config);
	else
		r = xsk_socket__create_shared(&p->xsk, device, 0, umem, &p->rx,
					      &p->tx, &p->fill, &p->completion,
					      &config);
	if (r)
		fail(device, -r);
}

/* Frames from number @first on for the kernel to receive into. */
static void fill(struct port *p, uint32_t first, uint32_t count)
{
	uint32_t at;

	if (count > FILL_SIZE)
		count = FILL_SIZE;
	if (xsk_ring_prod__reserve(&p->fill, count, &at) != count)
		fail("fill ring", ENOSPC);
	for (uint32_t i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(&p->fill, at + i) =
			(uint64_t)(first + i) * FRAME_SIZE;
	xsk_ring_prod__submit(&p->fill, count);
}

static void wake_fill(struct port *p)
{
	if (xsk_ring_prod__needs_wakeup(&p->fill))
		recvfrom(xsk_socket__fd(p->xsk), NULL, 0, MSG_DONTWAIT, NULL,
			 NULL);
}

static void wake_tx(struct port *p)
{
	if (sendto(xsk_socket__fd(p->xsk), NULL, 0, MSG_DONTWAIT, NULL, 0) <
		    0 &&
	    errno != EAGAIN && errno != EBUSY && errno != ENOBUFS)
		fail("sendto", errno);
}

static void wait_for(int ports)
{
	struct pollfd fds[2];

	for (int i = 0; i < ports; i++) {
		fds[i].fd = xsk_socket__fd(port[i].xsk);
		fds[i].events = POLLIN;
	}
	poll(fds, (nfds_t)ports, -1);
}

static uint64_t dropped(struct port *p)
{
	struct xdp_statistics stat;
	socklen_t size = sizeof(stat);

	memset(&stat, 0, sizeof(stat));
	getsockopt(xsk_socket__fd(p->xsk), SOL_XDP, XDP_STATISTICS, &stat,
		   &size);
	return stat.rx_dropped + stat.rx_ring_full;
}

static int finish(int ports)
{
	uint64_t drops = 0;

	for (int i = 0; i < ports; i++) {
		drops += dropped(&port[i]);
		xsk_socket__delete(port[i].xsk);
	}
	xsk_umem__delete(umem);
	bench_end(packets, bytes, drops);
	return 0;
}

/* Room for @count in the fill ring, however long it takes. */
static int reserve_fill(struct port *p, uint32_t count, uint32_t *at)
{
	while (xsk_ring_prod__reserve(&p->fill, count, at) != count) {
		if (bench_stop)
			return 0;
		wake_fill(p);
	}
	return 1;
}

/* rx_drop() of xdpsock. */
static void receive_batch(struct port *p, unsigned long work_ns)
{
	uint32_t from, to, count;
	const struct xdp_desc *desc;

	count = xsk_ring_cons__peek(&p->rx, BATCH, &from);
	if (!count) {
		wake_fill(p);
		return;
	}
	if (!reserve_fill(p, count, &to))
		return;
	for (uint32_t i = 0; i < count; i++) {
		desc = xsk_ring_cons__rx_desc(&p->rx, from + i);
		bytes += desc->len;
		packet_work(work_ns);
		*xsk_ring_prod__fill_addr(&p->fill, to + i) =
			xsk_umem__extract_addr(desc->addr);
	}
	xsk_ring_prod__submit(&p->fill, count);
	xsk_ring_cons__release(&p->rx, count);
	packets += count;
	*bench_count = packets;
}

/* receive DEVICE [POLL [FRAMES [WORK_NS]]] */
static int receive(int argc, char **argv)
{
	int polls = (int)packet_argument(argc, argv, 3, 0);
	unsigned long work_ns = packet_argument(argc, argv, 5, 0);

	make_umem(&port[0], (uint32_t)packet_argument(argc, argv, 4, 4096));
	open_port(&port[0], argv[2], 1, 0);
	fill(&port[0], 0, frames);
	bench_ready();
	while (!bench_stop) {
		if (polls)
			wait_for(1);
		receive_batch(&port[0], work_ns);
	}
	return finish(1);
}

/* complete_tx_only() of xdpsock. */
static void complete(struct port *p)
{
	uint32_t at, count;

	if (!p->outstanding)
		return;
	if (xsk_ring_prod__needs_wakeup(&p->tx))
		wake_tx(p);
	count = xsk_ring_cons__peek(&p->completion, BATCH, &at);
	xsk_ring_cons__release(&p->completion, count);
	p->outstanding -= count;
}

/* send DEVICE LENGTH [FRAMES]: tx_only() of xdpsock */
static int send_all(int argc, char **argv)
{
	uint32_t length = (uint32_t)packet_argument(argc, argv, 3, 64);
	uint32_t at, next = 0;
	struct xdp_desc *desc;
	struct port *p = &port[0];

	if (length < 14 || length > FRAME_SIZE)
		return 2;
	make_umem(p, (uint32_t)packet_argument(argc, argv, 4, 4096));
	open_port(p, argv[2], 0, 1);
	for (uint32_t i = 0; i < frames; i++)
		packet_make(area + (size_t)i * FRAME_SIZE, length);
	bench_ready();
	while (!bench_stop) {
		/* no frame is reused before it was completed */
		while (p->outstanding + BATCH > frames ||
		       xsk_ring_prod__reserve(&p->tx, BATCH, &at) < BATCH) {
			complete(p);
			if (bench_stop)
				return finish(1);
		}
		for (uint32_t i = 0; i < BATCH; i++) {
			desc = xsk_ring_prod__tx_desc(&p->tx, at + i);
			desc->addr = (uint64_t)next * FRAME_SIZE;
			desc->len = length;
			next = next + 1 == frames ? 0 : next + 1;
		}
		xsk_ring_prod__submit(&p->tx, BATCH);
		p->outstanding += BATCH;
		packets += BATCH;
		bytes += (uint64_t)BATCH * length;
		*bench_count = packets;
		complete(p);
	}
	return finish(1);
}

/* What @to has sent goes back to be received into by @from: so each port's
 * frames stay its own. complete_tx_l2fwd() of xdpsock. */
static void recycle(struct port *from, struct port *to)
{
	uint32_t at, put, count;

	if (!to->outstanding)
		return;
	if (xsk_ring_prod__needs_wakeup(&to->tx))
		wake_tx(to);
	count = xsk_ring_cons__peek(&to->completion, BATCH, &at);
	if (!count || !reserve_fill(from, count, &put))
		return;
	for (uint32_t i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(&from->fill, put + i) =
			*xsk_ring_cons__comp_addr(&to->completion, at + i);
	xsk_ring_prod__submit(&from->fill, count);
	xsk_ring_cons__release(&to->completion, count);
	to->outstanding -= count;
}

static void forward_batch(struct port *from, struct port *to)
{
	uint32_t at, put, count;
	const struct xdp_desc *desc;

	recycle(from, to);
	count = xsk_ring_cons__peek(&from->rx, BATCH, &at);
	if (!count) {
		wake_fill(from);
		return;
	}
	while (xsk_ring_prod__reserve(&to->tx, count, &put) != count) {
		recycle(from, to);
		if (bench_stop)
			return;
	}
	for (uint32_t i = 0; i < count; i++) {
		desc = xsk_ring_cons__rx_desc(&from->rx, at + i);
		*xsk_ring_prod__tx_desc(&to->tx, put + i) = *desc;
		bytes += desc->len;
	}
	xsk_ring_prod__submit(&to->tx, count);
	xsk_ring_cons__release(&from->rx, count);
	to->outstanding += count;
	packets += count;
	*bench_count = packets;
}

/* forward DEVICE DEVICE [POLL [FRAMES]]: both ways, one UMEM, no copy */
static int forward(int argc, char **argv)
{
	int polls = (int)packet_argument(argc, argv, 4, 0);

	make_umem(&port[0], (uint32_t)packet_argument(argc, argv, 5, 4096));
	open_port(&port[0], argv[2], 1, 1);
	open_port(&port[1], argv[3], 1, 1);
	fill(&port[0], 0, frames / 2);
	fill(&port[1], frames / 2, frames / 2);
	bench_ready();
	while (!bench_stop) {
		/* what was not sent yet is not waited for */
		if (polls && !port[0].outstanding && !port[1].outstanding)
			wait_for(2);
		forward_batch(&port[0], &port[1]);
		forward_batch(&port[1], &port[0]);
	}
	return finish(2);
}

int main(int argc, char **argv)
{
	bench_begin();
	if (argc > 2 && !strcmp(argv[1], "receive"))
		return receive(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "send"))
		return send_all(argc, argv);
	if (argc > 3 && !strcmp(argv[1], "forward"))
		return forward(argc, argv);
	fprintf(stderr, "usage: %s receive|send|forward DEVICE ...\n", argv[0]);
	return 2;
}
