/* SPDX-License-Identifier: MIT */
/* xdp_open_cases.h - AF_XDP sockets whose every system call is made to fail. */
#ifndef NETRING_TEST_XDP_OPEN_CASES_H
#define NETRING_TEST_XDP_OPEN_CASES_H

#include "wrap.h"

#include "veth_pairs.h"

#include <netring/umem_count.h>
#include <netring/xdp_program.h>

#include "xdp.h"

#define XDP_FRAMES 64u
#define XDP_QUEUES 8u /* of nra0 and nrb0 */

/* xdp_case.with */
#define WITH_SIBLING 0x1u /* the UMEM has a socket, on the last queue, */
#define WITH_FAR 0x2u	  /* or on the other interface */
#define WITH_PROGRAM 0x4u
#define WITH_MAP 0x8u
#define WITH_ADOPTED 0x10u
#define WITH_METADATA 0x20u

struct xdp_case {
	const char *name;
	uint32_t with;
	struct netring_xdp_config cfg;
};

extern const struct xdp_case xdp_cases[];
extern const uint32_t xdp_case_count;

/* What the cases point to. */
extern struct netring_umem xdp_umem;
extern struct netring_xdp_program xdp_program;
extern int xdp_map; /* an XSKMAP of the test's own */

/* nra0 - nra1, nrb0 - nrb1 with queues, a program and a map: group setup. Where
 * bpf(2) is not allowed, there is neither. */
int xdp_setup(void **state);
int xdp_teardown(void **state);
int xdp_clean(void **state); /* a test that failed leaves nothing */

/* Ends a program that can do nothing without bpf(2), where it may not. */
void xdp_need_bpf(void);
int xdp_may_bpf(void);

/* A test's: a fresh UMEM, the sibling opened. */
void xdp_begin(const struct xdp_case *test);
void xdp_end(const struct xdp_case *test);

/* The configuration, with the next queue in turn: the last one may still be
 * taken for a while. An adopted socket is a new one each time. */
struct netring_xdp_config xdp_config(const struct xdp_case *test);
int xdp_adopted(void);

/* Arm, and open: has to succeed. */
void xdp_open_case(const struct xdp_case *test, struct netring_xdp *xdp);
/* Open over memory of any content; as netring_xdp_open(). */
int xdp_open_anew(struct netring_xdp *xdp, struct netring_xdp_config cfg);
/* The end of a test: close, twice, and xdp_end(). */
void xdp_close_test(const struct xdp_case *test, struct netring_xdp *xdp);

/* Arm; a bind that meets a queue which is still taken waits unseen. */
void xdp_arm(uint32_t n, int error);

/* Frames: all of them in order, and all free but those of the sibling. */
void xdp_frames_are_free(const struct xdp_case *test);

/* The step that a failed call belongs to, said once more, independently. */
enum netring_step xdp_step(const struct wrap_entry *call);

/* Is a failing of call @n, after @from others, no reason to give up, of a
 * socket's open? */
int xdp_has_fallback(const struct xdp_case *test, uint32_t from, uint32_t n,
		     int error);

/* An open socket sends and has its frames, and gives all back, twice. */
void xdp_works(const struct xdp_case *test, struct netring_xdp *xdp);
void xdp_close_twice(struct netring_xdp *xdp);

/* A test program: @function with each case of a bit in @some, as tests. */
#define XDP_ALL_CASES 0xffffffffu
int xdp_run_cases(const char *name, uint32_t some,
		  void (*function)(void **state));

#endif
