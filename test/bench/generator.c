// SPDX-License-Identifier: MIT
// Sends UDP frames as fast as the kernel can, or evenly at a rate.
//
// usage: generator DEVICE LENGTH [RATE [FLOWS [MAC [BURST]]]]
//
// An XDP program is run by BPF_PROG_TEST_RUN on live frames, and redirects them
// to DEVICE: no socket, no system call, no copy. It looks at the clock for each
// frame and drops, which costs nothing, what is not yet due: so RATE frames a
// second (0: all that it can) leave in bursts of BURST, without a system call
// either. FLOWS source ports are used in turn. The other end of a veth must have
// NAPI: an XDP program, or GRO.

#include "bench.h"
#include "bpf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

enum {
	HEADERS = 14 + 20 + 8,
	SOURCE_PORT = 14 + 20,
	LONGEST = 3072
};

/* What the program and this process share. */
struct control {
	uint64_t count; /* frames sent */
	uint64_t due;	/* when the next burst is, ns; 0: not begun */
	uint64_t left;	/* of this burst */
};

#define FIELD(name) ((int)offsetof(struct control, name))

static struct control *control;
static int control_fd;

static void make_control(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = sizeof(*control),
		.max_entries = 1,
		.map_flags = BPF_F_MMAPABLE,
	};

	control_fd = bpf(BPF_MAP_CREATE, &attr);
	if (control_fd < 0)
		bpf_fail("a map");
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE,
		       MAP_SHARED, control_fd, 0);
	if (control == MAP_FAILED)
		bpf_fail("mmap");
}

/* Registers: r6 the context, r7 the control, r8 the count. */
static int load(int ifindex, uint64_t rate, uint64_t flows, uint64_t burst)
{
	int interval = rate ? (int)(1000000000 * burst / rate) : 0;
	struct bpf_insn code[] = {
		COPY(6, 1),
		VALUE(7, control_fd),
		/* 3: in a burst, or without a rate, the clock is not asked */
		MOVE(0, (int)rate),
		JUMP_IF(BPF_JEQ, 0, 0, 16),
		LOAD(BPF_DW, 1, 7, FIELD(left)),
		JUMP_IF(BPF_JNE, 1, 0, 12),
		/* 7: is the next burst due? */
		CALL(ktime_get_ns),
		LOAD(BPF_DW, 1, 7, FIELD(due)),
		JUMP(BPF_JGE, 0, 1, 2),
		/* 10: no, and the frame is back in its pool */
		MOVE(0, XDP_DROP),
		EXIT(),
		/* 12: what it is behind by more than 1 ms, it leaves out */
		COPY(2, 0),
		ADD(2, -1000000),
		JUMP(BPF_JGE, 1, 2, 1),
		COPY(1, 0),
		/* 16: the burst after this */
		ADD(1, interval),
		STORE(BPF_DW, 7, FIELD(due), 1),
		MOVE(1, (int)burst),
		/* 19: a frame of this burst */
		ADD(1, -1),
		STORE(BPF_DW, 7, FIELD(left), 1),
		/* 21: count it, without a lock: nobody else does */
		LOAD(BPF_DW, 8, 7, FIELD(count)),
		ADD(8, 1),
		STORE(BPF_DW, 7, FIELD(count), 8),
		/* 24: one flow: nothing to write */
		MOVE(0, (int)flows),
		JUMP_IF(BPF_JLE, 0, 1, 9),
		/* 26: source port 1024 + count % flows, by way of r8 */
		INSN(BPF_ALU64 | BPF_MOD | BPF_K, 8, 0, 0, (int)flows),
		ADD(8, 1024),
		INSN(BPF_ALU | BPF_END | BPF_TO_BE, 8, 0, 0, 16),
		LOAD(BPF_W, 1, 6, offsetof(struct xdp_md, data)),
		LOAD(BPF_W, 2, 6, offsetof(struct xdp_md, data_end)),
		COPY(3, 1),
		ADD(3, SOURCE_PORT + 2),
		JUMP(BPF_JGT, 3, 2, 1),
		STORE(BPF_H, 1, SOURCE_PORT, 8),
		/* 35: off it goes */
		MOVE(1, ifindex),
		MOVE(2, 0),
		CALL(redirect),
		EXIT(),
	};

	return bpf_load(code, sizeof(code) / sizeof(code[0]));
}

static uint16_t ip_checksum(const struct iphdr *ip)
{
	const uint8_t *byte = (const uint8_t *)ip;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < sizeof(*ip); i += 2)
		sum += (uint32_t)(byte[i] << 8 | byte[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t) ~((sum & 0xffff) + (sum >> 16)));
}

/* From and to 198.18.0.0/15, which is for benchmarks. */
static void make_frame(uint8_t *frame, unsigned int length, const char *mac)
{
	struct ether_header *ether = (struct ether_header *)frame;
	struct udphdr udp = {
		.uh_sport = htons(1024),
		.uh_dport = htons(9),
		.uh_ulen = htons((uint16_t)(length - 34)),
	};
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.tot_len = htons((uint16_t)(length - 14)),
		.saddr = inet_addr("198.18.0.1"),
		.daddr = inet_addr("198.19.0.1"),
	};
	const struct ether_addr *to = ether_aton(mac);

	if (!to) {
		fprintf(stderr, "%s: not a MAC address\n", mac);
		exit(1);
	}
	memcpy(ether->ether_dhost, to, 6);
	memcpy(ether->ether_shost, "\x02\0\0\0\0\x01", 6);
	ether->ether_type = htons(ETHERTYPE_IP);
	ip.check = ip_checksum(&ip);
	memcpy(frame + 14, &ip, sizeof(ip));
	memcpy(frame + 34, &udp, sizeof(udp));
}

int main(int argc, char **argv)
{
	static uint8_t frame[LONGEST];
	int ifindex = argc > 2 ? (int)if_nametoindex(argv[1]) : 0;
	unsigned long length = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long rate = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned long flows = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	unsigned long burst = argc > 6 ? strtoul(argv[6], NULL, 10) : 1;
	union bpf_attr attr = {
		.test.data_in = (uintptr_t)frame,
		.test.data_size_in = (uint32_t)length,
		.test.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		.test.batch_size = 64,
		.test.repeat = 1 << 30,
	};

	if (!ifindex || length < HEADERS || length > LONGEST || !burst) {
		fprintf(stderr,
			"usage: %s DEVICE LENGTH [RATE [FLOWS [MAC "
			"[BURST]]]], LENGTH from %d to %d\n",
			argv[0], HEADERS, LONGEST);
		return 1;
	}
	bench_begin();
	make_frame(frame, (unsigned int)length,
		   argc > 5 ? argv[5] : "02:00:00:00:00:99");
	make_control();
	attr.test.prog_fd = (uint32_t)load(ifindex, rate, flows, burst);
	bench_ready();
	while (!bench_stop)
		if (bpf(BPF_PROG_TEST_RUN, &attr) < 0 && errno != EINTR)
			bpf_fail("sending live frames (Linux 5.18)");
	bench_end(control->count, control->count * length, 0);
	return 0;
}
