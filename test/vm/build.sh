#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the programs that virtual machines run.
#
# usage: build.sh MACHINE|push|all...
#
# Environment: NETRING_BUILD, where everything is made.

set -eu

. test/vm/lib.sh

list=$(machines "$@")
unset APT_CONFIG
export NETRING_BUILD

for machine in $list; do
	build=$(build_of "$machine")
	program=$(word machines "$machine" 1)
	runs=$(word machines "$machine" 4)
	config=$(word machines "$machine" 6)
	goals='vm-program'
	[ "$runs" != test_no_bpf ] || goals="$goals all"
	# A smaller configuration has not what all tests need.
	tests=
	[ -z "$config" ] || tests=$runs
	make -s O="$build" "${config:-full}_defconfig"
	# shellcheck disable=SC2086 # several words
	make -s "-j$(nproc)" O="$build" VM_TESTS="$tests" \
		CC="$cache/toolchain/$program/cc" \
		AR="$(word architectures "$program" 1)-ar" KERNEL_HEADERS= \
		WERROR=1 $goals
done
