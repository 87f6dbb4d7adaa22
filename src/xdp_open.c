/* SPDX-License-Identifier: MIT */
/* xdp_open.c - make an AF_XDP socket: memory, rings, bind, register. */
#include "xdp.h"

#include <netring/xdp_program.h>

#include "packet_socket.h"

#define FLAG_IF(have, flag) ((have) ? (flag) : 0u)
#define FLAGS_HERE                                                            \
	(FLAG_IF(NETRING_CONFIG_XDP_RX, NETRING_XDP_PROMISC) |                \
	 FLAG_IF(NETRING_CONFIG_XDP_METADATA, NETRING_XDP_KEEP_COMPLETIONS) | \
	 FLAG_IF(NETRING_CONFIG_XDP_FRAGMENTS, NETRING_XDP_FRAGMENTS) |       \
	 FLAG_IF(NETRING_CONFIG_XDP_SPIN, NETRING_XDP_SPIN) |                 \
	 FLAG_IF(NETRING_CONFIG_XDP_BUSY_POLL, NETRING_XDP_BUSY_POLL))

/* What the sockets of an UMEM have in common. */
#define UMEM_WIDE (NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN)

#define RING_MAX 32768u
#define RETRY_MS 500u /* for a queue that is taken, */
#define PAUSE_MS 5    /* and how often */
#define BUSY_USECS 20u
#define BUSY_BUDGET 64u

/* In the order of struct nr_xdp_mmap_offsets, and of their page offsets. */
enum ring {
	RING_RX,
	RING_TX,
	RING_FILL,
	RING_COMPLETION
};

static const uint8_t ring_option[] = { NR_XDP_RX_RING, NR_XDP_TX_RING,
				       NR_XDP_UMEM_FILL_RING,
				       NR_XDP_UMEM_COMPLETION_RING };

static int set(struct netring_xdp *xdp, int level, int option, uint32_t value)
{
	return sys_setsockopt(xdp->fd_ - 1, level, option, &value,
			      sizeof(value));
}

#define RING_FIELD(name)                                  \
	((offsetof(struct netring_xdp_config, name) -     \
	  offsetof(struct netring_xdp_config, rx_ring)) / \
	 sizeof(uint32_t))
_Static_assert(RING_FIELD(tx_ring) == RING_TX &&
		       RING_FIELD(fill_ring) == RING_FILL &&
		       RING_FIELD(completion_ring) == RING_COMPLETION,
	       "four in a row");

/* The slots of a ring: given, the default, or none. The two of the UMEM must
 * be there even where they stay empty. */
static int choose_slots(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	uint32_t slots, i;

	/* four in a row, in the same order */
	memcpy(xdp->slots_,
	       (const uint8_t *)cfg +
		       offsetof(struct netring_xdp_config, rx_ring),
	       sizeof(xdp->slots_));
	for (i = 0; i < 4; i++) {
		slots = xdp->slots_[i];
		if (!slots)
			slots = NETRING_CONFIG_XDP_RING;
		if (cfg->mode == (i & 1 ? NETRING_XDP_RX : NETRING_XDP_TX))
			slots = i / RING_FILL;
		if (slots > RING_MAX || slots & (slots - 1)) {
			cfg->umem->reason = NETRING_GEOMETRY_RING_SLOTS;
			return -EINVAL;
		}
		xdp->slots_[i] = slots;
	}
	return 0;
}

static int check_config(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;

	if (cfg->flags & ~FLAGS_HERE ||
	    (!NETRING_CONFIG_XDP_RX &&
	     (cfg->mode != NETRING_XDP_TX || cfg->map)) ||
	    (!NETRING_CONFIG_XDP_TX && cfg->mode != NETRING_XDP_RX) ||
	    (!NETRING_CONFIG_XDP_ADOPT && cfg->socket) ||
	    (!NETRING_CONFIG_XDP_PROGRAM && cfg->program) ||
	    (!NETRING_CONFIG_XDP_TX_BUDGET && cfg->tx_budget))
		return -EOPNOTSUPP;
	if (!cfg->umem || !cfg->umem->memory_ ||
	    (!cfg->interface && !cfg->ifindex))
		return -EINVAL;
	xdp->step = NETRING_STEP_GEOMETRY;
	return choose_slots(xdp) < 0 ?
		       -EINVAL :
		       netring_umem_begin_(cfg->umem, cfg->mode);
}

