/* SPDX-License-Identifier: MIT */
/* capture_open.c - set up a receive ring: protocol 0 first, bind last. */
#include "capture.h"

#define SKIP_OUTGOING (1u << NETRING_TYPE_OUTGOING)
#define SKIP_INCOMING (0xffu & ~SKIP_OUTGOING)
#define RETIRE_MAX 65535u /* a short in kernels before 6.18 */
#define VLAN_ROOM 4
#define VNET_ROOM 6 /* with the 10-byte vnet header: IP stays 4-aligned */

#define FLAG_IF(have, flag) ((have) ? (flag) : 0u)
#define FLAGS_HERE                                                            \
	(NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_ALLMULTI |                 \
	 NETRING_CAPTURE_COOKED | NETRING_CAPTURE_HASH |                      \
	 FLAG_IF(NETRING_CONFIG_CAPTURE_V2,                                   \
		 NETRING_CAPTURE_IMMEDIATE | NETRING_CAPTURE_OVERSIZE) |      \
	 FLAG_IF(NETRING_CONFIG_CAPTURE_VNET_HDR, NETRING_CAPTURE_VNET_HDR) | \
	 FLAG_IF(NETRING_CONFIG_CAPTURE_TIMESTAMP,                            \
		 NETRING_CAPTURE_TIME_HARDWARE) |                             \
	 FLAG_IF(NETRING_CONFIG_CAPTURE_FILTER, NETRING_CAPTURE_LOCK_FILTER))

/* Is a field set that this build has no use for? */
#define LACKS(have, field) ((have) ? (uintptr_t)0 : (uintptr_t)(field))

static int check_config(const struct netring_capture_config *cfg)
{
	const struct netring_fanout *fanout = cfg->fanout;

	if ((cfg->flags & ~FLAGS_HERE) |
	    LACKS(NETRING_CONFIG_CAPTURE_FILTER, cfg->filter) |
	    LACKS(NETRING_CONFIG_CAPTURE_FILTER, cfg->ebpf_filter) |
	    LACKS(NETRING_CONFIG_CAPTURE_FILTER, cfg->snaplen) |
	    LACKS(NETRING_CONFIG_CAPTURE_FANOUT, fanout) |
	    LACKS(NETRING_CONFIG_CAPTURE_MAP_FIXED, cfg->map_address) |
	    LACKS(NETRING_CONFIG_PACKET_NETNS, cfg->netns) |
	    LACKS(NETRING_CONFIG_PACKET_ADOPT, cfg->socket))
		return -EOPNOTSUPP;
	if ((!cfg->interface && !cfg->ifindex) ||
	    (unsigned int)cfg->direction > NETRING_DIRECTION_OUT ||
	    cfg->retire_ms > RETIRE_MAX ||
	    (NETRING_CONFIG_CAPTURE_V3 &&
	     (cfg->flags &
	      (NETRING_CAPTURE_OVERSIZE | NETRING_CAPTURE_IMMEDIATE)) ==
		     NETRING_CAPTURE_OVERSIZE) ||
	    (NETRING_CONFIG_CAPTURE_FILTER &&
	     !!cfg->filter + !!cfg->ebpf_filter + !!cfg->snaplen > 1) ||
	    (NETRING_CONFIG_PACKET_ADOPT && cfg->netns && cfg->socket))
		return -EINVAL;
	if (NETRING_CONFIG_CAPTURE_FANOUT && fanout &&
	    ((unsigned int)fanout->mode > NETRING_FANOUT_EBPF ||
	     (fanout->mode == NETRING_FANOUT_CLASSIC_BPF && !fanout->classic) ||
	     (fanout->mode == NETRING_FANOUT_EBPF && !fanout->ebpf)))
		return -EINVAL;
	return 0;
}

