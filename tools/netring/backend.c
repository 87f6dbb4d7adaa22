/* SPDX-License-Identifier: MIT */
/* backend.c - which backend an applet has, and how that is said. */
#include "backend.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define QUEUE_MAX 65535

static int choose(struct backend_options *options, const char *name)
{
	if (!strcmp(name, "packet"))
		options->backend = BACKEND_PACKET;
	else if (!strcmp(name, "xdp"))
		options->backend = BACKEND_XDP;
	else if (!strcmp(name, "auto"))
		options->backend = BACKEND_AUTO;
	else
		return fail("--backend %s: not packet, xdp or auto", name);
	return 0;
}

static int choose_mode(struct backend_options *options, const char *name)
{
	if (!strcmp(name, "native"))
		options->mode[0] = NETRING_XDP_NATIVE;
	else if (!strcmp(name, "generic"))
		options->mode[0] = NETRING_XDP_GENERIC;
	else
		return fail("--xdp-mode %s: not native or generic", name);
	return 0;
}

int backend_option(struct backend_options *options, int letter)
{
	uint64_t queue;

	if (letter == OPTION_BACKEND)
		return choose(options, optarg);
	if (letter == OPTION_XDP_MODE)
		return choose_mode(options, optarg);
	if (parse_number(optarg, 0, QUEUE_MAX, &queue) < 0)
		return fail("--queue %s: not a number to %u", optarg,
			    QUEUE_MAX);
	options->queue = (uint32_t)queue + 1;
	return 0;
}

int backend_wants_xdp(const struct backend_options *options)
{
	return options->backend == BACKEND_XDP ||
	       options->backend == BACKEND_AUTO;
}

int backend_check(const struct backend_options *options)
{
	if (backend_wants_xdp(options))
		return -1;
	if (options->queue)
		return fail("--queue needs --backend xdp or auto");
	if (options->mode[0])
		return fail("--xdp-mode needs --backend xdp or auto");
	if (options->backend == BACKEND_PACKET)
		note("backend: packet");
	return -1;
}

int backend_step(struct backend_failure *failure, enum netring_step step,
		 int result)
{
	failure->step = step;
	failure->error = -result;
	return -1;
}

int backend_words(struct backend_failure *failure, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure->words, sizeof(failure->words), format, arguments);
	va_end(arguments);
	return -1;
}

/* "attach: Device or resource busy, program 12" */
static void say_reason(char *text, size_t size,
		       const struct backend_failure *failure)
{
	int used;

	if (*failure->words) {
		snprintf(text, size, "%s", failure->words);
		return;
	}
	used = snprintf(text, size, "%s: %s", netring_step_name(failure->step),
			strerror(failure->error));
	if (failure->foreign && used > 0 && (size_t)used < size)
		snprintf(text + used, size - (size_t)used, ", program %u",
			 failure->foreign);
}

/* What helps against it; NULL: nothing that is known. */
static const char *remedy(const struct backend_failure *failure)
{
	int denied = failure->error == EPERM || failure->error == EACCES;

	switch (failure->step) {
	case NETRING_STEP_SOCKET:
		if (failure->error == EAFNOSUPPORT)
			return "this kernel has no AF_XDP (CONFIG_XDP_SOCKETS)";
		return denied ? "needs CAP_NET_RAW" : NULL;
	case NETRING_STEP_INTERFACE:
		return failure->error == EPFNOSUPPORT ? "no Ethernet device" :
							NULL;
	case NETRING_STEP_UMEM:
		return failure->error == ENOBUFS ?
			       "the limit of locked memory is too low: raise "
			       "it (ulimit -l), or take less: -B" :
			       NULL;
	case NETRING_STEP_VERSION:
		return "needs Linux 5.4";
	case NETRING_STEP_XSKMAP:
	case NETRING_STEP_PROGRAM:
		if (failure->error == ENOSYS)
			return "this kernel has no bpf(2) (CONFIG_BPF_SYSCALL)";
		return denied ? "needs CAP_BPF and CAP_NET_ADMIN, before Linux "
				"5.8 CAP_SYS_ADMIN" :
				NULL;
	case NETRING_STEP_ATTACH:
		if (denied)
			return "needs CAP_NET_ADMIN";
		if (failure->error == EBUSY)
			return "another XDP program is there, and stays";
		return failure->error == EOPNOTSUPP ?
			       "its driver has no native mode: "
			       "--xdp-mode generic" :
			       NULL;
	case NETRING_STEP_BIND:
		if (failure->error == EINVAL)
			return "is there such a queue?";
		return failure->error == EBUSY ?
			       "another AF_XDP socket has the queue" :
			       NULL;
	default:
		return NULL;
	}
}

int backend_fall_back(const struct backend_options *options,
		      const struct backend_failure *failure)
{
	const char *help = *failure->words ? NULL : remedy(failure);
	char reason[192];

	if (!*failure->words && failure->step == NETRING_STEP_INTERFACE &&
	    failure->error == ENODEV)
		return fail_interface(failure->option, failure->interface);
	say_reason(reason, sizeof(reason), failure);
	if (options->backend != BACKEND_AUTO)
		return fail("%s%s: %s%s%s", failure->option, failure->interface,
			    reason, help ? "; " : "", help ? help : "");
	note("backend: packet (xdp: %s)", reason);
	return 0;
}

void backend_name_mode(char *text, size_t size, enum netring_xdp_attach attach,
		       enum netring_xdp_bind bound)
{
	snprintf(text, size, "%s%s",
		 attach == NETRING_XDP_NATIVE  ? "native, " :
		 attach == NETRING_XDP_GENERIC ? "generic, " :
						 "",
		 bound == NETRING_XDP_ZEROCOPY ? "zero-copy" : "copy");
}
