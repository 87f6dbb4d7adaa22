/* SPDX-License-Identifier: MIT */
/* interop.h - numbered frames through sockets of netring, of libxdp. */
#ifndef INTEROP_H
#define INTEROP_H

#include <stdint.h>

#include <netring/xdp_program.h>

#define LOT 64u

/* What went wrong, or NULL. With a program of netring's, of someone else's
 * through its map, or of libxdp's own making. */
const char *through_netring(const char *near, const char *far, const int *map,
			    struct netring_xdp_program *program);
const char *through_libxdp(const char *near, const char *far);

#endif