static int compute_geometry(struct netring_capture *cap,
			    const struct netring_capture_config *cfg)
{
	struct netring_geometry_request request;
	int r;

	memset(&request, 0, sizeof(request));
	request.memory = cfg->memory;
	request.block_size = cfg->block_size;
	request.block_count = cfg->block_count;
	request.frame_size = cfg->frame_size;
	request.fixed_slots = NETRING_CONFIG_CAPTURE_V2 &&
			      (!NETRING_CONFIG_CAPTURE_V3 ||
			       cfg->flags & NETRING_CAPTURE_IMMEDIATE);
	request.max_packet = cfg->max_packet;
	if (request.fixed_slots && !cfg->frame_size && !cfg->max_packet)
		request.max_packet = cfg->snaplen;
	r = netring_geometry_compute(&cap->geometry_, &request);
	cap->reason = cap->geometry_.reason;
	if (r >= 0 && request.fixed_slots)
		cap->slots_ =
			cap->geometry_.block_size / cap->geometry_.frame_size;
	return r;
}

static int set_option(struct netring_capture *cap, enum netring_step step,
		      int option, int value)
{
	cap->step = step;
	return netring_packet_option_(cap->fd_ - 1, option, value);
}

static int set_buffer(const struct netring_capture *cap, int option,
		      const struct netring_capture_config *cfg)
{
	return sys_setsockopt(cap->fd_ - 1, SOL_SOCKET, option,
			      &cfg->receive_buffer,
			      sizeof(cfg->receive_buffer));
}

/* The kernel wants all of these before the ring. */
static int set_options(struct netring_capture *cap,
		       const struct netring_capture_config *cfg)
{
	int vnet = !!(cap->packet_flags_ & NETRING_PACKET_VNET);
	/* what somebody set before is set back */
	int adopted = NETRING_CONFIG_PACKET_ADOPT && cfg->socket;
	int r, hardware, oversize;

	hardware = NETRING_CONFIG_CAPTURE_TIMESTAMP &&
		   cfg->flags & NETRING_CAPTURE_TIME_HARDWARE;
	oversize = NETRING_CONFIG_CAPTURE_V2 &&
		   cfg->flags & NETRING_CAPTURE_OVERSIZE;
	r = set_option(cap, NETRING_STEP_VERSION, NR_PACKET_VERSION,
		       capture_is_v2(cap) ? NR_TPACKET_V2 : NR_TPACKET_V3);
	if (r >= 0)
		r = set_option(cap, NETRING_STEP_RESERVE, NR_PACKET_RESERVE,
			       vnet ? VNET_ROOM : VLAN_ROOM);
	/* a cooked socket has no such header, and refuses to be asked */
	if (((NETRING_CONFIG_CAPTURE_VNET_HDR && vnet) ||
	     (adopted && !(cfg->flags & NETRING_CAPTURE_COOKED))) &&
	    r >= 0)
		r = set_option(cap, NETRING_STEP_VNET_HDR, NR_PACKET_VNET_HDR,
			       vnet);
	if ((hardware || adopted) && r >= 0)
		r = set_option(cap, NETRING_STEP_TIMESTAMP, NR_PACKET_TIMESTAMP,
			       hardware ? NR_SOF_TIMESTAMPING_RAW_HARDWARE : 0);
	if ((oversize || adopted) && r >= 0)
		r = set_option(cap, NETRING_STEP_OPTION, NR_PACKET_COPY_THRESH,
			       oversize != 0);
	/* beyond the system's limit, where that is allowed */
	if (oversize && r >= 0 && cfg->receive_buffer &&
	    set_buffer(cap, SO_RCVBUFFORCE, cfg) < 0)
		r = set_buffer(cap, SO_RCVBUF, cfg);
	return r;
}

static int map_ring(struct netring_capture *cap,
		    const struct netring_capture_config *cfg)
{
	size_t size =
		(size_t)cap->geometry_.block_size * cap->geometry_.block_count;
	int fixed = NETRING_CONFIG_CAPTURE_MAP_FIXED && cfg->map_address;
	struct nr_tpacket_req3 request;
	void *map;
	int r;

	memset(&request, 0, sizeof(request));
	request.block_size = cap->geometry_.block_size;
	request.block_nr = cap->geometry_.block_count;
	request.frame_size = cap->geometry_.frame_size;
	request.frame_nr = cap->geometry_.frame_count;
	request.retire_blk_tov = cfg->retire_ms ?
					 cfg->retire_ms :
					 NETRING_CONFIG_CAPTURE_RETIRE_MS;
	if (cfg->flags & NETRING_CAPTURE_HASH)
		request.feature_req_word = NR_TP_FT_REQ_FILL_RXHASH;
	cap->step = NETRING_STEP_RING;
	r = sys_setsockopt(
		cap->fd_ - 1, NR_SOL_PACKET, NR_PACKET_RX_RING, &request,
		capture_is_v2(cap) ? NR_TPACKET_REQ_SIZE : sizeof(request));
	if (r < 0)
		return r;
	cap->step = NETRING_STEP_MAP;
	r = sys_mmap(&map, fixed ? cfg->map_address : NULL, size,
		     fixed ? MAP_SHARED | MAP_FIXED : MAP_SHARED, cap->fd_ - 1,
		     0);
	if (r < 0)
		return r;
	cap->ring_ = map;
	cap->ring_size_ = size;
	cap->at_ = map;
	if (!capture_is_v2(cap))
		cap->status_at_ =
			offsetof(struct nr_tpacket_block_desc, block_status);
	return 0;
}