static int find_interface(struct netring_xdp *xdp)
{
	struct netring_interface_facts_ *facts = &xdp->interface_;
	int r = netring_interface_find_(xdp->config_.interface,
					xdp->config_.ifindex, facts);

	xdp->tx.longest_ = facts->mtu + NETRING_XDP_OVER_MTU;
	if (r >= 0 && facts->type != NR_ARPHRD_ETHER &&
	    facts->type != NR_ARPHRD_LOOPBACK)
		r = -EPFNOSUPPORT;
	return r;
}

static int open_socket(struct netring_xdp *xdp)
{
	int domain = 0;
	socklen_t size = sizeof(domain);
	int r;

	if (!NETRING_CONFIG_XDP_ADOPT || !xdp->config_.socket)
		return sys_socket(NR_AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	r = sys_getsockopt(*xdp->config_.socket, SOL_SOCKET, SO_DOMAIN, &domain,
			   &size);
	if (r >= 0 && domain != NR_AF_XDP)
		r = -EPFNOSUPPORT;
	return r < 0 ? r : *xdp->config_.socket;
}

static int register_with(struct netring_xdp *xdp, uint32_t flags,
			 uint32_t metadata)
{
	const struct netring_umem *umem = xdp->config_.umem;
	struct nr_xdp_umem_reg reg;

	reg.addr = (uintptr_t)umem->memory_;
	reg.len = umem->size_;
	reg.chunk_size = 1u << umem->shift_;
	reg.headroom = umem->headroom_;
	reg.flags = flags;
	reg.tx_metadata_len = metadata;
	return sys_setsockopt(xdp->fd_ - 1, NR_SOL_XDP, NR_XDP_UMEM_REG, &reg,
			      metadata ? sizeof(reg) : NR_XDP_UMEM_REG_V1);
}

/*
 * Kernels before 6.8 take the length of the metadata and ignore it, but not a
 * flag that they do not know; 6.8 to 6.10 know no flag but that for checksums.
 */
static int register_umem(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	int r = -EINVAL;

	if (NETRING_CONFIG_XDP_SHARED && umem->sockets_)
		return 0;
	if (NETRING_CONFIG_XDP_METADATA && umem->metadata_) {
		r = register_with(xdp, NR_XDP_UMEM_TX_METADATA_LEN,
				  umem->metadata_);
		if (r == -EINVAL)
			r = register_with(xdp, NR_XDP_UMEM_TX_SW_CSUM,
					  umem->metadata_);
		umem->kernel_metadata_ = r >= 0;
	}
	return r == -EINVAL ? register_with(xdp, 0, 0) : r;
}

/* Where struct netring_xdp has them. */
static const uint16_t ring_at[] = {
	offsetof(struct netring_xdp, rx.ring_),
	offsetof(struct netring_xdp, tx.ring_),
	offsetof(struct netring_xdp, rx.fill_),
	offsetof(struct netring_xdp, tx.completions_),
};

static int map_ring(struct netring_xdp *xdp, int i,
		    const struct nr_xdp_ring_offset *offsets)
{
	const uint64_t *offset = &offsets->producer; /* then the others */
	struct netring_xdp_ring *ring =
		(struct netring_xdp_ring *)(void *)((uint8_t *)xdp +
						    ring_at[i]);
	struct netring_xdp_map_ *map = &xdp->map_[i];
	int theirs = i == RING_RX || i == RING_COMPLETION;
	uint32_t slots = xdp->slots_[i];
	uint8_t *base;
	int r;

	map->size = (size_t)offsets->desc + slots * (i < RING_FILL ? 16 : 8);
	r = sys_mmap(&map->map, NULL, map->size, MAP_SHARED | MAP_POPULATE,
		     xdp->fd_ - 1, (off_t)i << 31);
	if (r < 0) {
		map->map = NULL;
		return r;
	}
	base = (uint8_t *)map->map;
	ring->own_ = (uint32_t *)(void *)(base + offset[theirs]);
	ring->peer_ = (uint32_t *)(void *)(base + offset[!theirs]);
	ring->flags_ = (uint32_t *)(void *)(base + offsets->flags);
	ring->slots_ = base + offsets->desc;
	ring->lead_ = theirs ? 0 : slots;
	ring->mask_ = slots - 1;
	ring->next_ = ring->edge_ = *ring->own_;
	return 0;
}

static int make_rings(struct netring_xdp *xdp)
{
	struct nr_xdp_mmap_offsets offsets;
	socklen_t size = sizeof(offsets);
	int i, r = 0;

	xdp->step = NETRING_STEP_RING;
	for (i = 0; i < 4 && r >= 0; i++)
		if (xdp->slots_[i])
			r = set(xdp, NR_SOL_XDP, ring_option[i],
				xdp->slots_[i]);
	if (r < 0)
		return r;
	xdp->step = NETRING_STEP_VERSION;
	r = sys_getsockopt(xdp->fd_ - 1, NR_SOL_XDP, NR_XDP_MMAP_OFFSETS,
			   &offsets, &size);
	if (r >= 0 && size != sizeof(offsets))
		r = -EPROTONOSUPPORT;
	if (r >= 0)
		xdp->step = NETRING_STEP_MAP;
	for (i = 0; i < 4 && r >= 0; i++)
		if (xdp->slots_[i & 1]) /* as the direction has one */
			r = map_ring(xdp, i, &offsets.rx + i);
	return r;
}

/* Frames that are to be with the kernel at most. */
static uint32_t budget(uint32_t given, uint32_t frames, uint32_t slots)
{
	if (given && given < frames)
		frames = given;
	return frames < slots ? frames : slots;
}

static void begin_handles(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	struct netring_xdp_rx *rx = &xdp->rx;
	struct netring_xdp_tx *tx = &xdp->tx;

	if (NETRING_CONFIG_XDP_RX && xdp->slots_[RING_RX]) {
		rx->umem_ = umem;
		rx->fd_ = xdp->fd_;
		rx->most_ = budget(xdp->config_.rx_frames, umem->rx_frames_,
				   xdp->slots_[RING_FILL]);
	}
	/* frames that are forwarded are those for receiving */
	if (NETRING_CONFIG_XDP_TX && xdp->slots_[RING_TX]) {
		tx->umem_ = umem;
		tx->fd_ = xdp->fd_;
		tx->most_ = budget(xdp->config_.tx_frames, umem->frames_,
				   xdp->slots_[RING_COMPLETION]);
	}
}

/* What a kernel does not know, active flags lack; no reason to fail. */
static int set_busy_poll(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = set(xdp, SOL_SOCKET, NR_SO_PREFER_BUSY_POLL, 1);

	if (r >= 0)
		r = set(xdp, SOL_SOCKET, NR_SO_BUSY_POLL,
			cfg->busy_usecs ? cfg->busy_usecs : BUSY_USECS);
	if (r >= 0)
		r = set(xdp, SOL_SOCKET, NR_SO_BUSY_POLL_BUDGET,
			cfg->busy_budget ? cfg->busy_budget : BUSY_BUDGET);
	if (r != -ENOPROTOOPT)
		return r;
	xdp->active_ &= ~NETRING_XDP_BUSY_POLL;
	return 0;
}

static int set_options(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = 0;

	xdp->step = NETRING_STEP_OPTION;
	xdp->active_ = cfg->flags;
	if (NETRING_CONFIG_XDP_BUSY_POLL && cfg->flags & NETRING_XDP_BUSY_POLL)
		r = set_busy_poll(xdp);
	if (NETRING_CONFIG_XDP_TX_BUDGET && r >= 0 && cfg->tx_budget) {
		r = set(xdp, NR_SOL_XDP, NR_XDP_MAX_TX_SKB_BUDGET,
			cfg->tx_budget);
		if (r == -ENOPROTOOPT)
			r = 0;
	}
	return r;
}

/* A queue stays taken for a while after its socket was closed. */
static int bind_patiently(struct netring_xdp *xdp, uint16_t flags, int fd)
{
	uint32_t left = xdp->config_.retry_ms;
	struct nr_sockaddr_xdp address;
	int r;

	if (!left)
		left = RETRY_MS;
	address.family = NR_AF_XDP;
	address.flags = flags;
	address.ifindex = xdp->interface_.ifindex;
	address.queue_id = xdp->config_.queue;
	address.shared_umem_fd = (uint32_t)fd;
	for (;;) {
		r = sys_bind(xdp->fd_ - 1, &address, sizeof(address));
		if (r != -EBUSY || left < PAUSE_MS)
			return r;
		left -= PAUSE_MS;
		(void)sys_poll(NULL, 0, PAUSE_MS);
	}
}

/* Each way that was asked for, with fragments, then without. */
static int bind_own(struct netring_xdp *xdp)
{
	uint16_t flags = NR_XDP_USE_NEED_WAKEUP;
	int i, r = -EINVAL;

	if (NETRING_CONFIG_XDP_SPIN && xdp->active_ & NETRING_XDP_SPIN)
		flags = 0;
	if (NETRING_CONFIG_XDP_FRAGMENTS &&
	    xdp->active_ & NETRING_XDP_FRAGMENTS)
		flags |= NR_XDP_USE_SG;
	for (;;) {
		for (i = 0; i < 2 && xdp->config_.bind[i]; i++) {
			r = bind_patiently(
				xdp,
				flags | (xdp->config_.bind[i] ==
							 NETRING_XDP_COPY ?
						 NR_XDP_COPY :
						 NR_XDP_ZEROCOPY),
				0);
			if (r == -EOPNOTSUPP || r == -EINVAL)
				continue;
			xdp->bound_ = xdp->config_.bind[i];
			return r;
		}
		if (!NETRING_CONFIG_XDP_FRAGMENTS || !(flags & NR_XDP_USE_SG))
			return r;
		flags &= (uint16_t)~NR_XDP_USE_SG;
		xdp->active_ &= ~NETRING_XDP_FRAGMENTS;
	}
}

static int bind_socket(struct netring_xdp *xdp)
{
	const struct netring_xdp *other =
		NETRING_CONFIG_XDP_SHARED ? xdp->next_ : NULL;
	int r;

	xdp->step = NETRING_STEP_BIND;
	if (!other) {
		r = bind_own(xdp);
	} else { /* the UMEM's first socket chose for all */
		r = bind_patiently(xdp, NR_XDP_SHARED_UMEM, other->fd_ - 1);
		xdp->active_ = (xdp->active_ & ~UMEM_WIDE) |
			       (other->active_ & UMEM_WIDE);
		xdp->bound_ = other->bound_;
	}
	xdp->rx.flags_ = xdp->tx.flags_ = xdp->active_;
	return r;
}

/* Once it is bound: into the map, and the guard that holds the interface in
 * promiscuous mode. */
static int register_socket(struct netring_xdp *xdp)
{
	const struct netring_xdp_config *cfg = &xdp->config_;
	int r = 0;

	xdp->step = NETRING_STEP_XSKMAP;
	if (NETRING_CONFIG_XDP_PROGRAM && cfg->program)
		r = netring_xdp_program_register(cfg->program, cfg->queue,
						 xdp->fd_ - 1);
	else if (cfg->map)
		r = netring_xdp_enter_(xdp->map_fd_, cfg->queue, xdp->fd_ - 1);
	if (r < 0 || !(cfg->flags & NETRING_XDP_PROMISC))
		return r;
	xdp->step = NETRING_STEP_MEMBERSHIP;
	r = sys_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	xdp->promisc_ = r + 1;
	return netring_packet_join_(r, (int)xdp->interface_.ifindex,
				    NR_PACKET_MR_PROMISC);
}

static int is_taken(const struct netring_xdp *xdp)
{
	const struct netring_xdp *other = xdp->config_.umem->sockets_;

	if (!NETRING_CONFIG_XDP_SHARED)
		return other != NULL;
	for (; other; other = other->next_)
		if (other->interface_.ifindex == xdp->interface_.ifindex &&
		    other->config_.queue == xdp->config_.queue)
			return 1;
	return 0;
}

static int set_up(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	int r;

	xdp->step = NETRING_STEP_INTERFACE;
	r = find_interface(xdp);
	if (r < 0)
		return r;
	xdp->step = NETRING_STEP_CONFIG;
	if (is_taken(xdp))
		return -EBUSY;
	xdp->step = NETRING_STEP_SOCKET;
	r = open_socket(xdp);
	if (r < 0)
		return r;
	xdp->fd_ = r + 1;
	xdp->step = NETRING_STEP_UMEM;
	r = register_umem(xdp);
	if (r < 0 || (r = make_rings(xdp)) < 0)
		return r;
	begin_handles(xdp);
	xdp->next_ = umem->sockets_;
	umem->sockets_ = xdp;
	if (NETRING_CONFIG_XDP_RX && xdp->rx.most_)
		(void)netring_xdp_rx_fill(&xdp->rx);
	if ((r = set_options(xdp)) < 0 || (r = bind_socket(xdp)) < 0 ||
	    (NETRING_CONFIG_XDP_RX && (r = register_socket(xdp)) < 0))
		return r;
	xdp->step = NETRING_STEP_NONE;
	return 0;
}

/* Rings first: a mapping holds the socket, and so its queue, for ever. */
static void give_back(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	struct netring_xdp **at;
	int i;

	for (i = 0; i < 4; i++) {
		if (xdp->map_[i].map)
			sys_munmap(xdp->map_[i].map, xdp->map_[i].size);
		xdp->map_[i].map = NULL;
	}
	if (NETRING_CONFIG_XDP_RX && xdp->promisc_)
		sys_close(xdp->promisc_ - 1);
	if (xdp->fd_)
		sys_close(xdp->fd_ - 1);
	xdp->promisc_ = xdp->fd_ = xdp->rx.fd_ = xdp->tx.fd_ = 0;
	if (!umem)
		return;
	at = &umem->sockets_;
	while (NETRING_CONFIG_XDP_SHARED && *at && *at != xdp)
		at = &(*at)->next_;
	if (*at == xdp)
		*at = xdp->next_;
	if (xdp->rx.number_)
		netring_umem_reclaim_(umem, xdp->rx.number_);
}

int netring_xdp_open(struct netring_xdp *xdp,
		     const struct netring_xdp_config *cfg)
{
	int r;

	memset(xdp, 0, sizeof(*xdp));
	xdp->config_ = *cfg;
	if (!cfg->bind[0]) {
		xdp->config_.bind[0] = NETRING_XDP_ZEROCOPY;
		xdp->config_.bind[1] = NETRING_XDP_COPY;
	}
	if (NETRING_CONFIG_XDP_RX && cfg->map)
		xdp->map_fd_ = *cfg->map;
	xdp->step = NETRING_STEP_CONFIG;
	r = check_config(xdp);
	if (r < 0) {
		xdp->config_.umem = NULL;
		return r;
	}
	xdp->rx.number_ = xdp->tx.number_ = cfg->umem->number_;
	r = set_up(xdp);
	if (r < 0) {
		if (NETRING_CONFIG_XDP_ADOPT && cfg->socket)
			xdp->fd_ = 0; /* still the caller's */
		give_back(xdp);
	}
	/* reopen goes by the name, and makes a socket of its own */
	xdp->config_.interface = xdp->interface_.name;
	xdp->config_.socket = NULL;
	return r;
}

/* The memory of the old socket is let go of late, as its queue is, and counts
 * against RLIMIT_MEMLOCK until then. */
int netring_xdp_reopen(struct netring_xdp *xdp)
{
	uint32_t tries = RETRY_MS / PAUSE_MS;
	int r;

	if (!xdp->config_.umem)
		return -EBADF;
	netring_xdp_keep_stats_(xdp);
	give_back(xdp);
	for (;;) {
		xdp->rx.posted_ = xdp->rx.batch_ = xdp->rx.walked_ = 0;
		xdp->tx.in_flight_ = xdp->tx.reserved_ = xdp->tx.staged_ = 0;
		xdp->tx.open_ = xdp->tx.open_len_ = 0;
		r = set_up(xdp);
		if (r >= 0)
			return r;
		give_back(xdp);
		if (r != -ENOBUFS || xdp->step != NETRING_STEP_UMEM || !tries--)
			return r;
		(void)sys_poll(NULL, 0, PAUSE_MS);
	}
}

int netring_xdp_close(struct netring_xdp *xdp)
{
	int lost = (int)netring_xdp_tx_pending(&xdp->tx);

	give_back(xdp);
	xdp->tx.in_flight_ = xdp->tx.staged_ = 0;
	xdp->config_.umem = NULL;
	return lost;
}
