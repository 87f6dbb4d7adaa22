/* SPDX-License-Identifier: MIT */
/* injector_txtime.c - a kick with a launch time. */
#include "injector.h"

int netring_injector_kick_at_(int fd, uint64_t time)
{
	union {
		struct cmsghdr header; /* for its alignment */
		uint8_t bytes[CMSG_SPACE(sizeof(uint64_t))];
	} control;
	struct msghdr message;
	struct cmsghdr *part;

	memset(&message, 0, sizeof(message));
	memset(&control, 0, sizeof(control));
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	part = CMSG_FIRSTHDR(&message);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SO_TXTIME;
	part->cmsg_len = CMSG_LEN(sizeof(time));
	memcpy(CMSG_DATA(part), &time, sizeof(time));
	return sys_sendmsg(fd, &message, MSG_DONTWAIT);
}
