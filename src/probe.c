/* SPDX-License-Identifier: MIT */
/* probe.c - try features on throw-away sockets. */
#include "packet_socket.h"

#include <netring/capture.h>
#include <netring/probe.h>

#include "ethtool.h"
#include "probe.h"

#define EXPERIMENTAL_ETHERTYPE 0x88b5 /* IEEE 802: nobody's traffic has it */
#define BLOCK 65536u		      /* a multiple of every page size */

const char *netring_feature_name(enum netring_feature feature)
{
	static const char names[][24] = {
		[NETRING_FEATURE_PACKET_SOCKET] = "packet-socket",
		[NETRING_FEATURE_RECEIVE_V2] = "receive-v2",
		[NETRING_FEATURE_RECEIVE_V3] = "receive-v3",
		[NETRING_FEATURE_SEND_RING] = "send-ring",
		[NETRING_FEATURE_VNET_HDR] = "vnet-hdr",
		[NETRING_FEATURE_IGNORE_OUTGOING] = "ignore-outgoing",
		[NETRING_FEATURE_QDISC_BYPASS] = "qdisc-bypass",
		[NETRING_FEATURE_TIMESTAMP] = "timestamp-source",
		[NETRING_FEATURE_CLASSIC_FILTER] = "classic-filter",
		[NETRING_FEATURE_EBPF_FILTER] = "ebpf-filter",
		[NETRING_FEATURE_LOCK_FILTER] = "lock-filter",
		[NETRING_FEATURE_FANOUT_HASH] = "fanout-hash",
		[NETRING_FEATURE_FANOUT_LOAD_BALANCE] = "fanout-load-balance",
		[NETRING_FEATURE_FANOUT_CPU] = "fanout-cpu",
		[NETRING_FEATURE_FANOUT_ROLLOVER] = "fanout-rollover",
		[NETRING_FEATURE_FANOUT_RANDOM] = "fanout-random",
		[NETRING_FEATURE_FANOUT_QUEUE] = "fanout-queue",
		[NETRING_FEATURE_FANOUT_CLASSIC_BPF] = "fanout-classic-bpf",
		[NETRING_FEATURE_FANOUT_EBPF] = "fanout-ebpf",
		[NETRING_FEATURE_FANOUT_UNIQUE_ID] = "fanout-unique-id",
		[NETRING_FEATURE_NETNS] = "network-namespace",
		[NETRING_FEATURE_XDP_SOCKET] = "xdp-socket",
		[NETRING_FEATURE_XDP_RINGS] = "xdp-rings",
		[NETRING_FEATURE_XDP_FRAGMENTS] = "xdp-fragments",
		[NETRING_FEATURE_XDP_METADATA] = "xdp-metadata",
		[NETRING_FEATURE_XDP_TX_BUDGET] = "xdp-tx-budget",
		[NETRING_FEATURE_XDP_BUSY_POLL] = "xdp-busy-poll",
		[NETRING_FEATURE_XDP_MAP] = "xdp-map",
		[NETRING_FEATURE_XDP_PROGRAM] = "xdp-program",
		[NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS] =
			"xdp-program-fragments",
		[NETRING_FEATURE_HARDWARE_TIME] = "hardware-time",
	};

	return (unsigned int)feature < NETRING_FEATURE_COUNT_ ? names[feature] :
								"unknown";
}

/* What a trial's result says; errors that say nothing stay errors. */
static int answer(int r)
{
	if (r >= 0)
		return NETRING_YES;
	switch (-r) {
	case EPERM:
	case EACCES:
		return NETRING_NOT_ALLOWED;
	case EINVAL:
	case ENOENT:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
	case ENOSYS:
	case ENOTTY:
		return NETRING_NO;
	}
	return r;
}

/* Some kernels take what they do not know: read it back. */
static int try_option(int fd, int level, int option, int value)
{
	int now = 0;
	socklen_t size = sizeof(now);
	int r = sys_setsockopt(fd, level, option, &value, sizeof(value));

	if (r >= 0)
		r = sys_getsockopt(fd, level, option, &now, &size);
	return r >= 0 && now != value ? -ENOPROTOOPT : r;
}

