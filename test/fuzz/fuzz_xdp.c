/* SPDX-License-Identifier: MIT */
/* fuzz_xdp.c - AF_XDP rings in which the kernel may write anything. */
#include "fuzz.h"

#include "xdp.h"

#define FRAME 2048u
#define FRAMES 8u
#define SOCKETS 2u
#define HELD 8u
#define KICKS_MOST 32 /* of a flush, with 8 slots at most */

enum {
	PACKET,
	WRONG,
	FORWARDED,
	KEPT,
	FREED,
	COMMITTED,
	MORE,
	REQUEST,
	COMPLETED,
	NOT_COMPLETED,
	FLUSHED,
	NO_INDEX
};
const char *const fuzz_points[] = {
	"packet",    "wrong",	 "forwarded", "kept",	   "freed",
	"committed", "more",	 "request",   "completed", "not_completed",
	"flushed",   "no_index", NULL
};

/* A ring's shared memory, the indices and the slots each of their size. */
struct shared {
	uint32_t *indices; /* producer, consumer, flags */
	void *slots;
	uint32_t size;
	uint32_t slot_size;
};

static struct netring_umem umem;
static struct netring_xdp sockets[SOCKETS];
static struct shared shared[SOCKETS][4]; /* rx, tx, fill, completion */
static struct netring_xdp_frame held[HELD];
static uint32_t holders; /* how many of held are reserved, by socket 0 */
static uint64_t kept[HELD];
static uint32_t keeps;

static struct netring_xdp_ring *ring_of(struct netring_xdp *xdp, uint32_t i)
{
	return i == SLOTS_RX   ? &xdp->rx.ring_ :
	       i == SLOTS_TX   ? &xdp->tx.ring_ :
	       i == SLOTS_FILL ? &xdp->rx.fill_ :
				 &xdp->tx.completions_;
}

