#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs tests in virtual machines; the last line is "N passed, N failed, N
# skipped". What is here and ends in .t runs on the host, for the architectures
# of these machines.
#
# usage: run.sh MACHINE|push|all... [-- TEST...]
#
# Fails when a test fails, and when one is skipped that expected-skips does not
# list. Environment: NETRING_BUILD, where everything is made.

set -eu

. test/vm/lib.sh

asked='' scripts='' tests=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	asked="$asked $1"
	shift
done
[ $# -eq 0 ] || shift
chosen=$*
for test in ${chosen:-test/vm/*.t}; do
	case $test in
	*.t) scripts="$scripts $test" ;;
	*) tests="$tests $test" ;;
	esac
done

# shellcheck disable=SC2086 # several words
list=$(machines $asked)
programs=$(for machine in $list; do
	word machines "$machine" 1
done | sort -u)
[ -n "$tests" ] || [ -z "$chosen" ] || list=
unset APT_CONFIG
export NETRING_BUILD
tap=$NETRING_BUILD/tap
rm -rf "$tap"
mkdir -p "$tap"

# $1 a machine: the tests that it runs
tests_of() {
	runs=$(word machines "$1" 4)
	if [ -n "$tests" ]; then
		echo "$tests"
	elif [ "$runs" = live ]; then
		for test in test/live/test_*.c; do
			basename "$test" .c
		done | paste -s -d ' '
	else
		echo "$runs"
	fi
}

# What does not come to its end is a failure.
for test in $scripts; do
	echo "# not run" >"$tap/$(echo "$test" | tr / ,)"
done
for machine in $list; do
	tests_of=$(tests_of "$machine")
	for test in $tests_of kernel; do
		echo "# not run" >"$tap/$machine,$test"
	done
	echo "$machine $tests_of"
done >"$NETRING_BUILD/machines"

for test in $scripts; do
	ARCHITECTURES=$programs TEST_TIMEOUT=1800 sh test/one "$test" \
		>/dev/null || :
done
# shellcheck disable=SC2086 # several words
[ -z "$list" ] || sh test/vm/build.sh $list
xargs -r -P "$(nproc)" -L 1 sh test/vm/boot.sh <"$NETRING_BUILD/machines"

awk -f test/vm/report.awk "CACHE=$cache" test/vm/kernels test/vm/machines \
	"$tap"/*,* >"$NETRING_BUILD/report.md"
awk -f test/count.awk bad=0 test/vm/expected-skips "$tap"/*
