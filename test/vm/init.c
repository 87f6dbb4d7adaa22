/* SPDX-License-Identifier: MIT */
/* init.c - a virtual machine's first process: runs the tests, one by one. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEST_SECONDS 300
#define MARK "netring: " /* lines of ours in the kernel's log */
#define BEGIN "the tests begin"
#define TRACE 40 /* lines that follow a complaint, and belong to it */

/* Every program of the tests is in this one, its main() by another name. */
#define TEST(name) int name(int argc, char **argv);
#include <tests.h>
#undef TEST

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} tests[] = {
#define TEST(name) { #name, name },
#include <tests.h>
};

static void nothing(int signal)
{
	(void)signal;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

/* What the kernel says from here on, it says of this. */
static void mark(const char *what)
{
	char line[100];

	snprintf(line, sizeof(line), MARK "%s\n", what);
	write_file("/dev/kmsg", line);
}

static void begin(void)
{
	struct sigaction action = { .sa_handler = nothing };

	sigaction(SIGALRM, &action, NULL);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	write_file("/proc/sys/kernel/printk_devkmsg", "on\n");
	mark(BEGIN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("NETRING_VM", "1", 1); /* the clock is the tests' own */
}

/* In the order of the list, each after those that it needs. */
static void load_modules(void)
{
	char path[256] = "/modules/";
	FILE *list = fopen("/modules/list", "r");

	while (list && fgets(path + 9, sizeof(path) - 9, list)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			printf("# %s: %s\n", path, strerror(errno));
		close(fd);
	}
	if (list)
		fclose(list);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In a network namespace and a process of its own, for so long at most. */
static int run(char *const *argv)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		if (unshare(CLONE_NEWNET) < 0)
			perror("# a network namespace");
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	alarm(TEST_SECONDS);
	while (waitpid(child, &status, 0) != child)
		if (errno == EINTR)
			kill(child, SIGKILL);
	alarm(0);
	kill(-1, SIGKILL); /* what it left behind */
	while (wait(NULL) > 0)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A line that the kernel writes of a fault of its own. */
static int is_complaint(const char *line)
{
	static const char *const bad[] = { "WARNING:", "BUG:", "Oops",
					   "unaligned access" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strstr(line, bad[i]))
			return 1;
	return 0;
}

/* What the kernel has written since the tests began, as a test of its own. */
static void complaints(void)
{
	static char log[1 << 20];
	int n = klogctl(3 /* all */, log, sizeof(log) - 1), found = 0, more = 0;
	const char *during = "?", *first = "", *first_during = "";
	char *line, *ours, *rest = log;

	printf("# test kernel\n1..1\n");
	log[n > 0 ? n : 0] = '\0';
	if ((ours = strstr(log, MARK BEGIN)))
		rest = ours;
	while ((line = strsep(&rest, "\n"))) {
		if ((ours = strstr(line, MARK))) {
			during = ours + strlen(MARK);
			more = 0;
		} else if (is_complaint(line) && ++found < 20) {
			if (found == 1) {
				first = line;
				first_during = during;
			}
			printf("# during %s\n", during);
			more = TRACE;
		}
		if (more && more--)
			printf("# %s\n", line);
	}
	if (found)
		printf("not ok 1 - the kernel has no complaint, but during %s "
		       "%s\n",
		       first_during, first);
	else
		printf("ok 1 - the kernel has no complaint\n");
	printf("# exit %d\n", found != 0);
}

/* Each line of /run: a test's name. */
static void run_all(void)
{
	char name[64];
	FILE *list = fopen("/run", "r");

	while (list && fgets(name, sizeof(name), list)) {
		char *argv[] = { name, NULL };
		int64_t start = now_ms();
		int status;

		name[strcspn(name, "\n")] = '\0';
		printf("# test %s\n", name);
		mark(name);
		status = run(argv);
		printf("# %lld ms\n# exit %d\n", (long long)(now_ms() - start),
		       status);
	}
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (getpid() != 1 && !strcmp(argv[0], tests[i].name))
			return tests[i].main(argc, argv);
	if (getpid() != 1) {
		fprintf(stderr, "there is no %s\n", argv[0]);
		return 127;
	}
	begin();
	load_modules();
	run_all();
	complaints();
	printf("# end\n");
	fflush(stdout);
	reboot(RB_AUTOBOOT); /* which ends qemu -no-reboot; not all power off */
	return 0;
}
