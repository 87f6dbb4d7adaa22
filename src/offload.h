/* SPDX-License-Identifier: MIT */
/* offload.h - switch off what makes super-frames, and switch it on again. */
#ifndef NETRING_OFFLOAD_H
#define NETRING_OFFLOAD_H

#include "packet_socket.h"

/*
 * Turn GRO, LRO and TSO of @name off. *@was_on: a bit for each that was on
 * and is off now. Return: 0, or what refused to turn off one that is on.
 */
int netring_offload_off_(int fd, const char *name, uint32_t *was_on);

/* On again, as @was_on says. */
void netring_offload_restore_(int fd, const char *name, uint32_t was_on);

#endif
