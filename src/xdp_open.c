/* SPDX-License-Identifier: MIT */
/* xdp_open.c - make an AF_XDP socket: memory, rings, bind, register. */
#include "xdp.h"

#include <netring/xdp_program.h>

#include "interface.h"

#define FLAG_IF(have, flag) ((have) ? (flag) : 0u)
#define FLAGS_HERE                                                            \
	(FLAG_IF(NETRING_CONFIG_XDP_RX, NETRING_XDP_PROMISC) |                \
	 FLAG_IF(NETRING_CONFIG_XDP_METADATA, NETRING_XDP_KEEP_COMPLETIONS) | \
	 FLAG_IF(NETRING_CONFIG_XDP_FRAGMENTS, NETRING_XDP_FRAGMENTS) |       \
	 FLAG_IF(NETRING_CONFIG_XDP_SPIN, NETRING_XDP_SPIN) |                 \
	 FLAG_IF(NETRING_CONFIG_XDP_BUSY_POLL, NETRING_XDP_BUSY_POLL))

#define RING_MAX 32768u
#define RING_FIELD(name)                                  \
	((offsetof(struct netring_xdp_config, name) -     \
	  offsetof(struct netring_xdp_config, rx_ring)) / \
	 sizeof(uint32_t))
_Static_assert(RING_FIELD(tx_ring) == SLOTS_TX &&
		       RING_FIELD(fill_ring) == SLOTS_FILL &&
		       RING_FIELD(completion_ring) == SLOTS_COMPLETION,
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
			slots = i / SLOTS_FILL;
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
	/* a program would send packets to a socket that takes none */
	if (!cfg->umem || !cfg->umem->memory_ ||
	    (!cfg->interface && !cfg->ifindex) ||
	    (cfg->mode == NETRING_XDP_TX && (cfg->program || cfg->map)))
		return -EINVAL;
	xdp->step = NETRING_STEP_GEOMETRY;
	return choose_slots(xdp) < 0 ?
		       -EINVAL :
		       netring_umem_begin_(cfg->umem, cfg->mode);
}

static int find_interface(struct netring_xdp *xdp)
{
	struct netring_interface_facts_ *facts = &xdp->interface_;
	int r = facts->ifindex ?
			netring_interface_follow_(facts) :
			netring_interface_find_(xdp->config_.interface,
						xdp->config_.ifindex, facts);

	xdp->tx.longest_ = facts->mtu + NETRING_XDP_OVER_MTU;
	/* a bond's packets come in on queues of its ports */
	if (r >= 0 && ((facts->type != NR_ARPHRD_ETHER &&
			facts->type != NR_ARPHRD_LOOPBACK) ||
		       facts->flags & NR_IFF_MASTER))
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

	if (NETRING_CONFIG_XDP_RX && xdp->slots_[SLOTS_RX]) {
		rx->umem_ = umem;
		rx->fd_ = xdp->fd_;
		rx->most_ = budget(xdp->config_.rx_frames, umem->rx_frames_,
				   xdp->slots_[SLOTS_FILL]);
	}
	/* frames that are forwarded are those for receiving */
	if (NETRING_CONFIG_XDP_TX && xdp->slots_[SLOTS_TX]) {
		tx->umem_ = umem;
		tx->fd_ = xdp->fd_;
		tx->most_ = budget(xdp->config_.tx_frames, umem->frames_,
				   xdp->slots_[SLOTS_COMPLETION]);
	}
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
	r = NETRING_CONFIG_XDP_SHARED && umem->sockets_ ?
		    0 :
		    netring_xdp_register_umem_(xdp);
	if (r < 0 || (r = netring_xdp_make_rings_(xdp)) < 0)
		return r;
	begin_handles(xdp);
	xdp->next_ = umem->sockets_;
	umem->sockets_ = xdp;
	if (NETRING_CONFIG_XDP_RX && xdp->rx.most_)
		(void)netring_xdp_rx_fill(&xdp->rx);
	r = netring_xdp_bind_(xdp);
	if (r >= 0)
		xdp->step = NETRING_STEP_NONE;
	return r;
}

/* Rings first: a mapping holds the socket, and so its queue, for ever. */
static void give_back(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	struct netring_xdp **at;

	netring_xdp_unmap_rings_(xdp);
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

/* The next socket of a UMEM that has none decides anew what for. */
static void leave(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;

	if (umem && !--umem->users_)
		umem->number_ = 0;
	xdp->config_.umem = NULL;
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
	cfg->umem->users_++;
	r = set_up(xdp);
	if (r < 0) {
		if (NETRING_CONFIG_XDP_ADOPT && cfg->socket)
			xdp->fd_ = 0; /* still the caller's */
		give_back(xdp);
		leave(xdp);
		return r;
	}
	xdp->config_.socket = NULL; /* reopen makes one of its own */
	return r;
}

/* The memory of the old socket is let go of late, as its queue is, and counts
 * against RLIMIT_MEMLOCK until then. */
int netring_xdp_reopen(struct netring_xdp *xdp)
{
	uint32_t tries = XDP_RETRY_MS / XDP_PAUSE_MS;
	int r;

	if (!xdp->config_.umem)
		return -EBADF;
	netring_xdp_keep_stats_(xdp);
	give_back(xdp);
	for (;;) {
		xdp->rx.posted_ = xdp->rx.batch_ = xdp->rx.walked_ = 0;
		xdp->tx.refused_ += xdp->tx.owed_;
		xdp->tx.discarded_ += xdp->tx.in_flight_ - xdp->tx.owed_;
		xdp->tx.in_flight_ = xdp->tx.reserved_ = xdp->tx.staged_ = 0;
		xdp->tx.open_ = xdp->tx.open_len_ = xdp->tx.owed_ = 0;
		r = set_up(xdp);
		if (r >= 0)
			break;
		give_back(xdp);
		if (r != -ENOBUFS || xdp->step != NETRING_STEP_UMEM || !tries--)
			return r;
		(void)sys_poll(NULL, 0, XDP_PAUSE_MS);
	}
	/* the one to attach to, which had another name perhaps */
	if (NETRING_CONFIG_XDP_PROGRAM && xdp->config_.program)
		xdp->config_.program->interface_ = xdp->interface_;
	return r;
}

int netring_xdp_close(struct netring_xdp *xdp)
{
	int lost = (int)netring_xdp_tx_pending(&xdp->tx);

	give_back(xdp);
	leave(xdp);
	xdp->tx.in_flight_ = xdp->tx.staged_ = 0;
	return lost;
}