static int try_ring(int fd, int version, int option)
{
	struct nr_tpacket_req3 request;
	void *map;
	int r;

	memset(&request, 0, sizeof(request));
	request.block_size = BLOCK;
	request.block_nr = 1;
	request.frame_size = BLOCK;
	request.frame_nr = 1;
	r = netring_packet_option_(fd, NR_PACKET_VERSION, version);
	if (r >= 0)
		r = sys_setsockopt(fd, NR_SOL_PACKET, option, &request,
				   version == NR_TPACKET_V3 ?
					   sizeof(request) :
					   NR_TPACKET_REQ_SIZE);
	if (r >= 0)
		r = sys_mmap(&map, NULL, BLOCK, MAP_SHARED, fd, 0);
	return r >= 0 ? sys_munmap(map, BLOCK) : r;
}

/* The shortest program of all: return 0. */
static int load_program(uint32_t type, uint32_t flags)
{
	static const struct nr_bpf_insn program[] = {
		{ NR_BPF_MOV64_IMM, 0, 0, 0 },
		{ NR_BPF_EXIT, 0, 0, 0 },
	};
	struct nr_bpf_prog_load load;

	memset(&load, 0, sizeof(load));
	load.prog_type = type;
	load.insn_cnt = sizeof(program) / sizeof(program[0]);
	load.insns = (uintptr_t)program;
	load.license = (uintptr_t) "MIT";
	load.prog_flags = flags;
	return sys_bpf(NR_BPF_PROG_LOAD, &load, sizeof(load));
}

static int try_ebpf_filter(int fd)
{
	int program = load_program(NR_BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int r;

	if (program < 0)
		return program;
	r = sys_setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program,
			   sizeof(program));
	sys_close(program);
	return r;
}

/*
 * A group of its own, with an id that the kernel picks, so that nobody's
 * group is joined. Before 4.12 the flag is ignored; an id beside it is
 * refused only by those kernels that know it.
 */
static int try_fanout(int fd, enum netring_feature feature,
		      const char *interface)
{
	uint32_t unique = (uint32_t)NETRING_FANOUT_UNIQUE_ID << 16;
	uint32_t mode = feature - NETRING_FEATURE_FANOUT_HASH;
	char name[NR_IFNAMSIZ] = { 0 };
	int down = 0;
	socklen_t size = sizeof(down);
	int r = netring_interface_name_(fd, interface ? interface : "lo", 0,
					name);

	if (r >= 0)
		r = netring_interface_get_(fd, NR_SIOCGIFINDEX, name);
	if (r >= 0)
		r = netring_packet_bind_(fd, r, EXPERIMENTAL_ETHERTYPE);
	if (r >= 0)
		r = sys_getsockopt(fd, SOL_SOCKET, SO_ERROR, &down, &size);
	if (r < 0)
		return r;
	if (feature == NETRING_FEATURE_FANOUT_UNIQUE_ID) {
		r = netring_packet_option_(fd, NR_PACKET_FANOUT,
					   (int)(unique | 1));
		if (r >= 0)
			return -ENOPROTOOPT;
		mode = NETRING_FANOUT_HASH;
	}
	r = netring_packet_option_(fd, NR_PACKET_FANOUT,
				   (int)(unique | mode << 16));
	return r == -EINVAL && down ? -down : r;
}

static int try_netns(void)
{
	int home = sys_open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (home < 0)
		return home;
	r = sys_setns(home, CLONE_NEWNET);
	sys_close(home);
	return r;
}

static int try_hardware_time(const char *interface)
{
	struct nr_ethtool_ts_info info;
	uint32_t needed = NR_SOF_TIMESTAMPING_RX_HARDWARE |
			  NR_SOF_TIMESTAMPING_RAW_HARDWARE;
	char name[NR_IFNAMSIZ] = { 0 };
	int fd, r;

	if (!interface || netring_interface_name_(-1, interface, 0, name) < 0)
		return -ENODEV;
	fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	memset(&info, 0, sizeof(info));
	info.cmd = NR_ETHTOOL_GET_TS_INFO;
	r = netring_ethtool_(fd, name, &info);
	if (r >= 0 && (info.so_timestamping & needed) != needed)
		r = -EOPNOTSUPP;
	sys_close(fd);
	return r;
}

