# SPDX-License-Identifier: MIT
# netring bridge turns offloads on again, however often and when it is asked to
# end.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $T

. test/live/wire.sh
. test/live/hosts.sh
hosts

if ! ethtool -K pa gro on 2>/dev/null; then
	skip "offloads" "no ethtool here"
	done_testing
	exit
fi

gro() {
	ethtool -k "$1" | sed -n 's/^generic-receive-offload: //p'
}

# $1 what is tested, $2 seconds until the first signal, $3 between any two;
# the rest: arguments of the bridge.
thrice() {
	what=$1 first=$2 between=$3
	shift 3
	ethtool -K pa gro on
	ethtool -K pb gro on
	"$NETRING" bridge pa pb "$@" <&- >"$T/out" 2>"$T/err" &
	pid=$!
	case $first in
	open) await "pa <-> pb" "$T/err" ;;
	*) sleep "$first" ;;
	esac
	# at once: three that wait for a program that stands still
	[ "$between" != 0 ] || kill -STOP "$pid"
	for signal in INT TERM HUP; do
		kill -$signal "$pid" 2>/dev/null
		sleep "$between"
	done
	kill -CONT "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	is "$what: GRO of pa" "$(gro pa)" on
	is "$what: GRO of pb" "$(gro pb)" on
}

bridge off
is "GRO is off while it runs" "$(gro pa)$(gro pb)" "offoff"
finish INT
ethtool -K pb gro on
for signal in QUIT ALRM PROF VTALRM XCPU TERM HUP; do
	bridge by
	finish $signal
	is "ended by SIG$signal: exit status" "$status" 0
	is "GRO is on again" "$(gro pa)$(gro pb)" "onon"
done
bridge on
kill -USR2 "$pid"
ok "SIGUSR2: totals" await "^pa > pb: .* received" "$T/on.err"
finish INT
is "and on" "$status" 0
for mode in "--mode small" "--mode auto" "--backend xdp"; do
	# shellcheck disable=SC2086 # two words
	thrice "$mode, three signals 20 ms apart" open 0.02 $mode
	# shellcheck disable=SC2086
	thrice "$mode, three at once" open 0 $mode
	for when in 0.005 0.02 0.05 0.1 0.2; do
		# shellcheck disable=SC2086
		thrice "$mode, three, $when s after its start" $when 0 $mode
	done
done

done_testing
