/* SPDX-License-Identifier: MIT */
/* fanout.c - join a group of sockets that share the packets of an interface. */
#include "packet_socket.h"

#include <netring/capture.h>

static int set_program(int fd, const struct netring_fanout *fanout)
{
	struct nr_sock_fprog program;

	if (fanout->mode == NETRING_FANOUT_EBPF)
		return sys_setsockopt(fd, NR_SOL_PACKET, NR_PACKET_FANOUT_DATA,
				      fanout->ebpf, sizeof(*fanout->ebpf));
	if (fanout->mode != NETRING_FANOUT_CLASSIC_BPF)
		return 0;
	memset(&program, 0, sizeof(program));
	program.len = fanout->classic->count;
	program.filter = fanout->classic->code;
	return sys_setsockopt(fd, NR_SOL_PACKET, NR_PACKET_FANOUT_DATA,
			      &program, sizeof(program));
}

int netring_fanout_join_(int fd, const struct netring_fanout *fanout,
			 uint16_t *id)
{
	uint32_t value = fanout->id | (uint32_t)fanout->mode << 16 |
			 (uint32_t)fanout->flags << 16;
	socklen_t size = sizeof(value);
	int r;

	r = netring_packet_option_(fd, NR_PACKET_FANOUT, (int)value);
	if (r >= 0)
		r = set_program(fd, fanout);
	if (r >= 0)
		r = sys_getsockopt(fd, NR_SOL_PACKET, NR_PACKET_FANOUT, &value,
				   &size);
	*id = (uint16_t)value;
	return r;
}
