# SPDX-License-Identifier: MIT
# --metrics FILE of every long-running applet: whole at any time, and valid.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid

. test/live/wire.sh
. test/live/hosts.sh
wire
hosts
mkdir "$T/dir"

value() {
	sed -n "s/^$1 //p" "$T/dir/$2"
}

# $1 applet, $2 file: look at the file for a while, as a collector does
watch() {
	$PYTHON - "$2" >"$T/watch" <<'END'
import re
import sys
import time
versions, tries = set(), 3
while tries and len(versions) < 2:
    versions, tries, end = set(), tries - 1, time.time() + 2.5
    while time.time() < end:
        text = open(sys.argv[1]).read()
        assert text.endswith("\n") and "# HELP" in text, text
        for line in text.splitlines():
            assert re.match(r'# (HELP|TYPE) netring_\w+_(total|pending) .|'
                            r'netring_\w+_(total|pending)\{.*\} \d+$', line), line
        versions.add(text)
print(len(versions))
END
	watched=$?
	is "$1: a whole file at any time" "$watched" 0
	ok "$1: written anew each second" [ "$(cat "$T/watch")" -ge 2 ]
	is "$1: and no other file is left" "$(echo "$T"/dir/*)" "$2"
	if command -v promtool >/dev/null; then
		ok "$1: promtool finds nothing" promtool check metrics <"$2"
		is "$1: nor has it anything to say" "$(cat "$T/output")" ""
	else
		skip "$1: promtool" "no promtool here"
	fi
}

start capture -i nr0 -B 16384 -w "$T/c.pcap" --metrics "$T/dir/c.prom"
"$NETRING" inject -i nr1 --generate 2000 --pps 1000 2>/dev/null &
sending=$!
watch capture "$T/dir/c.prom"
wait "$sending"
sleep 0.2
finish INT
is "capture: totals at the end" \
	"$(value 'netring_capture_received_total{interface="nr0"}' c.prom)" \
	2000
rm "$T/dir/c.prom"

"$NETRING" inject -i nr1 --generate 0 --pps 1000 --metrics "$T/dir/i.prom" \
	2>"$T/i.err" &
pid=$!
ok "inject: the file is there at once" await netring_injector "$T/dir/i.prom"
watch inject "$T/dir/i.prom"
finish INT
is "inject: totals at the end" \
	"$(value 'netring_injector_accepted_total{interface="nr1"}' i.prom)" \
	"$(sed -n 's/^\([0-9]*\) accepted/\1/p' "$T/i.err")"
rm "$T/dir/i.prom"

bridge bridge --metrics "$T/dir/b.prom"
on a ping -q -i 0.05 -c 60 -w 9 10.9.0.2 >"$T/ping" &
pinging=$!
watch bridge "$T/dir/b.prom"
wait "$pinging"
finish INT
for way in "pa pb" "pb pa"; do
	from=${way% *} to=${way#* }
	is "bridge: totals at the end, $from > $to" \
		"$(value "netring_bridge_forwarded_total{interface=\"$from\",to=\"$to\"}" b.prom)" \
		"$(sed -n "s/^$from > $to: .* \([0-9]*\) forwarded.*/\1/p" \
			"$T/bridge.err")"
done

# A file that cannot be written: said at the beginning, and later no end.
for applet in "capture -i nr0" "inject -i nr1 --generate 1" "bridge pa pb"; do
	# shellcheck disable=SC2086 # words
	no "${applet%% *}: no such directory" timeout 5 "$NETRING" $applet \
		--metrics "$T/none/m.prom"
	has "is told" "$(cat "$T/output")" "--metrics $T/none/m.prom: No such"
done
mkdir "$T/later"
"$NETRING" inject -i nr1 --generate 0 --pps 10 --metrics "$T/later/m.prom" \
	2>"$T/later.err" &
pid=$!
await netring "$T/later/m.prom"
mv "$T/later" "$T/moved"
ok "a directory that goes: told" await "No such file" "$T/later.err"
mkdir "$T/later"
ok "comes back: written again" await netring "$T/later/m.prom"
finish INT
is "told once" "$(grep -c "No such" "$T/later.err")" 1
is "it ran on" "$status" 0

done_testing
