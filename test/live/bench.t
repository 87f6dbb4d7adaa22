# SPDX-License-Identifier: MIT
# The bench: what it measures is there, its report too, and nothing is left.
# netring-test: alone needs=bench-binaries
# shellcheck shell=sh

. test/lib.sh

export BENCH_BUILD="$BUILD" PYTHONDONTWRITEBYTECODE=1
workloads='alone-packet receive-64'

bench() {
	python3 test/bench/bench.py --quick --rounds 1 --seconds 0.02 \
		--out "$T/out" --only "$@"
}

# $1 the file: whoever was run has a number above 0, and ours were all run
measured() {
	jq -e '[.workloads[] | . as $work | (.metrics | keys_unsorted[0]) as $m
		| .contenders[] | $work.rounds[0][.name] as $values
		| if .reason == "" then ($values[$m] // ($values | add)) > 0
		else (.ours | not) and (.reason | startswith("failed") | not)
		end] | length > 3 and all' "$1"
}

ok "statistics and tables: the examples in their sources" sh -c "
	cd test/bench && python3 -m doctest stats.py report.py"
ok "--list names workloads" sh -c "
	python3 test/bench/bench.py --list >$T/list &&
	grep -q '^alone-packet .*: netring, libpcap' $T/list"
no "a workload that is not there" bench no-such-workload

if ! unshare --pid --fork --mount-proc true 2>/dev/null ||
	[ "$(sed -n 's/^ *0 *\([0-9]*\).*/\1/p' /proc/self/uid_map)" != 0 ]; then
	skip "all: measured" "the bench is for root"
	done_testing
fi

# In so short a round, a machine that is held up measures nothing.
one_round() {
	# shellcheck disable=SC2086 # words
	bench $workloads && measured "$T/out/results.json"
}
timely "one round: results.json has a number for everyone" one_round
for name in $workloads; do
	ok "$name: its picture" grep -q '</svg>' "$T/out/$name.svg"
	ok "$name: which the report shows" grep -qF "]($name.svg)" \
		"$T/out/report.md"
done
ok "the report has a table with the library in it" \
	grep -Eq '^\| \*\*netring\*\* \| [0-9]' "$T/out/report.md"
ok "and verdicts" grep -Eq '\| (not )?met[^|]*\|$' "$T/out/report.md"
cp "$T/out/report.md" "$T/first.md"
ok "the report can be made again" python3 test/bench/report.py "$T/out"
ok "and is the same" cmp "$T/first.md" "$T/out/report.md"

# Of what the generator gives, in turns; both figures are in the report.
# A machine that is held up spoils one of three, a bridge that is slower two.
more_in_two_of_three() {
	won=0
	for _ in 1 2 3; do
		python3 test/bench/bench.py --rounds 5 --seconds 0.3 --strict \
			--out "$T/bridges" --only bridges && won=$((won + 1))
		[ "$won" -lt 2 ] || return 0
	done
	return 1
}
ok "AF_XDP forwards more than packet sockets do, 64 bytes" more_in_two_of_three
sed -n 's/^| \*\*/# &/p' "$T/bridges/report.md"

# Killed in the middle: programs, namespaces and files are gone with it.
running() {
	grep -q -a -s "^$BUILD/test/bench/" /proc/[0-9]*/cmdline
}
python3 test/bench/bench.py --seconds 60 --only receive-64 --out "$T/killed" \
	2>"$T/killed.err" &
pid=$!
for _ in $(seq 100); do
	running && break
	sleep 0.1
done
ok "it runs" running
kill -KILL "$pid"
wait "$pid" 2>/dev/null
for _ in $(seq 30); do
	running || break
	sleep 0.1
done
no "killed, nothing of it runs" running

done_testing
