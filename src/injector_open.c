/* SPDX-License-Identifier: MIT */
/* injector_open.c - set up a TX ring; of protocol 0, it receives nothing. */
#include "injector.h"

#define FLAG_IF(have, flag) ((have) ? (flag) : 0u)
#define FLAGS_HERE                                  \
	(NETRING_INJECTOR_QDISC_BYPASS |            \
	 FLAG_IF(NETRING_CONFIG_INJECTOR_VNET_HDR,  \
		 NETRING_INJECTOR_VNET_HDR) |       \
	 FLAG_IF(NETRING_CONFIG_INJECTOR_TIMESTAMP, \
		 NETRING_INJECTOR_TIMESTAMP) |      \
	 FLAG_IF(NETRING_CONFIG_INJECTOR_TXTIME, NETRING_INJECTOR_TXTIME))

#define ETHERNET_HEADER 14u

static int check_config(const struct netring_injector_config *cfg)
{
	if (cfg->flags & ~FLAGS_HERE ||
	    (!NETRING_CONFIG_PACKET_NETNS && cfg->netns) ||
	    (!NETRING_CONFIG_PACKET_ADOPT && cfg->socket))
		return -EOPNOTSUPP;
	if ((!cfg->interface && !cfg->ifindex) ||
	    (NETRING_CONFIG_PACKET_ADOPT && cfg->netns && cfg->socket))
		return -EINVAL;
	return 0;
}

static int compute_geometry(struct netring_injector *inj,
			    const struct netring_injector_config *cfg)
{
	struct netring_geometry_request request;
	int r;

	memset(&request, 0, sizeof(request));
	request.memory = cfg->memory ?
				 cfg->memory :
				 NETRING_CONFIG_INJECTOR_MEMORY_KIB * 1024u;
	request.block_size = cfg->block_size;
	request.block_count = cfg->block_count;
	request.max_packet = cfg->max_packet;
	request.frame_size = cfg->frame_size;
	if (!cfg->frame_size && !cfg->max_packet)
		request.frame_size = NETRING_CONFIG_INJECTOR_FRAME_SIZE;
	request.fixed_slots = 1;
	r = netring_geometry_compute(&inj->geometry_, &request);
	inj->reason = inj->geometry_.reason;
	if (r < 0)
		return r;
	inj->slots_ = inj->geometry_.block_size / inj->geometry_.frame_size;
	inj->gap_ = inj->geometry_.block_size % inj->geometry_.frame_size;
	return 0;
}

static int set_option(struct netring_injector *inj, enum netring_step step,
		      int option, int value)
{
	inj->step = step;
	return netring_packet_option_(inj->fd_ - 1, option, value);
}

static int set_socket(int fd, int option, uint32_t value)
{
	return value ? sys_setsockopt(fd, SOL_SOCKET, option, &value,
				      sizeof(value)) :
		       0;
}

int netring_injector_tune_(int fd, const struct netring_injector_config *cfg)
{
	int r;

	if ((r = set_socket(fd, SO_SNDBUF, cfg->send_buffer)) < 0 ||
	    (r = set_socket(fd, SO_PRIORITY, cfg->priority)) < 0)
		return r;
	return set_socket(fd, SO_MARK, cfg->mark);
}

static int set_times(struct netring_injector *inj,
		     const struct netring_injector_config *cfg)
{
	struct nr_sock_txtime txtime;
	int what = NR_SOF_TIMESTAMPING_TX_HARDWARE |
		   NR_SOF_TIMESTAMPING_TX_SOFTWARE |
		   NR_SOF_TIMESTAMPING_SOFTWARE |
		   NR_SOF_TIMESTAMPING_RAW_HARDWARE |
		   NR_SOF_TIMESTAMPING_OPT_ID | NR_SOF_TIMESTAMPING_OPT_TSONLY;
	int r = 0;

	inj->step = NETRING_STEP_TIMESTAMP;
	if (NETRING_CONFIG_INJECTOR_TIMESTAMP &&
	    cfg->flags & NETRING_INJECTOR_TIMESTAMP)
		r = sys_setsockopt(inj->fd_ - 1, SOL_SOCKET,
				   NR_SO_TIMESTAMPING_OLD, &what, sizeof(what));
	if (r >= 0 && NETRING_CONFIG_INJECTOR_TXTIME &&
	    cfg->flags & NETRING_INJECTOR_TXTIME) {
		txtime.clockid = cfg->txtime_clock;
		txtime.flags = 0;
		r = sys_setsockopt(inj->fd_ - 1, SOL_SOCKET, SO_TXTIME, &txtime,
				   sizeof(txtime));
	}
	return r;
}

