/* SPDX-License-Identifier: MIT */
/* test_xdp_own_program.c - a program of the caller's own: what it puts in
 * front of a packet, drops, cuts off shows at the socket, by its own map. */
#include "xdp_end.h"
#include "xdp_code.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x12345678u
#define META 8

static struct xdp_end end;
static int map, program, attached;

/* r2 data, r5 its end; r4 the last byte that must be there */
#define PACKET(bytes, away)                                                   \
	CODE_LOAD(BPF_W, 2, 6, 0), CODE_LOAD(BPF_W, 5, 6, 4), CODE_MOV(4, 2), \
		CODE_ADD(4, bytes), CODE_IF(BPF_JGT, 4, 5, away)

/* The magic number and the packet's own, in front of it. */
static struct bpf_insn put_metadata[] = {
	CODE_MOV(6, 1),
	CODE_SET(2, -META),
	CODE_CALL(BPF_FUNC_xdp_adjust_meta),
	CODE_IF_IMM(BPF_JNE, 0, 0, 12),
	PACKET(22, 7),
	CODE_LOAD(BPF_W, 1, 6, 8),
	CODE_MOV(3, 1),
	CODE_ADD(3, META),
	CODE_IF(BPF_JGT, 3, 2, 3),
	CODE_LOAD(BPF_W, 4, 2, 18),
	CODE_STORE_IMM(1, 0, MAGIC),
	CODE_STORE(1, 4, 4),
	CODE_REDIRECT,
};

/* Those of odd number are dropped. */
static struct bpf_insn drop_half[] = {
	CODE_MOV(6, 1), PACKET(22, 4),	       CODE_LOAD(BPF_B, 4, 2, 21),
	CODE_AND(4, 1), CODE_SET(0, XDP_DROP), CODE_IF_IMM(BPF_JNE, 4, 0, 5),
	CODE_REDIRECT,
};

static struct bpf_insn cut_tail[] = {
	CODE_MOV(6, 1),
	CODE_SET(2, -100),
	CODE_CALL(BPF_FUNC_xdp_adjust_tail),
	CODE_REDIRECT,
};

static int attach(const struct xdp_way *way, struct bpf_insn *code,
		  uint32_t count, int fragments)
{
	memset(&end, 0, sizeof(end));
	attached = -1;
	map = must(xdp_code_map(), "a map");
	code[count - 5].imm = map;
	program = xdp_code_load(code, count, fragments);
	if (program == -EOPNOTSUPP)
		return program;
	must(program, "load");
	end.socket.map = &map;
	end.socket.mode = NETRING_XDP_RX;
	end.socket.flags = way->flags;
	if (fragments)
		end.socket.flags |= NETRING_XDP_FRAGMENTS;
	xdp_open(&end, NULL);
	attached = xdp_code_attach(NEAR, program,
				   way->attach == NETRING_XDP_NATIVE);
	if (attached < 0 && lacking(attached))
		return attached;
	return must(attached, "attach");
}

#define ATTACH(way, code, fragments) \
	attach(way, code, sizeof(code) / sizeof(*(code)), fragments)

static void detach(void)
{
	xdp_books(&end.umem, "then");
	xdp_close(&end);
	close(attached);
	close(program);
	close(map);
}

/* How many of @count have what the program put there; of a packet in fragments
 * the first has. */
static uint32_t with_metadata(uint32_t first, uint32_t count, uint32_t length)
{
	struct netring_xdp_packet pkt;
	uint32_t good = 0, n = 0, word[2];
	int follows = 0;

	xdp_wire_lot(first, count, length);
	while (n < count &&
	       netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
		netring_xdp_rx_next(&end.xdp.rx);
		while (netring_xdp_rx_packet(&end.xdp.rx, &pkt)) {
			const void *at = netring_xdp_rx_metadata(&end.xdp.rx,
								 &pkt, META);

			if (!follows && at) {
				memcpy(word, at, sizeof(word));
				good += word[0] == MAGIC &&
					wire_get32(&word[1]) == first + n;
			}
			follows = !!(pkt.options & NETRING_XDP_MORE);
			n += !follows;
		}
		netring_xdp_rx_release(&end.xdp.rx);
	}
	return good;
}

static void metadata(const struct xdp_way *way)
{
	struct netring_xdp_packet pkt = { 0 };
	struct tally t = { 0 };

	ATTACH(way, put_metadata, 0);
	is(with_metadata(0, 60, 100), 60, "%s: in front of each", way->name);
	is(with_metadata(60, 60, 1514), 60, "and of long ones");
	xdp_take(&t, &end.xdp, 0, 500, 300);
	tally_ok(&t, 500, "the packets are as they were");
	pkt.addr = 2048 * 5 + 256;
	ok(!netring_xdp_rx_metadata(&end.xdp.rx, &pkt, 257),
	   "never what is before the frame");
	detach();
}

static void in_fragments(const struct xdp_way *way)
{
	struct tally t = { 0 };
	int r;

	must(net_mtu(NEAR, 3500), "MTU");
	must(net_mtu(FAR, 3500), "MTU");
	r = ATTACH(way, put_metadata, 1);
	if (r < 0 || !(netring_xdp_active(&end.xdp) & NETRING_XDP_FRAGMENTS)) {
		skip("not in this kernel", "%s: metadata of fragments",
		     way->name);
	} else {
		is(with_metadata(0, 60, 3400), 60,
		   "%s: in front of the first "
		   "fragment",
		   way->name);
		xdp_take(&t, &end.xdp, 0, 200, 3400);
		tally_ok(&t, 200, "the packets are as they were");
	}
	if (program >= 0)
		detach();
	else
		close(map);
	must(net_mtu(NEAR, 1500), "MTU");
	must(net_mtu(FAR, 1500), "MTU");
}

static void half(const struct xdp_way *way)
{
	uint32_t n = 0, wrong = 0, i;
	struct netring_xdp_packet pkt;

	ATTACH(way, drop_half, 0);
	for (i = 0; i < 10; i++) {
		xdp_wire_lot(60 * i, 60, 100);
		while (n < 30 * (i + 1) &&
		       netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
			netring_xdp_rx_next(&end.xdp.rx);
			while (netring_xdp_rx_packet(&end.xdp.rx, &pkt))
				wrong += wire_number(pkt.data, pkt.len) !=
					 2 * n++;
			netring_xdp_rx_release(&end.xdp.rx);
		}
	}
	is(n, 300, "%s: half of 600", way->name);
	is(wrong, 0, "those of even number, in order");
	detach();
}

static void tail(const struct xdp_way *way)
{
	struct netring_xdp_packet pkt;
	uint8_t want[1514];
	uint32_t n = 0, good = 0;

	ATTACH(way, cut_tail, 0);
	wire_frame(want, 1000, WIRE_TYPE, 7);
	for (; n < 50; n++) {
		xdp_wire_lot(7, 1, 1000);
		if (netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) <= 0)
			break;
		netring_xdp_rx_next(&end.xdp.rx);
		while (netring_xdp_rx_packet(&end.xdp.rx, &pkt))
			good += pkt.len == 900 && !memcmp(pkt.data, want, 900);
		netring_xdp_rx_release(&end.xdp.rx);
	}
	is(good, 50, "%s: 100 bytes shorter, the others as they were",
	   way->name);
	detach();
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		metadata(&xdp_ways[i]);
		in_fragments(&xdp_ways[i]);
		half(&xdp_ways[i]);
		tail(&xdp_ways[i]);
	}
	return done_testing();
}
