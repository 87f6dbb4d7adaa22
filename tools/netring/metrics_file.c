/* SPDX-License-Identifier: MIT */
/* metrics_file.c - counters as a text file that is never seen half written. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <netring/metrics.h>

#define SECOND_MS 1000

static char text[16384];

static int put(int fd, const char *at, size_t size)
{
	ssize_t done;

	while (size) {
		done = write(fd, at, size);
		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			at += done;
			size -= (size_t)done;
		}
	}
	return 0;
}

/* In the same directory, for rename(2); a name that no collector reads. */
static int replace(const char *path, size_t size)
{
	char name[PATH_MAX];
	int fd, error;
	int length =
		snprintf(name, sizeof(name), "%s.%ld~", path, (long)getpid());

	if (length < 0 || (size_t)length >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0644);
	if (fd < 0)
		return -1;
	error = put(fd, text, size) < 0 ? errno : 0;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error && rename(name, path) < 0)
		error = errno;
	if (error)
		unlink(name);
	errno = error;
	return error ? -1 : 0;
}

static int write_rows(const char *path, const struct netring_metrics_row *rows,
		      size_t count)
{
	size_t size = 0;

	if (NETRING_CONFIG_METRICS)
		size = netring_metrics_text(text, sizeof(text), rows, count);
	if (size >= sizeof(text)) {
		errno = EMSGSIZE;
		return -1;
	}
	return replace(path, size);
}

int metrics_start(struct metrics_file *file, int64_t now,
		  const struct netring_metrics_row *rows, size_t count)
{
	file->next = now + SECOND_MS;
	if (!file->path)
		return 0;
	if (!NETRING_CONFIG_METRICS)
		return fail("--metrics: this build has none (METRICS)");
	if (write_rows(file->path, rows, count) < 0)
		return fail("--metrics %s: %s", file->path, strerror(errno));
	return 0;
}

int metrics_due(const struct metrics_file *file, int64_t now)
{
	return file->path && now >= file->next;
}

void metrics_write(struct metrics_file *file, int64_t now,
		   const struct netring_metrics_row *rows, size_t count)
{
	int failed;

	if (!file->path)
		return;
	failed = write_rows(file->path, rows, count) < 0;
	if (failed && !file->failing)
		note("--metrics %s: %s", file->path, strerror(errno));
	file->failing = failed;
	file->next = now + SECOND_MS;
}
