/* SPDX-License-Identifier: MIT */
/* offload.h - switch off what makes super-frames, and switch it on again. */
#ifndef NETRING_OFFLOAD_H
#define NETRING_OFFLOAD_H

#include "packet_socket.h"

/*
 * Turn GRO, LRO and TSO of @name off, or on again (@on). *@off has a bit for
 * each that was on and is off now; only these are turned on again.
 *
 * Return: 0, or what refused the first change that was refused.
 */
int netring_offload_set_(int fd, const char *name, uint32_t *off, int on);

#endif
