/* SPDX-License-Identifier: MIT */
/* test_direction.c - in, out and both, with and without the kernel's help. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>

#define FRAMES 50u

struct count {
	uint32_t in, out, batches_say;
};

/* By batches: their counts have the packets of the other direction too. */
static int count(struct count *c, const char *interface, uint32_t flags,
		 enum netring_direction direction)
{
	struct wire_flood flood = { .interface = interface,
				    .count = FRAMES,
				    .length = 60 };
	struct netring_capture cap;
	struct netring_batch batch;
	struct netring_packet pkt;
	int r;

	memset(c, 0, sizeof(*c));
	r = netring_capture_open(&cap, &(struct netring_capture_config){
					       .interface = interface,
					       .flags = flags,
					       .direction = direction });
	if (r < 0)
		return r;
	wire_burst(&flood);
	flood.interface = FAR;
	wire_burst(&flood);
	while (netring_capture_wait(&cap, 50 + live_slack_ms()) ==
	       NETRING_EVENT_PACKETS) {
		if (!netring_capture_next(&cap, &batch))
			continue;
		c->batches_say += batch.count;
		while (netring_batch_next(&batch, &pkt)) {
			if (pkt.link->type == NETRING_TYPE_OUTGOING)
				c->out++;
			else
				c->in++;
		}
		netring_capture_release(&cap);
	}
	netring_capture_close(&cap);
	return 0;
}

static void directions(const char *interface, uint32_t flags)
{
	static const struct {
		enum netring_direction direction;
		const char *name;
		uint32_t in, out;
	} cases[] = {
		{ NETRING_DIRECTION_BOTH, "both", FRAMES, FRAMES },
		{ NETRING_DIRECTION_IN, "in", FRAMES, 0 },
		{ NETRING_DIRECTION_OUT, "out", 0, FRAMES },
	};
	struct count c;
	size_t i;

	for (i = 0; i < 3; i++) {
		must(count(&c, interface, flags, cases[i].direction), "open");
		is(c.in, cases[i].in, "%s, %s, %s: in", interface,
		   mode_name(flags), cases[i].name);
		is(c.out, cases[i].out, "and out");
	}
}

/* A kernel before 4.20 has no PACKET_IGNORE_OUTGOING (23). */
static int forget_ignore_outgoing(void)
{
#ifdef SYS_setsockopt
	size_t low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
	uint32_t level = offsetof(struct seccomp_data, args[1]) + low;
	uint32_t option = offsetof(struct seccomp_data, args[2]) + low;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setsockopt, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, level),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOL_PACKET, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, option),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_IGNORE_OUTGOING, 0,
			 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (ENOPROTOOPT & 0xffff)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 8, code };

	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return -errno;
	r = setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	close(fd);
	if (r < 0 && errno == ENOPROTOOPT)
		return 0;
#endif
	return -ENOSYS; /* socketcall(2): its arguments cannot be looked at */
}

static void without_the_kernel(uint32_t flags)
{
	struct count c;

	must(count(&c, NEAR, flags, NETRING_DIRECTION_IN), "open");
	is(c.in, FRAMES, "%s, old kernel, in: in", mode_name(flags));
	is(c.out, 0, "and out");
	is(c.batches_say, 2 * FRAMES, "the ring had both");
}

int main(void)
{
	struct count c;
	int i, r;

	live_begin();
	live_wire();
	for (i = 0; i < MODES; i++) {
		directions(NEAR, mode_flags[i]);
		directions("lo", mode_flags[i]);
	}
	must(count(&c, NEAR, 0, NETRING_DIRECTION_IN), "open");
	is(c.batches_say, FRAMES, "the kernel leaves outgoing packets out");
	r = forget_ignore_outgoing();
	if (r < 0)
		skip(lacking(r) ? lacking(r) : strerror(-r),
		     "a kernel without PACKET_IGNORE_OUTGOING");
	for (i = 0; r >= 0 && i < 2; i++)
		without_the_kernel(mode_flags[i]);
	return done_testing();
}
