# SPDX-License-Identifier: MIT
# netring stat: rates as they are, of an interface and of a metrics file.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2016 # awk

. test/live/wire.sh
wire

"$NETRING" inject -i nr1 --generate 0 --pps 1000 --metrics "$T/m.prom" \
	2>"$T/inject.err" &
pid=$!
sleep 1
# The middle one of five seconds: a machine that is held up sends late.
middle() {
	sort -g | awk 'NR == 3 { print; good = $1 >= 900 && $1 <= 1100 }
		END { exit NR != 5 || !good }'
}

# Packets and bits a second, without units
came_in() {
	"$NETRING" stat -i nr0 -n 5 >"$T/shown"
	echo $? >>"$T/statuses"
	cat "$T/shown"
	sed '1,2d; s/ k/e3/g' "$T/shown" >"$T/plain"
	middle <"$T/plain"
}
timely "-i: 1000 packets a second came in" came_in
# A rate is cut to two digits.
ok "-i: and 480 bits with each" awk \
	'$2 < 470 * $1 || $2 > 530 * $1 { exit 1 }' "$T/plain"
is "-i: a line each, below two of a header" "$(wc -l <"$T/shown")" 7
ok "-i: and nothing went out" awk 'NR > 2 && $(NF - 3) != 0 { exit 1 }' \
	"$T/shown"
timely "0.2 seconds" timeout 2 "$NETRING" stat -i nr0 -n 5 0.2

accepted() {
	"$NETRING" stat "$T/m.prom" -n 5 >"$T/shown"
	echo $? >>"$T/statuses"
	cat "$T/shown"
	awk '/^injector_accepted/ { print $4 == "k" ? $3 * 1000 : $3 }' \
		"$T/shown" | middle
}
timely "FILE: 1000 a second" accepted
has "FILE: names, without what is always the same" "$(cat "$T/shown")" \
	'injector_accepted{interface="nr1"} '
is "exit statuses" "$(sort -u "$T/statuses")" 0
no "FILE: no escapes where there is no terminal" grep -q "$(printf '\033')" \
	"$T/shown"
if command -v script >/dev/null; then
	script -qc "'$NETRING' stat '$T/m.prom' -n 2 0.2" /dev/null \
		>"$T/screen" </dev/null
	has "a terminal: the table is renewed" "$(cat "$T/screen")" \
		"$(printf '\033[16A')"
else
	skip "a terminal" "no script here"
fi
kill -INT "$pid"
wait "$pid"
total=$(sed -n 's/^\([0-9]*\) accepted/\1/p' "$T/inject.err")
is "the file holds the totals at the end" \
	"$(sed -n 's/^netring_injector_accepted_total{.*} //p' "$T/m.prom")" \
	"$total"
sleep 4
ok "a file that nobody writes" "$NETRING" stat -n 1 "$T/m.prom" 0.1
cp "$T/output" "$T/shown"
has "is told" "$(cat "$T/output")" "not written for"
no "and has no rates" grep -q " 0 *$" "$T/shown"

cat >"$T/odd.prom" <<'END'
# TYPE a_total counter
a_total 1
b_total{x="} \" 1 {",y="2"} 18446744073709551615 1700000000
c_total{x="1"} 1e3
d_total{x=" 5
gauge 7
_total 1
x
END
ok "other programs' files" "$NETRING" stat -n 1 "$T/odd.prom" 0.1
is "counters of whole numbers" "$(awk 'NR > 1 && NF { n++ } END { print n }' \
	"$T/output")" 2
has "labels may hold anything" "$(cat "$T/output")" \
	'b{x="} \" 1 {",y="2"}         '
has "and 64 bits" "$(cat "$T/output")" " 18446744073709551615 "
for n in $(seq 400); do
	echo "n_total{n=\"$n\"} $n"
done >"$T/many.prom"
ok "many" "$NETRING" stat -n 1 "$T/many.prom" 0.1
has "more than there is room for: told" "$(cat "$T/output")" "first 256"

for wrong in "-i nope" "-i nr0 x" "-i nr0 0" "$T/none" "/etc/passwd" "" \
	"-n 0 -i nr0" "-i nr0 1 2"; do
	# shellcheck disable=SC2086 # words
	no "refused: ${wrong#"$T/"}" "$NETRING" stat $wrong
	has "and why" "$(cat "$T/output")" "netring stat: "
done

"$NETRING" stat -i nr0 -n 6 0.5 >"$T/gone.out" 2>"$T/gone.err" &
pid=$!
sleep 0.7
ip link del nr0
ok "an interface that goes: told" await "No such device" "$T/gone.err"
wire
wait "$pid"
is "and comes back: goes on" $? 0

done_testing