/* As the rings of netring_xdp_open(). */
static void make_ring(uint32_t socket, uint32_t i, uint32_t slots,
		      uint32_t start)
{
	struct netring_xdp_ring *ring = ring_of(&sockets[socket], i);
	struct shared *s = &shared[socket][i];
	int ours = i == SLOTS_TX || i == SLOTS_FILL;

	s->size = slots;
	s->slot_size = i < SLOTS_FILL ? 16 : 8;
	s->indices = exact(3 * sizeof(*s->indices));
	s->slots = exact((size_t)slots * s->slot_size);
	s->indices[0] = s->indices[1] = start;
	ring->own_ = &s->indices[!ours];
	ring->peer_ = &s->indices[ours];
	ring->flags_ = &s->indices[2];
	ring->slots_ = s->slots;
	ring->lead_ = ours ? slots : 0;
	ring->mask_ = slots - 1;
	ring->next_ = ring->edge_ = start;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void make_socket(uint32_t number, uint32_t flags)
{
	struct netring_xdp *xdp = &sockets[number];
	uint32_t sizes = take8(), start = 0u - take8(), i;

	memset(xdp, 0, sizeof(*xdp));
	for (i = 0; i < 4; i++)
		make_ring(number, i, 1u << (sizes >> 2 * i & 3), start);
	CHECK(netring_umem_begin_(&umem, NETRING_XDP_BOTH) == 0);
	xdp->config_.umem = xdp->rx.umem_ = xdp->tx.umem_ = &umem;
	xdp->rx.number_ = xdp->tx.number_ = umem.number_;
	xdp->rx.flags_ = xdp->tx.flags_ = flags;
	xdp->fd_ = xdp->rx.fd_ = xdp->tx.fd_ = 78;
	xdp->rx.most_ = least(umem.rx_frames_, shared[number][SLOTS_FILL].size);
	xdp->tx.most_ =
		least(umem.frames_, shared[number][SLOTS_COMPLETION].size);
	xdp->tx.longest_ = 1500 + NETRING_XDP_OVER_MTU;
	xdp->next_ = umem.sockets_;
	umem.sockets_ = xdp;
}

/* One word in any of the shared memory. */
static void tamper(uint32_t what)
{
	struct shared *s = &shared[what & 1][what >> 1 & 3];
	uint32_t at = take8();
	uint8_t *to = (uint8_t *)s->slots + at % s->size * s->slot_size;

	if (what & 8) {
		s->indices[at % 3] =
			what & 16 ? take32() :
				    s->indices[at % 3] + take8() - 128u;
	} else if (s->slot_size == 8 || what & 16) {
		uint64_t addr = what & 32 ? take64() : take16();

		memcpy(to, &addr, sizeof(addr));
	} else {
		take_bytes(to + 8, 8); /* length and options */
	}
}

/* As it should be: a packet into the next frame of the fill ring. */
static void deliver(uint32_t socket, uint32_t len, uint32_t options)
{
	struct shared *fill = &shared[socket][SLOTS_FILL];
	struct shared *rx = &shared[socket][SLOTS_RX];
	struct netring_xdp_desc *desc;

	if (fill->indices[0] == fill->indices[1] ||
	    rx->indices[0] - rx->indices[1] >= rx->size)
		return;
	desc = (struct netring_xdp_desc *)rx->slots +
	       (rx->indices[0]++ & (rx->size - 1));
	desc->addr =
		((uint64_t *)
			 fill->slots)[fill->indices[1]++ & (fill->size - 1)] +
		256;
	desc->len = len;
	desc->options = options;
}

static void transmit(uint32_t socket)
{
	struct shared *tx = &shared[socket][SLOTS_TX];
	struct shared *done = &shared[socket][SLOTS_COMPLETION];
	uint32_t most = tx->size;

	while (tx->indices[0] != tx->indices[1] && most-- &&
	       done->indices[0] - done->indices[1] < done->size)
		((uint64_t *)
			 done->slots)[done->indices[0]++ & (done->size - 1)] =
			((struct netring_xdp_desc *)
				 tx->slots)[tx->indices[1]++ & (tx->size - 1)]
				.addr;
}

/* While we ask it for something it does something. */
static long kernel_call(long number, const long words[6])
{
	uint32_t what = take8();

	if (what & 0x80)
		tamper(what);
	else if (what & 1)
		transmit(what >> 1 & 1);
	return fuzz_lie(number, words);
}

static void check_seek(struct netring_xdp *xdp)
{
	struct netring_xdp_ring *ring;
	uint32_t i, have;

	for (i = 0; i < 4; i++) {
		ring = ring_of(xdp, i);
		have = ring->edge_ - ring->next_;
		CHECK(have <= ring->mask_ + 1);
		CHECK(netring_xdp_ring_waiting(ring) <= ring->lead_);
		if (*ring->peer_ + ring->lead_ - ring->next_ > ring->mask_ + 1)
			REACHED(NO_INDEX);
	}
}

/* Every frame has one owner, whatever the kernel says. */
static void check_books(void)
{
	uint32_t count[NETRING_UMEM_OWNERS_], i, all = 0;

	CHECK(netring_umem_count(&umem, count) == 0);
	for (i = 0; i < NETRING_UMEM_OWNERS_; i++)
		all += count[i];
	CHECK(all == FRAMES);
	CHECK(count[NETRING_UMEM_USER] == holders + keeps);
	for (i = 0; i < SOCKETS; i++)
		check_seek(&sockets[i]);
}

static void use_packet(const struct netring_xdp_packet *pkt)
{
	uint64_t in_frame = pkt->addr & (FRAME - 1);

	CHECK(pkt->addr < FRAME * FRAMES && pkt->len <= FRAME - in_frame);
	CHECK(pkt->data == umem.memory_ + pkt->addr);
	CHECK(netring_umem_owner(&umem, pkt->addr) == NETRING_UMEM_RX);
	touch(pkt->data, pkt->len);
	if (netring_xdp_rx_metadata(&sockets[0].rx, pkt, 32))
		touch(pkt->data - 32, 32);
	REACHED(PACKET);
}

static void receive(struct netring_xdp *xdp, struct netring_xdp *to)
{
	struct netring_xdp_packet pkt;
	uint32_t what, budget = take8() & 15;
	uint64_t wrong = xdp->rx.invalid_;

	(void)netring_xdp_rx_next(&xdp->rx);
	CHECK(xdp->rx.batch_ <= xdp->rx.ring_.mask_ + 1);
	while (budget-- && netring_xdp_rx_packet(&xdp->rx, &pkt)) {
		use_packet(&pkt);
		what = take8();
		if (what & 4)
			tamper(take8());
		if ((what & 3) == 1 && keeps < HELD &&
		    netring_xdp_rx_keep(&xdp->rx, &pkt) == 0) {
			kept[keeps++] = pkt.addr;
			REACHED(KEPT);
		} else if ((what & 3) == 2 &&
			   netring_xdp_tx_forward(&to->tx, &pkt) == 0) {
			REACHED(FORWARDED);
		}
	}
	netring_xdp_rx_release(&xdp->rx);
	if (xdp->rx.invalid_ != wrong)
		REACHED(WRONG);
}

static void reserve(void)
{
	struct netring_xdp_frame *frame = &held[holders];

	if (holders == HELD ||
	    netring_xdp_tx_reserve(&sockets[0].tx, frame) < 0)
		return;
	holders++;
	CHECK(frame->data + frame->capacity <= umem.memory_ + FRAME * FRAMES);
	CHECK(frame->data - umem.metadata_ >= umem.memory_);
	memset(frame->data, 0x55, frame->capacity);
	if (frame->metadata) {
		take_bytes(&frame->metadata->flags, 1);
		take_bytes(&frame->metadata->u, 4);
	}
}

static void commit(uint32_t what)
{
	struct netring_xdp_tx *tx = &sockets[0].tx;
	struct netring_xdp_frame frame;
	uint32_t i = what >> 2;
	int r;

	if (!holders)
		return;
	i %= holders;
	frame = held[i];
	held[i] = held[--holders];
	if ((what & 3) == 0) {
		netring_xdp_tx_discard(tx, &frame);
		return;
	}
	if (frame.metadata && frame.metadata->flags)
		REACHED(REQUEST);
	r = (what & 3) == 1 ? netring_xdp_tx_commit_more(tx, &frame, take16()) :
			      netring_xdp_tx_commit(tx, &frame, take16());
	CHECK(r != -EBADF);
	if (r == 0)
		REACHED((what & 3) == 1 ? MORE : COMMITTED);
}

static void reap(struct netring_xdp *xdp)
{
	struct netring_xdp_frame frame;
	uint64_t sent = xdp->tx.sent_, wrong = xdp->tx.invalid_;

	if (xdp->tx.flags_ & NETRING_XDP_KEEP_COMPLETIONS) {
		while (netring_xdp_tx_next_completion(&xdp->tx, &frame))
			touch(frame.data - umem.metadata_, umem.metadata_);
	} else {
		(void)netring_xdp_tx_reap(&xdp->tx);
	}
	if (xdp->tx.sent_ != sent)
		REACHED(COMPLETED);
	if (xdp->tx.invalid_ != wrong)
		REACHED(NOT_COMPLETED);
}

static void give_back(uint32_t what)
{
	if (what & 1)
		(void)netring_umem_free(&umem, take64() % (2 * FRAME * FRAMES) |
						       FRAME * FRAMES);
	else if (keeps && netring_umem_free(&umem, kept[keeps - 1]) == 0) {
		keeps--;
		REACHED(FREED);
	}
}

static void step(uint32_t op, uint32_t what)
{
	static const uint8_t bytes[128];
	struct netring_xdp *xdp = &sockets[what & 1];
	struct netring_xdp_tx *tx = &xdp->tx;

	switch (op) {
	case 0:
		tamper(what);
		break;
	case 1:
		deliver(what & 1, 14 + what * 8, what >> 7);
		break;
	case 2:
		transmit(what & 1);
		break;
	case 3:
		receive(xdp, &sockets[what >> 1 & 1]);
		break;
	case 4:
		reserve();
		break;
	case 5:
		commit(what);
		break;
	case 6:
		if (netring_xdp_tx_flush(tx) >= 0)
			REACHED(FLUSHED);
		CHECK(fuzz_calls <= KICKS_MOST); /* it ends */
		break;
	case 7:
		reap(xdp);
		break;
	case 8:
		give_back(what);
		break;
	case 9:
		(void)netring_xdp_rx_wait(&xdp->rx, what >> 1);
		break;
	case 10:
		(void)netring_xdp_tx_send(tx, bytes, what >> 1, 0);
		break;
	case 11:
		(void)netring_xdp_tx_drain(tx, netring_clock_ms() + 3);
		break;
	default:
		(void)netring_xdp_rx_fill(&xdp->rx);
	}
}

static void begin(void)
{
	struct netring_umem_config cfg;
	uint32_t kind = take8(), i;

	memset(&cfg, 0, sizeof(cfg));
	cfg.frame_size = FRAME;
	cfg.size = (size_t)FRAME * FRAMES;
	cfg.table_size = FRAMES * sizeof(*cfg.table);
	cfg.table = exact(cfg.table_size);
	cfg.memory = aligned_alloc(4096, cfg.size);
	CHECK(cfg.memory);
	cfg.flags = kind & 1 ? NETRING_UMEM_METADATA : 0;
	CHECK(netring_umem_init(&umem, &cfg) == 0);
	umem.kernel_metadata_ = kind & 2;
	holders = keeps = 0;
	for (i = 0; i < SOCKETS; i++)
		make_socket(i,
			    (kind & 4 ? NETRING_XDP_FRAGMENTS : 0) |
				    (kind & 8 ? NETRING_XDP_KEEP_COMPLETIONS :
						0) |
				    (kind & 16 ? NETRING_XDP_SPIN : 0));
	fuzz_kernel = kernel_call;
}

/* What a socket had is free again once it is closed. */
static void end(void)
{
	uint32_t count[NETRING_UMEM_OWNERS_], i, j;

	for (i = 0; i < SOCKETS; i++)
		(void)netring_xdp_close(&sockets[i]);
	CHECK(netring_umem_count(&umem, count) == 0);
	CHECK(count[NETRING_UMEM_USER] == keeps);
	CHECK(count[NETRING_UMEM_FREE] + keeps == FRAMES);
	for (i = 0; i < SOCKETS; i++)
		for (j = 0; j < 4; j++) {
			free(shared[i][j].indices);
			free(shared[i][j].slots);
		}
	free(umem.memory_);
	free(umem.table_);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t op;

	input_begin(data, size);
	begin();
	while (input.left) {
		op = take8();
		fuzz_calls = 0;
		step(op % 13, take8());
		check_books();
	}
	fuzz_calls = 0;
	end();
	return 0;
}
