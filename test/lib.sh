# SPDX-License-Identifier: MIT
# What the shell tests share: a few words of the Test Anything Protocol.
# shellcheck shell=sh disable=SC2034 # for those who include this
#
#   . test/lib.sh
#   ok "what is true" COMMAND...     passes if the command succeeds
#   no "what is not" COMMAND...      passes if it says no: not if it crashes,
#                                    is missing, or grep cannot read its file
#   timely "what" COMMAND...         passes if one of three tries succeeds: for
#                                    times, which a busy machine may spoil
#   is "what" "$got" "$expected"
#   has "what" "$text" "$part"
#   skip "what" "reason"
#   changed FILE...                  those of them that changed (test/changed), or
#                                    include what did; all in make check-full
#   done_testing
#
# $T is a directory of the test's own, $SRC the source tree, $BUILD the full
# build, $T/output what the last command of ok or no printed.

set -u

SRC=${NETRING_SRC:-$(pwd)}
BUILD=${NETRING_BUILD:-$SRC/.check}
T=$(mktemp -d "${TMPDIR:-/tmp}/netring.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

# A test starts from a clean environment, as if typed into a shell.
CHECK_CC=${NETRING_CC:-gcc}
CHECK_CXX=${NETRING_CXX:-g++}
HOSTCC=${NETRING_HOSTCC:-gcc}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES MAKE_TERMOUT MAKE_TERMERR \
	MAKEFILES CC AR CXX CFLAGS CPPFLAGS LDFLAGS EXTRA_CFLAGS \
	CROSS_COMPILE KBUILD_OUTPUT KCONFIG_CONFIG KCONFIG_ALLCONFIG \
	KCONFIG_SEED KCONFIG_SET DESTDIR PREFIX V WERROR TESTS SETUP_FOR \
	CDPATH ENV

tests=0
failures=0

# $1 0 if it passed, $2 what it is, $3 what to show if not
say_result() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $2"
		sed 's/^/# /' "$3" >&2
	fi
}

# The command may read what the one before it printed.
run() {
	"$@" >"$T/printed" 2>&1
	set -- $?
	mv "$T/printed" "$T/output"
	return "$1"
}

ok() {
	what=$1
	shift
	run "$@"
	say_result $? "$what" "$T/output"
}

no() {
	what=$1
	shift
	run "$@"
	set -- "$1 $?"
	case $1 in
	*" 0" | "grep 2" | "test 2" | *" 12"[6-9] | *" 1"[3-9]? | *" 2"??)
		echo "(exit status: $1)" >>"$T/output"
		say_result 1 "$what" "$T/output"
		;;
	*)
		say_result 0 "$what" "$T/output"
		;;
	esac
}

timely() {
	what=$1
	shift
	for _ in 1 2 3; do
		run "$@" && break
	done
	say_result $? "$what" "$T/output"
}

is() {
	printf 'got:      %s\nexpected: %s\n' "$2" "$3" >"$T/values"
	[ "$2" = "$3" ]
	say_result $? "$1" "$T/values"
}

has() {
	printf 'not in:   %s\nexpected: %s\n' "$2" "$3" >"$T/values"
	case $2 in
	*"$3"*) say_result 0 "$1" "$T/values" ;;
	*) say_result 1 "$1" "$T/values" ;;
	esac
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

changed() {
	if [ "${NETRING_FULL:-}" ] || ! sh test/changed >"$T/changed"; then
		printf '%s\n' "$@"
		return
	fi
	[ -s "$T/changed" ] || return 0
	for file; do
		gcc -MM -MG -Iinclude -Isrc -Itools/netring -x c "$file" |
			tr -s '\\ ' '\n' | grep -q -x -F -f "$T/changed" &&
			echo "$file"
	done
}

done_testing() {
	echo "1..$tests"
	exit $((failures > 0))
}

# make in the source tree, with everything made below $T/$1.
mk() {
	dir=$1
	shift
	make -C "$SRC" --no-print-directory O="$T/$dir" "$@"
}
