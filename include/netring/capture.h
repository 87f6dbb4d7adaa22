/* SPDX-License-Identifier: MIT */
/* capture.h - receive: a memory-mapped AF_PACKET ring on one interface. */
#ifndef NETRING_CAPTURE_H
#define NETRING_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>
#include <netring/batch.h>
#include <netring/filter.h>
#include <netring/geometry.h>
#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * netring_capture_config.flags
 *
 * PROMISC        all that is on the wire, not only what is for this host
 * ALLMULTI       all multicast groups
 * IMMEDIATE      TPACKET_V2: each packet at once, not block by block
 * COOKED         no link header in data (SOCK_DGRAM): for ppp, gre and other
 *                devices that are not Ethernet
 * HASH           packet.hash, which the kernel computes where the device does
 *                not: about a twelfth of what receiving a packet costs it
 * VNET_HDR       packets carry a struct netring_vnet; Linux 4.6;
 *                CONFIG_CAPTURE_VNET_HDR
 * TIME_HARDWARE  prefer the device's clock, where its stamping is switched on
 *                (hwstamp_ctl); packet.flags tells; CONFIG_CAPTURE_TIMESTAMP
 * LOCK_FILTER    the filter cannot be changed or removed any more; Linux 3.9;
 *                CONFIG_CAPTURE_FILTER
 * OVERSIZE       with IMMEDIATE: a packet longer than its slot is kept whole
 *                on the socket: netring_capture_read_oversize()
 */
#define NETRING_CAPTURE_PROMISC 0x1u
#define NETRING_CAPTURE_ALLMULTI 0x2u
#define NETRING_CAPTURE_IMMEDIATE 0x4u
#define NETRING_CAPTURE_COOKED 0x8u
#define NETRING_CAPTURE_HASH 0x10u
#define NETRING_CAPTURE_VNET_HDR 0x20u
#define NETRING_CAPTURE_TIME_HARDWARE 0x40u
#define NETRING_CAPTURE_LOCK_FILTER 0x80u
#define NETRING_CAPTURE_OVERSIZE 0x100u

enum netring_direction {
	NETRING_DIRECTION_BOTH,
	NETRING_DIRECTION_IN, /* by the kernel from 4.20 on, else in the walk */
	NETRING_DIRECTION_OUT /* in the walk: the kernel has no such option */
};

/* How a fanout group spreads packets over its members (PACKET_FANOUT_*). */
enum netring_fanout_mode {
	NETRING_FANOUT_HASH = 0,	 /* by flow, both ways alike; 3.1 */
	NETRING_FANOUT_LOAD_BALANCE = 1, /* round robin; 3.1 */
	NETRING_FANOUT_CPU = 2,		 /* by the CPU it arrived on; 3.1 */
	NETRING_FANOUT_ROLLOVER = 3,	 /* the first with room; 3.10 */
	NETRING_FANOUT_RANDOM = 4,	 /* 3.12 */
	NETRING_FANOUT_QUEUE = 5,	 /* by the device's queue; 3.14 */
	NETRING_FANOUT_CLASSIC_BPF = 6,	 /* classic program's result; 4.3 */
	NETRING_FANOUT_EBPF = 7		 /* eBPF program's result; 4.3 */
};

/*
 * netring_fanout.flags
 *
 * ROLLOVER_FLAG    what a full member cannot take goes to others; not with
 *                  mode ROLLOVER; Linux 3.10
 * UNIQUE_ID        the kernel picks the id: netring_capture_fanout_id(); 4.12
 * IGNORE_OUTGOING  Linux 6.2; before, each member leaves them out
 * DEFRAG           reassemble IPv4 fragments first
 */
#define NETRING_FANOUT_ROLLOVER_FLAG 0x1000u
#define NETRING_FANOUT_UNIQUE_ID 0x2000u
#define NETRING_FANOUT_IGNORE_OUTGOING 0x4000u
#define NETRING_FANOUT_DEFRAG 0x8000u

/*
 * Members of a group have one id, mode, flags, interface and protocol. A new
 * member's share of the packets is dropped, uncounted, from joining until its
 * filter is in force: microseconds.
 */
struct netring_fanout {
	uint16_t id;
	uint16_t flags;
	enum netring_fanout_mode mode;
	const struct netring_filter *classic; /* mode CLASSIC_BPF */
	const int *ebpf; /* mode EBPF: program descriptor */
};

