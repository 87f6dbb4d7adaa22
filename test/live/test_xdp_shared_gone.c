/* SPDX-License-Identifier: MIT */
/* test_xdp_shared_gone.c - a socket joins those on one memory, of which some
 * have lost their interface. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define WIRES 3
#define PACKETS 100u

static const char *const near_name[WIRES] = { NEAR, "nr2", "nr4" };
static const char *const far_name[WIRES] = { FAR, "nr3", "nr5" };
static struct xdp_end first; /* which has the memory */
static struct netring_xdp others[WIRES];

static struct netring_xdp *at(int wire)
{
	return wire ? &others[wire] : &first.xdp;
}

static int join(int wire)
{
	struct netring_xdp_config cfg = first.socket;

	cfg.interface = near_name[wire];
	cfg.flags = 0; /* the first one chose */
	return netring_xdp_open(&others[wire], &cfg);
}

static void gone(int wire)
{
	must(net_delete(near_name[wire]), "%s is deleted", near_name[wire]);
	is(netring_xdp_health(at(wire)), -ENODEV, "its socket knows");
}

static void again(int wire)
{
	live_pair(near_name[wire], far_name[wire]);
	is(netring_xdp_reopen(at(wire)), 0, "%s is there again",
	   near_name[wire]);
}

static void sends(int wire)
{
	struct spied seen = { 0 };
	int spy = must(spy_open(far_name[wire], 0), "a look at the far end");

	xdp_give(spy, &seen, at(wire), 0, PACKETS, 400);
	spied_ok(&seen, PACKETS, near_name[wire]);
	close(spy);
}

static void begin(void)
{
	memset(&first, 0, sizeof(first));
	first.socket.rx_frames = first.socket.tx_frames = 128;
	first.socket.flags = NETRING_XDP_FRAGMENTS;
	xdp_open(&first, NULL);
}

static void end(void)
{
	int wire;

	xdp_books(&first.umem, "at the end");
	for (wire = WIRES - 1; wire > 0; wire--)
		netring_xdp_close(&others[wire]);
	xdp_close(&first);
	is(xdp_frames(&first.umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free");
}

/* Nobody is left to share with. */
static void alone(void)
{
	begin();
	gone(0);
	is(join(1), -EBADF, "the only other is gone");
	is(others[1].step, NETRING_STEP_BIND, "its step");
	xdp_books(&first.umem, "refused");
	again(0);
	is(join(1), 0, "after a reopen");
	sends(0);
	sends(1);
	gone(0);
	gone(1);
	is(join(2), -EBADF, "both others are gone");
	is(others[2].step, NETRING_STEP_BIND, "its step");
	live_pair(near_name[0], far_name[0]);
	is(netring_xdp_reopen(&first.xdp), -EBADF,
	   "which is so of the first of two, too");
	again(1);
	end();
}

/* Whichever is gone, the other one does. */
static void by_another(int wire)
{
	begin();
	is(join(1), 0, "a second");
	gone(wire);
	is(join(2), 0, "a third, when %s is gone", near_name[wire]);
	is(others[2].bound_, first.xdp.bound_, "bound as the first");
	is(netring_xdp_active(&others[2]), netring_xdp_active(&first.xdp),
	   "with its flags");
	sends(2);
	sends(!wire);
	again(wire);
	sends(wire);
	sends(2);
	end();
}

int main(void)
{
	int wire;

	xdp_wire(0);
	for (wire = 1; wire < WIRES; wire++)
		live_pair(near_name[wire], far_name[wire]);
	by_another(0);
	by_another(1);
	alone();
	return done_testing();
}
