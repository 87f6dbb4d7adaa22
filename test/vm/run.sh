#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the tests for other architectures and runs them in virtual machines;
# the last line is "N passed, N failed, N skipped".
#
# usage: run.sh MACHINE|push|all... [-- TEST...]
#
# Fails when a test fails, and when one is skipped that expected-skips does not
# list. Environment: NETRING_BUILD, where everything is made.

set -eu

. test/vm/lib.sh

words='' tests=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	words="$words $1"
	shift
done
[ $# -eq 0 ] || shift
tests=$*

# shellcheck disable=SC2086 # several words
list=$(machines $words)
unset APT_CONFIG
export NETRING_BUILD
rm -rf "$NETRING_BUILD/tap"
mkdir -p "$NETRING_BUILD/tap"

# $1 a machine: the tests that it runs
tests_of() {
	runs=$(word machines "$1" 4)
	if [ -n "$tests" ]; then
		echo "$tests"
	elif [ "$runs" = live ]; then
		(cd test/live && echo test_*.c | sed 's/\.c//g')
	else
		echo "$runs"
	fi
}

# $1 a configuration: what its machines run, since the other tests need more
built_with() {
	for machine in $list; do
		[ "$(word machines "$machine" 6)" != "$1" ] ||
			tests_of "$machine"
	done
}

for build in $(for machine in $list; do
	echo "$(word machines "$machine" 1)/$(word machines "$machine" 6)"
done | sort -u); do
	program=${build%/*} config=${build#*/}
	build=$NETRING_BUILD/vm/$program${config:+-$config}
	make -s O="$build" "${config:-full}_defconfig"
	goals='vm-program'
	case $program,$list in # which runs the program, too
	x86-64,*no-bpf*) goals="$goals all" ;;
	esac
	vm_tests=
	[ -z "$config" ] || vm_tests=$(built_with "$config" | paste -s -d ' ')
	# shellcheck disable=SC2086 # several words
	make -s "-j$(nproc)" O="$build" VM_TESTS="$vm_tests" \
		CC="$cache/toolchain/$program/cc" \
		AR="$(word architectures "$program" 1)-ar" KERNEL_HEADERS= \
		WERROR=1 $goals
done

# What does not come to its end is a failure.
for machine in $list; do
	tests_of=$(tests_of "$machine")
	for test in $tests_of kernel; do
		echo "# not run" >"$NETRING_BUILD/tap/$machine,$test"
	done
	echo "$machine $tests_of"
done >"$NETRING_BUILD/vm/list"
xargs -P "$(nproc)" -L 1 sh test/vm/boot.sh <"$NETRING_BUILD/vm/list"

awk -f test/vm/report.awk "CACHE=$cache" test/vm/kernels test/vm/machines \
	"$NETRING_BUILD"/tap/* >"$NETRING_BUILD/report.md"
awk -f test/count.awk bad=0 test/vm/expected-skips "$NETRING_BUILD"/tap/*