/**
 * struct netring_capture_config - what to open; zero means the default.
 *
 * Read during netring_capture_open() only. An `int *` points to a descriptor
 * that stays the caller's.
 *
 * Not offered, since the kernel does not honour them on a packet ring:
 * SO_REUSEPORT (EOPNOTSUPP; use @fanout), SO_BUSY_POLL (packet sockets have
 * no NAPI id), MAP_LOCKED (ring pages are the kernel's and never swapped).
 * SO_RCVBUF has a meaning beside OVERSIZE only: else the ring is the buffer.
 */
struct netring_capture_config {
	const char *interface; /* name, or NULL: see ifindex */
	uint32_t ifindex;      /* used when interface is NULL */
	uint32_t flags;	       /* NETRING_CAPTURE_* */
	uint16_t protocol;     /* EtherType in host order, 0: all. With one
				* given, outgoing packets are not seen,
				* whatever the direction. */
	enum netring_direction direction;

	/* The ring, the kernel's memory, accounted to nobody; what is valid
	 * and what is computed: netring_geometry_compute(). */
	uint32_t memory; /* bytes; 0: CONFIG_CAPTURE_MEMORY_KIB */
	uint32_t block_size;
	uint32_t block_count;
	uint32_t frame_size; /* IMMEDIATE: a longer packet is truncated; V3 has
			      * no slots, but must be able to hold it */
	uint32_t max_packet; /* longest packet to be kept whole; 0: as fits */
	uint32_t retire_ms;  /* V3: a block that is not full is handed over
			      * after this time (before 6.18: + 1 jiffy); to
			      * 65535; 0: CONFIG_CAPTURE_RETIRE_MS. A reader may
			      * pause for block_count times this before packets
			      * are lost, even if few come. */
	uint32_t receive_buffer; /* SO_RCVBUF, bytes: how much OVERSIZE packets
				  * may wait on the socket; 0: the system's */
	uint32_t snaplen;  /* keep this many bytes of a packet, 0: all; put
				* in by the kernel as a filter, so not beside
				* one: see netring_filter_snaplen() */
	void *map_address; /* map the ring here: page-aligned, over a range
				* that the caller has reserved with mmap() and
				* which close, and an open that fails after the
				* step MAP, unmaps; CONFIG_CAPTURE_MAP_FIXED */

	/* In force before the first packet; CONFIG_CAPTURE_FILTER. */
	const struct netring_filter *filter;
	const int *ebpf_filter; /* BPF_PROG_TYPE_SOCKET_FILTER; 3.19 */

	const struct netring_fanout *fanout; /* CONFIG_CAPTURE_FANOUT */
	const int *netns;  /* network namespace to open in (needs CAP_SYS_ADMIN,
			    * the calling thread visits it); PACKET_NETNS */
	const int *socket; /* an AF_PACKET socket opened by somebody else, best
			    * with protocol 0, SOCK_DGRAM for COOKED, else
			    * SOCK_RAW (or -EPROTOTYPE); the capture's own once
			    * open has succeeded, else still the caller's, to
			    * try again with or to close;
			    * CONFIG_PACKET_ADOPT */
};

/* Totals; packets that went into the ring, and those that found it full. */
struct netring_capture_stats {
	uint64_t received;
	uint64_t dropped;
	uint64_t freezes; /* V3: times the ring became full */
};

/**
 * struct netring_capture - one receive ring. Storage is the caller's and must
 * stay in place until close; all but @step and @reason is private. Before open
 * has succeeded and after close, only netring_capture_close() may be called.
 *
 * One thread per object; objects share nothing.
 */
struct netring_capture {
	enum netring_step step;		     /* that failed last */
	enum netring_geometry_reason reason; /* with step GEOMETRY */

	int fd_; /* + 1, so that all zero is closed */
	uint8_t *ring_;
	size_t ring_size_;
	struct netring_geometry geometry_;
	uint32_t slots_;     /* V2: frames in a block; V3: 0 */
	uint8_t *at_;	     /* cursor: a slot (V2) or a block (V3), */
	uint32_t status_at_; /* its status word in there, */
	uint32_t block_;     /* and its numbers */
	uint32_t slot_;
	uint32_t held_;	    /* frames (V3: 1 block) handed out */
	uint32_t passed_;   /* OVERSIZE: of these, no whole packet is queued */
	uint32_t sequence_; /* V2: of the next batch */
	uint32_t packet_flags_;
	uint32_t skip_;
	uint32_t flags_;
	uint32_t snaplen_;
	uint32_t ifindex_;
	uint16_t protocol_;
	uint16_t hatype_;
	uint16_t fanout_id_;
	uint8_t link_down_;
	uint8_t receiving_; /* batch_ is in use */
	char interface_[16];
	struct netring_batch batch_;
	struct netring_capture_stats total_;
	struct netring_capture_stats last_;
};