/*
 * A fanout group can be joined only after bind, and somebody else's socket
 * may be bound already. Until such a socket is set up, its filter refuses
 * everything. Returns whether it does so now; a helper that locked a filter
 * of its own has decided what may be seen.
 */
static int close_gate(struct netring_capture *cap,
		      const struct netring_capture_config *cfg)
{
	int r;

	if (!(NETRING_CONFIG_CAPTURE_FANOUT && cfg->fanout) &&
	    !(NETRING_CONFIG_PACKET_ADOPT && cfg->socket))
		return 0;
	cap->step = NETRING_STEP_FILTER;
	r = netring_packet_snaplen_(cap->fd_ - 1, 0);
	if (r == -EPERM && !cfg->filter && !cfg->ebpf_filter && !cfg->snaplen)
		return 0;
	return r < 0 ? r : 1;
}

static int set_filter(struct netring_capture *cap,
		      const struct netring_capture_config *cfg, int gate)
{
	int fd = cap->fd_ - 1;
	int none = 0;

	cap->step = NETRING_STEP_FILTER;
	if (NETRING_CONFIG_CAPTURE_FILTER && cfg->filter)
		return netring_packet_filter_(fd, cfg->filter->code,
					      cfg->filter->count);
	if (NETRING_CONFIG_CAPTURE_FILTER && cfg->ebpf_filter)
		return sys_setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF,
				      cfg->ebpf_filter,
				      sizeof(*cfg->ebpf_filter));
	if (NETRING_CONFIG_CAPTURE_FILTER && cfg->snaplen)
		return netring_packet_snaplen_(fd, cfg->snaplen);
	if (gate)
		return sys_setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none,
				      sizeof(none));
	return 0;
}

/* The kernel can leave outgoing packets out (4.20); the rest is the walk's. */
static int set_direction(struct netring_capture *cap,
			 enum netring_direction direction, int adopted)
{
	int r;

	if (direction == NETRING_DIRECTION_OUT)
		cap->skip_ = SKIP_INCOMING;
	if (direction != NETRING_DIRECTION_IN && !adopted)
		return 0;
	r = set_option(cap, NETRING_STEP_DIRECTION, NR_PACKET_IGNORE_OUTGOING,
		       direction == NETRING_DIRECTION_IN);
	if (r != -ENOPROTOOPT)
		return r;
	if (direction == NETRING_DIRECTION_IN)
		cap->skip_ = SKIP_OUTGOING;
	return 0;
}

int netring_capture_attach_(struct netring_capture *cap, int ifindex)
{
	int fd = cap->fd_ - 1;
	int r = 0;

	cap->ifindex_ = (uint32_t)ifindex;
	cap->step = NETRING_STEP_MEMBERSHIP;
	if (cap->flags_ & NETRING_CAPTURE_PROMISC)
		r = netring_packet_join_(fd, ifindex, NR_PACKET_MR_PROMISC);
	if (r >= 0 && cap->flags_ & NETRING_CAPTURE_ALLMULTI)
		r = netring_packet_join_(fd, ifindex, NR_PACKET_MR_ALLMULTI);
	if (r < 0)
		return r;
	cap->step = NETRING_STEP_BIND;
	r = netring_packet_bind_(fd, ifindex, cap->protocol_);
	if (r >= 0)
		r = netring_packet_bound_(fd, &cap->hatype_);
	return r;
}

