# SPDX-License-Identifier: MIT
# The program's probe: a table, and JSON that says the same.
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

if ! command -v jq >/dev/null; then
	skip "all" "no jq here"
	done_testing
fi

sockets() {
	wc -l </proc/net/packet
}
before=$(sockets)
start one -i lo
is "a packet socket is seen" "$(sockets)" $((before + 1))
finish INT

ok "probe" "$NETRING" probe
"$NETRING" probe >"$T/table"
"$NETRING" probe -j >"$T/json" 2>"$T/err"
is "probe -j: exit status" $? 0
is "probe -j: nothing else" "$(cat "$T/err")" ""
ok "it is JSON" jq -e .features "$T/json"
is "each answer is one of four" "$(jq -r '.features | to_entries[] | .value' \
	"$T/json" | grep -vxc -e yes -e no -e "not allowed" -e unknown)" 0

# "name    answer    needs what" and {"name": "answer"}
sed 's/ *needs .*//; s/,$//; s/  */ /; s/: .*//' "$T/table" |
	grep . | grep -v ^kernel- >"$T/one"
jq -r '.features | to_entries[] | "\(.key) \(.value)"' "$T/json" >"$T/two"
ok "the table says the same" diff "$T/one" "$T/two"
ok "features: $(wc -l <"$T/one")" test "$(wc -l <"$T/one")" -gt 15

# What the other tests have just used here.
if [ "$(jq -r '.features["xdp-socket"]' "$T/json")" = yes ]; then
	is "xdp-rings" "$(jq -r '.features["xdp-rings"]' "$T/json")" yes
else
	skip "xdp-rings" "no AF_XDP in this kernel"
fi
for feature in packet-socket receive-v2 receive-v3 classic-filter fanout-hash; do
	is "$feature" "$(jq -r ".features[\"$feature\"]" "$T/json")" yes
done
is "a no has its reason" "$(grep ' no$' "$T/table")" ""

# A kernel that is known for a fault: what this one calls itself is changed,
# behind two fields of 65 bytes.
release() {
	hex=$(printf '%0260d' 0)$(printf '%s' "$1" | od -A n -t x1 |
		tr -d ' \n')00
	shift
	strace -qq -o /dev/null -e trace=uname \
		-e "inject=uname:poke_exit=@arg1=$hex" "$@"
}
if [ "$(release 6.17.8+deb13 uname -r 2>/dev/null)" = 6.17.8+deb13 ]; then
	has "6.17.8: a warning" "$(release 6.17.8+deb13 "$NETRING" probe)" \
		"kernel-fault          sending by AF_XDP in copy mode may panic"
	has "6.17.8: in JSON" "$(release 6.17.8 "$NETRING" probe -j |
		jq -r .kernel_fault)" "sending by AF_XDP"
	has "5.10: another" "$(release 5.10.223 "$NETRING" probe)" \
		"kernel-fault          removing an interface that AF_XDP sends"
	is "6.18.5: none" "$(release 6.18.5 "$NETRING" probe |
		grep kernel-fault)" ""
	is "6.18.5: in JSON" "$(release 6.18.5 "$NETRING" probe -j |
		jq .kernel_fault)" null
else
	skip "a kernel with a fault" "strace cannot poke here"
fi

facts() {
	jq -r ".interface.$1" "$T/json"
}
ip link set nr0 mtu 1400
"$NETRING" probe -i nr0 --json >"$T/json"
is "interface: name" "$(facts name)" nr0
is "interface: index" "$(facts index)" \
	"$(ip -o link show nr0 | cut -d: -f1)"
is "interface: MTU" "$(facts mtu)" 1400
is "interface: up" "$(facts up)" true
is "interface: running" "$(facts running)" true
is "interface: kind" "$(facts link_type)" ethernet
is "interface: number of the kind" "$(facts arphrd)" 1
is "interface: driver" "$(facts driver)" veth
is "interface: queues" "$(facts rx_queues) $(facts tx_queues)" "1 1"
ip link set nr1 down
"$NETRING" probe -i nr0 -j >"$T/json"
is "no carrier: up" "$(facts up)" true
is "no carrier: running" "$(facts running)" false
ip link set nr0 down
"$NETRING" probe -i nr0 -j >"$T/json"
is "down: up" "$(facts up)" false
"$NETRING" probe -i lo -j >"$T/json"
is "lo: kind" "$(facts link_type)" loopback
has "the table of an interface" "$("$NETRING" probe -i lo)" "loopback (772)"

if command -v ethtool >/dev/null; then
	for value in on off; do
		if ethtool -K nr0 gro $value 2>/dev/null; then
			"$NETRING" probe -i nr0 -j >"$T/json"
			is "gro $value" "$(facts gro)" \
				"$([ $value = on ] && echo true || echo false)"
		else
			skip "gro $value" "cannot be set here"
		fi
	done
else
	skip "gro" "no ethtool here"
fi

# What the driver can with XDP, and which program is there.
"$NETRING" probe -i nr0 -j >"$T/json"
is "no XDP program: id" "$(facts xdp_program)" null
is "no XDP program: how" "$(facts xdp_attached)" none
if [ "$(facts xdp_modes)" != null ]; then
	has "veth: XDP in native mode" "$(facts 'xdp_modes | join(" ")')" \
		"generic native redirect"
	"$NETRING" probe -i lo -j >"$T/json"
	is "lo: in generic mode only" "$(facts 'xdp_modes | join(" ")')" generic
else
	skip "modes of XDP" "this kernel does not tell"
fi
if [ "$(jq -r '.features["xdp-program"]' "$T/json")" = yes ]; then
	for mode in native generic; do
		start "$mode" -i nr0 --backend xdp --xdp-mode $mode
		"$NETRING" probe -i nr0 -j >"$T/json"
		id=$(ip link show nr0 | sed -n 's/.*prog.* id \([0-9]*\).*/\1/p')
		is "$mode XDP program: id" "$(facts xdp_program)" "$id"
		is "$mode XDP program: how" "$(facts xdp_attached)" $mode
		has "$mode XDP program: in the table" \
			"$("$NETRING" probe -i nr0)" "$mode, id $id"
		finish INT
	done
	is "it changed nothing" "$(ip link show nr0 | grep -c xdp)" 0
else
	skip "an XDP program" "not allowed here"
fi

"$NETRING" probe -i nosuch >"$T/out" 2>"$T/err"
is "no such interface: exit status" $? 1
has "no such interface: told" "$(cat "$T/err")" nosuch
"$NETRING" probe extra >"$T/out" 2>"$T/err"
is "an argument: exit status" $? 1
is "nothing is left behind" "$(sockets)" "$before"

done_testing