/* Before the ring: PACKET_LOSS and the vnet header are refused after it. */
static int set_options(struct netring_injector *inj,
		       const struct netring_injector_config *cfg)
{
	int r;

	if ((r = set_option(inj, NETRING_STEP_VERSION, NR_PACKET_VERSION,
			    NR_TPACKET_V2)) < 0 ||
	    (r = set_option(inj, NETRING_STEP_LOSS, NR_PACKET_LOSS, 1)) < 0 ||
	    (NETRING_CONFIG_PACKET_ADOPT && cfg->socket &&
	     (r = set_option(inj, NETRING_STEP_OPTION, NR_PACKET_TX_HAS_OFF,
			     0)) < 0) ||
	    (r = set_option(inj, NETRING_STEP_VNET_HDR, NR_PACKET_VNET_HDR,
			    1)) < 0 ||
	    (cfg->flags & NETRING_INJECTOR_QDISC_BYPASS &&
	     (r = set_option(inj, NETRING_STEP_OPTION, NR_PACKET_QDISC_BYPASS,
			     1)) < 0))
		return r;
	inj->step = NETRING_STEP_OPTION;
	r = netring_injector_tune_(inj->fd_ - 1, cfg);
	return r < 0 ? r : set_times(inj, cfg);
}

/* To @name, or where that is NULL, to the interface of @ifindex. */
static int attach(struct netring_injector *inj, const char *name,
		  uint32_t ifindex)
{
	struct netring_interface_facts_ *facts = &inj->interface_;
	int fd = inj->fd_ - 1;
	int r;

	inj->step = NETRING_STEP_INTERFACE;
	r = netring_interface_read_(fd, name, ifindex, facts);
	if (r < 0)
		return r;
	inj->step = NETRING_STEP_BIND;
	r = netring_packet_bind_(fd, (int)facts->ifindex, 0);
	if (facts->type == NR_ARPHRD_ETHER || facts->type == NR_ARPHRD_LOOPBACK)
		inj->header_ = ETHERNET_HEADER;
	return r;
}

static int set_up(struct netring_injector *inj,
		  const struct netring_injector_config *cfg)
{
	void *map;
	int r;

	r = netring_packet_open_(SOCK_RAW, cfg->netns, cfg->socket, &inj->step);
	if (r < 0)
		return r;
	inj->fd_ = r + 1;
	if (NETRING_CONFIG_PACKET_ADOPT && cfg->socket) {
		inj->step = NETRING_STEP_BIND;
		r = netring_packet_deafen_(r);
	}
	if (r >= 0)
		r = set_options(inj, cfg);
	if (r < 0)
		return r;
	inj->ring_size_ =
		(size_t)inj->geometry_.block_size * inj->geometry_.block_count;
	inj->step = NETRING_STEP_RING;
	r = netring_packet_ring_(inj->fd_ - 1, NR_PACKET_TX_RING,
				 &inj->geometry_);
	if (r < 0)
		return r;
	inj->step = NETRING_STEP_MAP;
	r = sys_mmap(&map, NULL, inj->ring_size_, MAP_SHARED, inj->fd_ - 1, 0);
	if (r < 0)
		return r;
	inj->ring_ = map;
	return attach(inj, cfg->interface, cfg->ifindex);
}

int netring_injector_open(struct netring_injector *inj,
			  const struct netring_injector_config *cfg)
{
	int r, given;

	memset(inj, 0, sizeof(*inj));
	inj->step = NETRING_STEP_CONFIG;
	r = check_config(cfg);
	if (r < 0)
		return r;
	inj->step = NETRING_STEP_GEOMETRY;
	r = compute_geometry(inj, cfg);
	if (r < 0)
		return r;
	inj->flags_ = cfg->flags;
	inj->retry_ms_ = cfg->retry_ms ? cfg->retry_ms :
					 NETRING_CONFIG_INJECTOR_RETRY_MS;
	r = set_up(inj, cfg);
	if (r < 0) {
		given = NETRING_CONFIG_PACKET_ADOPT && cfg->socket ? inj->fd_ :
								     0;
		if (given)
			inj->fd_ = 0; /* still the caller's */
		netring_injector_close(inj);
		if (given)
			netring_packet_no_ring_(given - 1, NR_PACKET_TX_RING);
		return r;
	}
	inj->step = NETRING_STEP_NONE;
	return 0;
}

int netring_injector_rebind(struct netring_injector *inj)
{
	struct netring_interface_facts_ *facts = &inj->interface_;
	int r;

	inj->step = NETRING_STEP_INTERFACE;
	r = netring_packet_find_(inj->fd_ - 1, facts->ifindex, facts->name,
				 facts->type);
	if (r < 0)
		return r;
	r = attach(inj, NULL, (uint32_t)r);
	if (r == 0)
		inj->step = NETRING_STEP_NONE;
	return r;
}

/* Committed frames that the kernel has not looked at. */
static int count_unsent(const struct netring_injector *inj)
{
	uint32_t frame;
	int unsent = 0;

	for (frame = inj->sent_; frame != inj->head_; frame++)
		unsent += slot_committed(netring_injector_slot_(inj, frame));
	return unsent;
}

int netring_injector_close(struct netring_injector *inj)
{
	int lost = 0;

	if (inj->ring_) {
		lost = count_unsent(inj);
		sys_munmap(inj->ring_, inj->ring_size_);
	}
	if (inj->fd_)
		sys_close(inj->fd_ - 1);
	inj->ring_ = NULL;
	inj->fd_ = 0;
	return lost;
}
