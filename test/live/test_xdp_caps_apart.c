/* SPDX-License-Identifier: MIT */
/* test_xdp_caps_apart.c - one with privileges sets up, one without works. */
#define _GNU_SOURCE
#include "capabilities.h"
#include "foreign_programs.h"
#include "spy_socket.h"
#include "xdp_end.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/bpf.h>

#define COUNT XDP_LOT
#define PIN "/sys/fs/bpf/map"

NETRING_UMEM_AREA(area, 512, 2048);
static struct netring_umem umem;
static int spy; /* what comes to the far end */
static struct netring_xdp_program steer;

static int sys_bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static int pin(int fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uint64_t)(uintptr_t)PIN;
	attr.bpf_fd = (uint32_t)fd;
	return sys_bpf(BPF_OBJ_PIN, &attr);
}

static int unpinned(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uint64_t)(uintptr_t)PIN;
	return sys_bpf(BPF_OBJ_GET, &attr);
}

/* A descriptor through a UNIX socket; receives one where @fd is -1. */
static int pass(int channel, int fd)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int))];
	char byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr m;
	struct cmsghdr *part = (void *)control;

	memset(&m, 0, sizeof(m));
	memset(control, 0, sizeof(control));
	m.msg_iov = &piece;
	m.msg_iovlen = 1;
	m.msg_control = control;
	m.msg_controllen = sizeof(control);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	if (fd >= 0)
		return sendmsg(channel, &m, 0) < 0 ? -errno : 0;
	if (recvmsg(channel, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

enum how {
	MAP_PASSED, /* by SCM_RIGHTS; CAP_NET_RAW makes the socket */
	MAP_PINNED, /* in bpffs; the same */
	BOTH_PASSED /* map and socket; no capability at all */
};
static const char *const hows[] = { "the map, by SCM_RIGHTS",
				    "the map, pinned in bpffs",
				    "map and socket, by SCM_RIGHTS" };

/* What is told of a work: a result of each step. */
struct work {
	int map, socket, open, step;
	struct tally got;
	int sent;
};

/* Receive what comes, then send as many. */
static void work(int channel, enum how how)
{
	struct netring_umem_config memory = { .memory = area.memory,
					      .size = sizeof(area.memory),
					      .table = area.table,
					      .table_size = sizeof(area.table),
					      .frame_size = 2048 };
	struct netring_xdp_config cfg = { .interface = NEAR, .umem = &umem };
	static struct netring_xdp xdp;
	struct work w;

	memset(&w, 0, sizeof(w));
	caps_only(how == BOTH_PASSED ? 0 : CAPS_OF(CAP_NET_RAW));
	w.map = how == MAP_PINNED ? unpinned() : pass(channel, -1);
	if (how == BOTH_PASSED)
		w.socket = pass(channel, -1);
	cfg.map = &w.map;
	if (how == BOTH_PASSED)
		cfg.socket = &w.socket;
	must(netring_umem_init(&umem, &memory), "memory");
	if (w.map >= 0 && w.socket >= 0) {
		w.open = netring_xdp_open(&xdp, &cfg);
		w.step = xdp.step;
	}
	(void)!write(channel, "", 1); /* ready */
	if (w.map >= 0 && w.socket >= 0 && w.open >= 0) {
		w.sent = xdp_tally(&w.got, &xdp, COUNT, xdp_patience());
		if (w.sent >= 0)
			w.sent = (int)xdp_queue(&xdp, 0, COUNT, 100);
		if (w.sent >= 0 && netring_xdp_tx_flush(&xdp.tx) < 0)
			w.sent = -EIO;
	}
	(void)!write(channel, &w, sizeof(w));
	(void)!read(channel, &w, 1); /* until the other saw all */
	_exit(0);
}

static void apart(enum how how)
{
	struct spied seen = { 0 };
	struct work w;
	int pair[2], fd = -1;
	char byte;
	pid_t pid;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ? -errno : 0,
	     "a pair of sockets");
	pid = fork();
	if (!pid) {
		close(pair[0]);
		netring_xdp_program_close(&steer); /* the copies */
		work(pair[1], how);
	}
	close(pair[1]);
	if (how != MAP_PINNED)
		must(pass(pair[0], netring_xdp_program_map(&steer)), "map");
	if (how == BOTH_PASSED) {
		fd = socket(44 /* AF_XDP */, SOCK_RAW | SOCK_CLOEXEC, 0);
		must(fd < 0 ? -errno : pass(pair[0], fd), "socket");
		close(fd);
	}
	must(read(pair[0], &byte, 1) == 1 ? 0 : -EPROTO, "ready");
	xdp_wire_lot(0, COUNT, 100);
	memset(&w, 0, sizeof(w));
	is(recv(pair[0], &w, sizeof(w), MSG_WAITALL), sizeof(w), "%s",
	   hows[how]);
	if (w.map == -EPERM ||
	    (w.open == -EPERM && w.step == NETRING_STEP_XSKMAP))
		skip("not allowed here", "%s: before Linux 5.19", hows[how]);
	else if (ok(w.map >= 0 && w.socket >= 0 && w.open >= 0,
		    "open without privileges")) {
		tally_ok(&w.got, COUNT, "receives");
		is(w.sent, COUNT, "sends");
		spy_count(spy, &seen, COUNT, xdp_patience());
		spied_ok(&seen, COUNT, "and all arrives");
	} else {
		diag("  map %d, socket %d, open %d (%s)", w.map, w.socket,
		     w.open, netring_step_name((enum netring_step)w.step));
	}
	close(pair[0]);
	wire_wait(pid);
}

static int bpffs(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=0755") < 0)
		return -errno;
	must(pin(netring_xdp_program_map(&steer)), "pin the map");
	must(chmod(PIN, 0666) < 0 ? -errno : 0, "for all");
	return 0;
}

int main(void)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };
	int r;

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	must(netring_xdp_program_open(&steer, &cfg), "program");
	must(netring_xdp_program_attach(&steer), "attach");
	apart(MAP_PASSED);
	apart(BOTH_PASSED);
	apart(MAP_PASSED); /* the queue was given back, by the process's end */
	r = bpffs();
	if (r < 0)
		skip(strerror(-r), "bpffs");
	else
		apart(MAP_PINNED);
	netring_xdp_program_close(&steer);
	foreign_is(NEAR, XDP_ATTACHED_NONE, 0, "the end");
	return done_testing();
}