/**
 * netring_capture_open() - map a receive ring on one interface.
 * @cap: storage from the caller, any content.
 * @cfg: read during the call only; zero fields take the default.
 *
 * Protocol 0, options, ring, filter, then bind: not one packet of another
 * interface, or one that the filter refuses, is ever seen. The interface may
 * be down.
 *
 * Units:   sizes in bytes, times in milliseconds, protocol in host order.
 * Memory:  block_size * block_count bytes of kernel memory; no heap.
 * Kernel:  4.14 (tested from 5.10 on); newer needs stand at each option.
 * Return:  0, or < 0 with cap->step, nothing held, close allowed:
 *          -EPERM (needs CAP_NET_RAW), -ENODEV (no such interface), -EINVAL
 *          (a field: step CONFIG; a size: step GEOMETRY and cap->reason),
 *          -ENOMEM (ring too large for the memory at hand), -EOPNOTSUPP (not
 *          in this build's configuration), or what the kernel said.
 */
int netring_capture_open(struct netring_capture *cap,
			 const struct netring_capture_config *cfg)
	NETRING_TAGGED(netring_capture_open);

/* Give everything back. Safe on a failed, a closed or an all-zero object. */
void netring_capture_close(struct netring_capture *cap);

/**
 * netring_capture_next() - take the next batch, without waiting.
 *
 * The batch stays until netring_capture_release(). A forgotten release shows
 * at once: the same batch comes again for ever.
 *
 * Return: 1 and @batch, or 0: nothing there.
 */
int netring_capture_next(struct netring_capture *cap,
			 struct netring_batch *batch);

/* Hand the batch taken last back to the kernel; its packets are gone. */
void netring_capture_release(struct netring_capture *cap);

/* What netring_capture_wait() saw. */
enum netring_event {
	NETRING_EVENT_TIMEOUT = 0,
	NETRING_EVENT_PACKETS = 1,
	NETRING_EVENT_LINK_DOWN =
		2 /* told once; packets resume by themselves */
};

/**
 * netring_capture_wait() - wait for a batch.
 * @timeout: milliseconds; 0: only look; NETRING_FOREVER.
 *
 * For an event loop of the caller's: watch netring_capture_fd() for POLLIN,
 * level-triggered, and call this with 0 on every wake-up, as it also fetches
 * a pending error, without which poll() and epoll would spin. While the link
 * is down call it now and then too: a removal after that makes no event.
 *
 * Return: enum netring_event, or
 *         -EINTR   a signal came; nothing is lost, call again or end
 *         -ENODEV  the interface is gone, told again until
 *                  netring_capture_rebind() succeeds
 *         -errno   of poll(2) or from the socket
 */
int netring_capture_wait(struct netring_capture *cap, int timeout);

/**
 * netring_capture_receive() - packet by packet, batches handled inside.
 * @pkt:      valid until the next call.
 * @deadline: of netring_clock_ms(); 0: do not wait; NETRING_FOREVER.
 *
 * Waits on through a link that is down. The deadline is looked at between
 * batches, so that a flood cannot outlast it. Not to be mixed with
 * netring_capture_next() on the same object; netring_capture_wait() says
 * PACKETS for as long as a batch is in use.
 *
 * Return: 1 and @pkt; 0 at the deadline; -EBADMSG when the rest of a batch was
 * given up for a wrong offset in the ring; < 0 as netring_capture_wait().
 */
int netring_capture_receive(struct netring_capture *cap,
			    struct netring_packet *pkt, int64_t deadline);

/* The descriptor for poll(2), epoll(7) or uloop; -1 when closed. */
static inline int netring_capture_fd(const struct netring_capture *cap)
{
	return cap->fd_ - 1;
}

/* The events to watch it for. */
#define NETRING_CAPTURE_EVENTS 0x1 /* POLLIN; POLLERR comes by itself */

