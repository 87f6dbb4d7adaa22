# SPDX-License-Identifier: MIT
# What the tests of the program's AF_XDP backend share. To be included after
# test/live/wire.sh; ends the test where this user may not use AF_XDP.
# shellcheck shell=sh
#
#   feature NAME              as netring probe says: yes, no, not allowed
#   settled FILE COUNT        waits up to 5 s for so many packets to be in it

feature() {
	"$NETRING" probe | sed -n "s/^$1  *//p" | sed 's/[,:].*//'
}

settled() {
	for _ in $(seq 100); do
		count=$(packets "$1")
		[ "$count" -lt "$2" ] || break
		sleep 0.05
	done
	[ "$count" -eq "$2" ] || {
		echo "$1 has $count packets" >&2
		return 1
	}
}

for name in xdp-rings xdp-map xdp-program; do
	case $(feature $name) in
	yes) ;;
	no)
		skip "all" "no $name in this kernel"
		done_testing
		;;
	*)
		skip "all" "AF_XDP is not allowed here"
		done_testing
		;;
	esac
done