static int set_up(struct netring_capture *cap,
		  const struct netring_capture_config *cfg)
{
	int gate, r;

	r = netring_packet_open_(
		cfg->flags & NETRING_CAPTURE_COOKED ? SOCK_DGRAM : SOCK_RAW,
		cfg->netns, cfg->socket, &cap->step);
	if (r < 0)
		return r;
	cap->fd_ = r + 1;
	gate = close_gate(cap, cfg);
	if (gate < 0)
		return gate;
	if ((r = set_options(cap, cfg)) < 0 || (r = map_ring(cap, cfg)) < 0 ||
	    (!gate && (r = set_filter(cap, cfg, 0)) < 0) ||
	    (r = set_direction(cap, cfg->direction,
			       NETRING_CONFIG_PACKET_ADOPT && cfg->socket)) < 0)
		return r;
	cap->step = NETRING_STEP_INTERFACE;
	if ((r = netring_interface_name_(cap->fd_ - 1, cfg->interface,
					 cfg->ifindex, cap->interface_)) < 0 ||
	    (r = netring_interface_get_(cap->fd_ - 1, NR_SIOCGIFINDEX,
					cap->interface_)) < 0 ||
	    (r = netring_capture_attach_(cap, r)) < 0)
		return r;
	if (NETRING_CONFIG_CAPTURE_FANOUT && cfg->fanout) {
		cap->step = NETRING_STEP_FANOUT;
		r = netring_fanout_join_(cap->fd_ - 1, cfg->fanout,
					 &cap->fanout_id_);
		/* Before 6.2 the kernel takes the flag and forgets it. */
		if (cfg->fanout->flags & NETRING_FANOUT_IGNORE_OUTGOING)
			cap->skip_ |= SKIP_OUTGOING;
	}
	/* what an adopted socket counted before is not ours */
	if (NETRING_CONFIG_PACKET_ADOPT && r >= 0 && cfg->socket) {
		cap->step = NETRING_STEP_OPTION;
		r = netring_capture_read_stats(cap, NULL, NULL);
		memset(&cap->total_, 0, sizeof(cap->total_));
	}
	if (r >= 0 && gate)
		r = set_filter(cap, cfg, 1);
	if (NETRING_CONFIG_CAPTURE_FILTER && r >= 0 &&
	    cfg->flags & NETRING_CAPTURE_LOCK_FILTER)
		r = netring_capture_lock_filter(cap);
	return r;
}

int netring_capture_open(struct netring_capture *cap,
			 const struct netring_capture_config *cfg)
{
	int r, given;

	memset(cap, 0, sizeof(*cap));
	cap->step = NETRING_STEP_CONFIG;
	r = check_config(cfg);
	if (r < 0)
		return r;
	cap->step = NETRING_STEP_GEOMETRY;
	r = compute_geometry(cap, cfg);
	if (r < 0)
		return r;
	cap->flags_ = cfg->flags;
	if (NETRING_CONFIG_CAPTURE_VNET_HDR &&
	    cfg->flags & NETRING_CAPTURE_VNET_HDR)
		cap->packet_flags_ = NETRING_PACKET_VNET;
	if (cfg->flags & NETRING_CAPTURE_COOKED)
		cap->packet_flags_ |= NETRING_PACKET_COOKED;
	cap->snaplen_ = cfg->snaplen;
	cap->protocol_ = cfg->protocol ? cfg->protocol : NR_ETH_P_ALL;
	r = set_up(cap, cfg);
	if (r < 0) {
		given = NETRING_CONFIG_PACKET_ADOPT && cfg->socket ? cap->fd_ :
								     0;
		if (given)
			cap->fd_ = 0; /* still the caller's */
		netring_capture_close(cap);
		if (given)
			netring_packet_no_ring_(given - 1, NR_PACKET_RX_RING);
		return r;
	}
	cap->step = NETRING_STEP_NONE;
	return 0;
}

void netring_capture_close(struct netring_capture *cap)
{
	if (cap->ring_)
		sys_munmap(cap->ring_, cap->ring_size_);
	if (cap->fd_)
		sys_close(cap->fd_ - 1);
	cap->ring_ = NULL;
	cap->fd_ = 0;
}