/* What was mapped, computed sizes included. */
static inline const struct netring_geometry *
netring_capture_geometry(const struct netring_capture *cap)
{
	return &cap->geometry_;
}

/* ARPHRD_* of the interface: 1 Ethernet, 772 loopback, 65534 tun, ... */
static inline uint16_t netring_capture_hatype(const struct netring_capture *cap)
{
	return cap->hatype_;
}

/* The interface's index, as bound. */
static inline uint32_t
netring_capture_ifindex(const struct netring_capture *cap)
{
	return cap->ifindex_;
}

/* NETRING_LINKTYPE_*: what a capture file of its packets is to say. */
static inline uint32_t
netring_capture_link_type(const struct netring_capture *cap)
{
	return netring_link_type(cap->hatype_,
				 (cap->flags_ & NETRING_CAPTURE_COOKED) != 0);
}

/* The group joined; with UNIQUE_ID the one that the kernel chose. */
static inline uint16_t
netring_capture_fanout_id(const struct netring_capture *cap)
{
	return cap->fanout_id_;
}

/**
 * netring_capture_read_oversize() - fetch the whole of a packet with
 * NETRING_PACKET_OVERSIZE, whose slot holds its beginning only.
 *
 * To be called in the order of the packets, before the batch is released. Of
 * those that are left out, the rest is dropped. @pkt is as it came from the
 * batch, and becomes the packet in @buffer, as with netring_packet_copy().
 *
 * Return: 1; 0: not marked, fetched before, or left out; -EINVAL: @size or
 * alignment of @buffer, or @pkt is not of this batch; or -errno.
 */
int netring_capture_read_oversize(struct netring_capture *cap,
				  struct netring_packet *pkt, void *buffer,
				  uint32_t size);

/**
 * netring_capture_rebind() - follow an interface that was removed and made
 * again under the name that it was opened by. Ring, filter and counters stay.
 * While the interface is there, it stays this one: renamed, too, and if
 * another one has its name.
 *
 * Return: 0; -ENODEV when it is not there yet; -EPFNOSUPPORT: the new one is
 * of another kind, with another link header; -EINVAL from a member of a
 * fanout group, which the kernel cannot move (close and open again); others
 * as open. cap->step tells the step.
 */
int netring_capture_rebind(struct netring_capture *cap);

/**
 * netring_capture_read_stats() - packets received and dropped.
 * @total: since open; NULL allowed.
 * @since: since the last call that asked for it; NULL allowed.
 *
 * received + dropped is what the interface and the filter let through. Both
 * views come from one accumulator and may be mixed.
 *
 * The kernel's counters have 32 bits, and begin again with each call: make
 * one, with NULL and NULL if nobody asks, before 2^32 packets can have come.
 * Once a minute does for 70 million packets a second.
 *
 * Return: 0, or -errno.
 */
int netring_capture_read_stats(struct netring_capture *cap,
			       struct netring_capture_stats *total,
			       struct netring_capture_stats *since);

/*
 * Filters while running; each returns 0 or -errno (-EPERM: locked). The
 * change is atomic; packets that are in the ring already were chosen by the
 * old filter. With a snaplen in the capture's configuration, set_filter
 * refuses (-EINVAL) a program that keeps more (see netring_filter_snaplen()),
 * and set_ebpf_filter any.
 * detach returns 0 when there was none, and leaves the snaplen in force.
 */
int netring_capture_set_filter(struct netring_capture *cap,
			       const struct netring_filter *filter);
int netring_capture_set_ebpf_filter(struct netring_capture *cap, int program);
int netring_capture_detach_filter(struct netring_capture *cap);
int netring_capture_lock_filter(struct netring_capture *cap);

enum netring_preset {
	NETRING_PRESET_DEFAULT,		/* the configuration's sizes */
	NETRING_PRESET_HIGH_THROUGHPUT, /* 16 blocks of 1 MiB */
	NETRING_PRESET_LOW_LATENCY,	/* IMMEDIATE; V3 alone: 1 ms blocks */
	NETRING_PRESET_LOW_MEMORY,	/* 128 KiB in all */
	NETRING_PRESET_JUMBO		/* 4 MiB; packets to 64 KiB whole */
};

/* Set the sizes, the time and IMMEDIATE in @cfg; later stores override. */
void netring_capture_preset(struct netring_capture_config *cfg,
			    enum netring_preset preset);

#ifdef __cplusplus
}
#endif
#endif
