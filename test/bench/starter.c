// SPDX-License-Identifier: MIT
// How long a program takes from fork and exec until it says something.
//
// usage: starter PROGRAM ARGUMENT...     prints "ready", then "ns N"

#include "bench.h"

#include <sys/wait.h>
#include <time.h>

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv)
{
	uint64_t begin, end;
	int pipe_of[2];
	char letter;
	pid_t child;

	if (argc < 2 || pipe(pipe_of) < 0)
		return 2;
	bench_ready();
	begin = now();
	child = fork();
	if (child == 0) {
		dup2(pipe_of[1], STDOUT_FILENO);
		close(pipe_of[0]);
		close(pipe_of[1]);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	close(pipe_of[1]);
	if (read(pipe_of[0], &letter, 1) != 1) {
		fprintf(stderr, "%s: not ready\n", argv[1]);
		return 1;
	}
	end = now();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("ns %llu\n", (unsigned long long)(end - begin));
	return 0;
}
