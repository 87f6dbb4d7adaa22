/* SPDX-License-Identifier: MIT */
/* xdp_program.h - steer packets of an interface into AF_XDP sockets. */
#ifndef NETRING_XDP_PROGRAM_H
#define NETRING_XDP_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A program of a few instructions, made here at run time: no object file, no
 * BTF, no libbpf. It hands each packet to the socket that is registered for
 * the queue on which it came in, all packets or only listed flows; the others,
 * and those of a queue without socket, go to the kernel's own stack.
 *
 * Once it is open, attaching it by bpf_link and changing the list need no
 * capability, only its descriptors; nor does registering a socket in a map
 * from elsewhere (before Linux 5.19: CAP_BPF, unless the sysctl
 * kernel.unprivileged_bpf_disabled is 0).
 *
 * Another program (libbpf's, xdp-loader's) does as well: name its XSKMAP in
 * netring_xdp_config.map, and use none of this.
 */

/* How the program is attached; see netring_xdp_program_config.attach. */
enum netring_xdp_attach {
	NETRING_XDP_NATIVE = 1, /* in the driver: before the kernel's buffers */
	NETRING_XDP_GENERIC	/* in the stack: slower; every interface can */
};

/*
 * netring_xdp_program_config.flags
 *
 * FRAGMENTS  packets in several fragments pass the program, too (Linux 5.18,
 *            -EOPNOTSUPP before): without, native mode refuses an MTU beyond
 *            about a page
 * EXCEPT     the list turned around: what is listed goes to the kernel's stack
 *            (TCP 22, ARP: the way to the box), all else to the sockets
 */
#define NETRING_XDP_PROGRAM_FRAGMENTS 0x1u
#define NETRING_XDP_PROGRAM_EXCEPT 0x2u

/* Zero means the default. */
struct netring_xdp_program_config {
	const char *interface; /* name, or NULL: see ifindex */
	uint32_t ifindex;      /* used when interface is NULL */
	uint32_t queues;       /* sockets at most; 0: 64 */
	uint32_t flows;	       /* 0: every packet; else only those of
				* netring_xdp_program_add(), so many at most;
				* CONFIG_XDP_FLOWS */
	uint32_t flags;	       /* NETRING_XDP_PROGRAM_* */

	/* Which enum netring_xdp_attach to try, in this order, 0: no more. All
	 * 0: native, then generic. netring_xdp_program_attached() tells. */
	uint8_t attach[2];
};

/* Private but for step, reattached and foreign. */
struct netring_xdp_program {
	enum netring_step step;
	uint32_t reattached; /* times that others took it off */
	uint32_t foreign;    /* -EBUSY of attach: the id of the program that is
			      * there already; 0: unknown */

	int map_;   /* + 1, as all here; an XSKMAP */
	int flows_; /* a hash map, or 0 */
	int program_;
	int link_;	    /* of bpf_link; 0 while attached: by netlink, */
	int mark_;	    /* and this says that we are alive */
	uint32_t attached_; /* enum netring_xdp_attach */
	uint32_t id_;	    /* of our program, where it is known */
	uint32_t wanted_;   /* it was attached, and should be */
	uint8_t order_[2];
	struct netring_interface_facts_ interface_;
	uint64_t scratch_[128]; /* instructions; a netlink answer */
};

/**
 * netring_xdp_program_open() - make the map, load the program.
 *
 * Nothing is attached yet: open the sockets first (they register themselves),
 * so that no packet misses them.
 *
 * Kernel:  5.4 (tested from 5.10 on); CAP_NET_ADMIN and CAP_BPF, before 5.8
 *          CAP_SYS_ADMIN. Maps count against RLIMIT_MEMLOCK before 5.11.
 * Return:  0, or < 0 with step CONFIG, INTERFACE, XSKMAP or PROGRAM.
 */
int netring_xdp_program_open(struct netring_xdp_program *program,
			     const struct netring_xdp_program_config *cfg)
	NETRING_TAGGED(netring_xdp_program_open);

/**
 * netring_xdp_program_attach() - let it see the interface's packets.
 *
 * By bpf_link (Linux 5.9): the program goes away with the process, however
 * that ends. Before, by netlink: close takes it away; after a kill -9 it stays,
 * until the next attach of a program of ours replaces it (CAP_SYS_ADMIN). A
 * program of others is never replaced. Call it again after the interface was
 * removed and made again.
 *
 * Return:  0, or < 0 with step INTERFACE or ATTACH: -EBUSY: there is another
 *          program, see program->foreign; -EOPNOTSUPP: in none of the ways. A
 *          VLAN device has no native mode, and its packets no tag: take the
 *          device below it, whose packets have their tags in place.
 */
int netring_xdp_program_attach(struct netring_xdp_program *program);

/*
 * Attach the program again if somebody took it off (bpftool link detach, ip
 * link set xdp off): nothing would come any more, and no event reports it.
 * rx_wait() does this for netring_xdp_config.program, a group and a bridge for
 * theirs, once a second.
 *
 * Return: 0: it is attached, or never was; 1: attached again; < 0: it is off,
 * as attach.
 */
int netring_xdp_program_check(struct netring_xdp_program *program);

/* Detach and give all back; safe on a failed, a closed or an all-zero
 * object. */
void netring_xdp_program_close(struct netring_xdp_program *program);

/* Packets of @queue to the bound AF_XDP socket @fd. A closed socket leaves the
 * map by itself. Return: 0, -E2BIG: no such queue in the map. */
int netring_xdp_program_register(struct netring_xdp_program *program,
				 uint32_t queue, int fd);

/*
 * List a flow, or take it off, at any time: packets from or to a port of the
 * protocol (6 TCP, 17 UDP, 132 SCTP ...), IPv4 and IPv6, also behind up to two
 * VLAN tags. Port 0: all of the protocol, fragments too (1 ICMP, 89 OSPF ...).
 * A port matches no fragment of a datagram, and no IPv6 packet with extension
 * headers: these go where everything goes that is not listed.
 *
 * Return: 0, -E2BIG: the list is full, -ENOENT: not listed, -EBADF: a program
 * without list.
 */
int netring_xdp_program_add(struct netring_xdp_program *program,
			    uint8_t protocol, uint16_t port);
int netring_xdp_program_remove(struct netring_xdp_program *program,
			       uint8_t protocol, uint16_t port);

/* The same for all of an EtherType (0x0806 ARP, 0x8863 PPPoE ...), of frames
 * without tags, and behind up to two. */
int netring_xdp_program_add_type(struct netring_xdp_program *program,
				 uint16_t type);
int netring_xdp_program_remove_type(struct netring_xdp_program *program,
				    uint16_t type);

/* How it is attached; 0: it is not. */
static inline enum netring_xdp_attach
netring_xdp_program_attached(const struct netring_xdp_program *program)
{
	return (enum netring_xdp_attach)program->attached_;
}

/* The XSKMAP, for a process that may not make one (SCM_RIGHTS, or pinned by
 * the caller): see netring_xdp_config.map. */
static inline int
netring_xdp_program_map(const struct netring_xdp_program *program)
{
	return program->map_ - 1;
}

#ifdef __cplusplus
}
#endif
#endif