static int make_map(void)
{
	struct nr_bpf_map_create create;

	create.map_type = NR_BPF_MAP_TYPE_XSKMAP;
	create.key_size = sizeof(uint32_t);
	create.value_size = sizeof(uint32_t);
	create.max_entries = 1;
	return sys_bpf(NR_BPF_MAP_CREATE, &create, sizeof(create));
}

static int try_on(int fd, enum netring_feature feature, const char *interface)
{
	int r;

	switch (feature) {
	case NETRING_FEATURE_RECEIVE_V2:
		return try_ring(fd, NR_TPACKET_V2, NR_PACKET_RX_RING);
	case NETRING_FEATURE_RECEIVE_V3:
		return try_ring(fd, NR_TPACKET_V3, NR_PACKET_RX_RING);
	case NETRING_FEATURE_SEND_RING:
		return try_ring(fd, NR_TPACKET_V2, NR_PACKET_TX_RING);
	case NETRING_FEATURE_VNET_HDR:
		r = try_option(fd, NR_SOL_PACKET, NR_PACKET_VNET_HDR, 1);
		return r < 0 ? r :
			       try_ring(fd, NR_TPACKET_V2, NR_PACKET_RX_RING);
	case NETRING_FEATURE_IGNORE_OUTGOING:
		return try_option(fd, NR_SOL_PACKET, NR_PACKET_IGNORE_OUTGOING,
				  1);
	case NETRING_FEATURE_QDISC_BYPASS:
		return try_option(fd, NR_SOL_PACKET, NR_PACKET_QDISC_BYPASS, 1);
	case NETRING_FEATURE_TIMESTAMP:
		return try_option(fd, NR_SOL_PACKET, NR_PACKET_TIMESTAMP,
				  NR_SOF_TIMESTAMPING_RAW_HARDWARE);
	case NETRING_FEATURE_CLASSIC_FILTER:
		return netring_packet_snaplen_(fd, 0);
	case NETRING_FEATURE_EBPF_FILTER:
		return try_ebpf_filter(fd);
	case NETRING_FEATURE_LOCK_FILTER:
		return try_option(fd, SOL_SOCKET, SO_LOCK_FILTER, 1);
	default:
		return feature == NETRING_FEATURE_PACKET_SOCKET ?
			       0 :
			       try_fanout(fd, feature, interface);
	}
}

/* What a feature is tried on, or that is the feature itself. */
static int open_subject(enum netring_feature feature)
{
	switch (feature) {
	case NETRING_FEATURE_XDP_MAP:
		return make_map();
	case NETRING_FEATURE_XDP_PROGRAM:
		return load_program(NR_BPF_PROG_TYPE_XDP, 0);
	case NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS:
		return load_program(NR_BPF_PROG_TYPE_XDP,
				    NR_BPF_F_XDP_HAS_FRAGS);
	default:
		return sys_socket(feature < NETRING_FEATURE_XDP_SOCKET ?
					  AF_PACKET :
					  NR_AF_XDP,
				  SOCK_RAW | SOCK_CLOEXEC, 0);
	}
}

int netring_probe(enum netring_feature feature, const char *interface)
{
	int fd, r = 0;

	if ((unsigned int)feature >= NETRING_FEATURE_COUNT_)
		return -EINVAL;
	if (feature == NETRING_FEATURE_NETNS)
		return answer(try_netns());
	if (feature == NETRING_FEATURE_HARDWARE_TIME)
		return answer(try_hardware_time(interface));
	fd = open_subject(feature);
	if (fd < 0)
		return answer(fd);
	if (feature < NETRING_FEATURE_NETNS)
		r = try_on(fd, feature, interface);
	else if (feature < NETRING_FEATURE_XDP_MAP)
		r = netring_probe_xdp_socket_(fd, feature);
	sys_close(fd);
	return answer(r);
}
