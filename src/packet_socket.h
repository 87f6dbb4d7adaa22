/* SPDX-License-Identifier: MIT */
/* packet_socket.h - AF_PACKET calls that the packet roles share. */
#ifndef NETRING_PACKET_SOCKET_H
#define NETRING_PACKET_SOCKET_H

#include "sys.h"

#include <netring/base.h>
#include <netring/geometry.h>

#include "interface.h"
#include "kernel_abi.h"

/* Each returns >= 0 or -errno; none keeps or closes a descriptor. */

/* *@adopted, or a socket of protocol 0, in namespace *@netns if not NULL. */
int netring_packet_open_(int type, const int *netns, const int *adopted,
			 enum netring_step *step);

/* setsockopt() at SOL_PACKET with an int. */
int netring_packet_option_(int fd, int option, int value);

/* A ring of TPACKET_V2 slots: NR_PACKET_TX_RING or _RX_RING. */
int netring_packet_ring_(int fd, int option,
			 const struct netring_geometry *geometry);

/* An open failed: the caller, whose socket it is, may try again with it. */
void netring_packet_no_ring_(int fd, int option);

int netring_packet_bind_(int fd, int ifindex, uint16_t protocol);

/* A socket that others opened, and that is to send alone: nothing comes to its
 * queue, and a frame's own EtherType is its protocol. */
int netring_packet_deafen_(int fd);

/* One frame, on a socket that has no ring. */
int netring_packet_send_(int fd, int ifindex, const void *frame, size_t size);

/* Is the interface bound to still there? 0, or -ENODEV; and its type, left as
 * it is for one that is being removed. */
int netring_packet_bound_(int fd, uint16_t *hatype);

/*
 * Which interface to bind to again, by its index: @ifindex, while that is
 * there, whatever its name; else what has the name now, if it is of type
 * @hatype, or -EPFNOSUPPORT.
 */
int netring_packet_find_(int fd, uint32_t ifindex, const char *name,
			 uint16_t hatype);

/* NR_PACKET_MR_*: counted by the kernel, given back with the socket. */
int netring_packet_join_(int fd, int ifindex, uint16_t type);

/* Attach a classic program; @instructions is what the kernel reads. */
int netring_packet_filter_(int fd, const void *instructions, uint16_t count);

/* Keep @snaplen bytes of every packet; 0: refuse every packet. */
int netring_packet_snaplen_(int fd, uint32_t snaplen);

/* netns.c */
int netring_netns_socket_(int type, int netns, enum netring_step *step);

/* fanout.c; *id becomes the group's id as the kernel has it */
struct netring_fanout;
int netring_fanout_join_(int fd, const struct netring_fanout *fanout,
			 uint16_t *id);

#endif
