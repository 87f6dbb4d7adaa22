# SPDX-License-Identifier: MIT
# What the program says when it cannot, and its exit status.
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

# refused WHAT PART ARGUMENT...: exit status 1, PART in what it says, no output
refused() {
	how=$1
	part=$2
	shift 2
	timeout 10 "$NETRING" "$@" >"$T/out" 2>"$T/err" </dev/null
	is "$how: exit status" $? 1
	has "$how: told" "$(cat "$T/err")" "$part"
	is "$how: no output" "$(cat "$T/out")" ""
}

refused "no such interface" "nosuch" capture -i nosuch
has "and which there are" "$(cat "$T/err")" nr0
refused "an empty name" "interface" capture -i ""
refused "a long name" "abcdefghijklmnop" capture -i abcdefghijklmnop
refused "no interface" "-i INTERFACE" capture
refused "an expression" "-F FILE" capture -i nr0 udp port 53
refused "a count of words" "-c many" capture -i nr0 -c many
refused "a count of 0" "-c 0" capture -i nr0 -c 0
refused "a direction" "in, out or inout" capture -i nr0 -Q up
refused "a size" "-C big" capture -i nr0 -w "$T/f" -C big
refused "rotation without a file" "-w FILE" capture -i nr0 -C 1
refused "-W alone" "-C or -G" capture -i nr0 -w "$T/f" -W 3
refused "rotation to standard output" "-w -" capture -i nr0 -w - -C 1
refused "an unknown option" "Usage" capture -i nr0 -Z
refused "a file in no directory" "$T/none/f" capture -i nr0 -w "$T/none/f"
refused "a filter that is not there" "$T/none" capture -i nr0 -F "$T/none"
refused "an unknown applet" "no applet" nonsense

bad_filter() {
	printf '%b' "$3" >"$T/bpf"
	refused "filter: $1" "$2" capture -i nr0 -F "$T/bpf"
	has "filter: $1: which" "$(cat "$T/err")" "$T/bpf"
}
bad_filter "empty" "ends before" ""
bad_filter "the output of -d" "-ddd" "(000) ldh [12]\n"
bad_filter "a number short" "ends before k" "2\n6 0 0 0\n6 0 0\n"
bad_filter "too many" "more than" "1\n6 0 0 1\n6 0 0 0\n"
bad_filter "none" "0 instructions" "0\n"
bad_filter "5000 instructions" "4096" "5000\n6 0 0 0\n"
bad_filter "a jump to nowhere" "refuses" "1\n21 9 9 0\n"

# Nobody: without the right, and told which one it takes.
# In a user namespace of one user only the capabilities can be dropped.
drop="setpriv --inh-caps=-all --bounding-set=-all"
nobody="--reuid 65534 --regid 65534 --clear-groups"
# shellcheck disable=SC2086 # words of a command
$drop $nobody true 2>/dev/null && drop="$drop $nobody"
chmod 755 "$T"
cp "$NETRING" "$T/netring"
# shellcheck disable=SC2086 # words of a command
unprivileged() {
	timeout 10 $drop "$T/netring" "$@"
}
unprivileged capture -i nr0 >"$T/out" 2>"$T/err"
is "without capabilities: exit status" $? 1
has "without capabilities: told" "$(cat "$T/err")" "CAP_NET_RAW"
has "without capabilities: and how" "$(cat "$T/err")" "setcap"
unprivileged probe >"$T/out" 2>"$T/err"
is "probe without capabilities: exit status" $? 0
has "probe without capabilities: told" "$(cat "$T/out")" "not allowed"
has "probe without capabilities: which" "$(cat "$T/out")" "CAP_NET_RAW"

refused "a ring of 4 GiB" "-B 4194303" capture -i nr0 -B 4194303
refused "a ring of 1 KiB" "-B 1" capture -i nr0 -B 1

# would_do ARGUMENT...: the -B of the last message is enough for these
would_do() {
	kib=$(sed -n 's/.* -B \([0-9]*\) would do.*/\1/p' "$T/err")
	ok "$how: -B $kib would do" \
		timeout 10 "$NETRING" capture -i nr0 -d 1 -w "$T/f" -B "$kib" "$@"
}
refused "no room for two whole packets" "-B 128: holds less" \
	capture -i nr0 -w "$T/f" -B 128
has "$how: or another remedy" "$(cat "$T/err")" "-s 1514"
would_do
how="-B 128 -s 1514"
ok "$how" timeout 10 "$NETRING" capture -i nr0 -d 1 -w "$T/f" -B 128 -s 1514
refused "no room for two long slots" "-s 262124: a ring of" \
	capture -i nr0 --immediate-mode -s 262124 -w "$T/f"
would_do --immediate-mode -s 262124
refused "no room for two long packets" "-s 262124: a ring of" \
	capture -i nr0 -s 262124 -w "$T/f"
would_do -s 262124
refused "both given" "-B 300: holds less" \
	capture -i nr0 -s 262124 -B 300 -w "$T/f"
would_do -s 262124
refused "-y alone" "-F FILE" capture -i nr0 -y RAW
refused "another -y" "-y EN10MB" capture -i nr0 -y EN10MB
printf '1\n6 0 0 262144\n' >"$T/bpf"
refused "-y RAW on Ethernet" "without -y" capture -i nr0 -F "$T/bpf" -y RAW

# A terminal is no place for packets.
if command -v script >/dev/null; then
	script -qec "$NETRING capture -i nr0 -d 1 -w -" /dev/null \
		>"$T/tty" </dev/null 2>&1
	has "-w - to a terminal" "$(cat "$T/tty")" "terminal"
else
	skip "-w - to a terminal" "no script here"
fi

for applet in capture probe; do
	ln -s "$T/netring" "$T/$applet"
	is "$applet --help: exit status" \
		"$("$T/$applet" --help >"$T/out" 2>"$T/err"; echo $?)" 0
	has "$applet --help by a link" "$(cat "$T/out")" "Usage: netring $applet"
	is "$applet --help: nothing else" "$(cat "$T/err")" ""
done

done_testing
