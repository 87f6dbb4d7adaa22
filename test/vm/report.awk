# SPDX-License-Identifier: MIT
# A table in Markdown, a line each machine, of what its tests printed: how many
# cases of each role passed, and how many could not be run there.
#
# usage: awk -f report.awk CACHE=DIR kernels machines LOG...
#        LOG: .../MACHINE,TEST

function role_of(test)
{
	if (test ~ /^test_xdp_bridge/)
		return "AF_XDP bridge"
	if (test ~ /^test_(xdp|zero_copy|igb)/)
		return "AF_XDP"
	if (test ~ /^test_bridge/)
		return "bridge"
	if (test ~ /^test_inject/)
		return "injector"
	if (test ~ /^test_(loop|metrics|signals)/)
		return "loop"
	if (test ~ /^test_fault/)
		return "faults"
	if (test == "kernel")
		return test
	return "capture"
}

BEGIN {
	roles = split("capture,injector,bridge,AF_XDP,AF_XDP bridge,loop,faults",
		      role, ",")
}

/^#/ && FNR == NR || !NF {
	next
}

FILENAME ~ /kernels$/ {
	runs_on[$1] = $2
	next
}

FILENAME ~ /machines$/ {
	if (!/^#/) {
		program[$1] = $2
		kernel[$1] = $3
		memory[$1] = $4
	}
	next
}

FNR == 1 {
	machine = FILENAME
	sub(/.*\//, "", machine)
	split(machine, part, ",")
	machine = part[1]
	if (machine in program && !(machine in seen)) {
		seen[machine] = 1
		machine_of[++machines] = machine
	}
	cell = machine SUBSEP role_of(part[2])
	asked[cell] = 1
}

/^ok/ && /# *SKIP/ || /^1\.\.0/ {
	skipped[cell]++
	next
}

/^ok/ {
	passed[cell]++
}

/^not ok/ || /^# not run/ || (/^# exit/ && $3 > 1) {
	failed[cell]++
}

END {
	printf "| machine | program for | kernel, for | MiB"
	for (i = 1; i <= roles; i++)
		printf " | %s", role[i]
	printf " |\n|---|---|---|---:"
	for (i = 1; i <= roles; i++)
		printf "|---:"
	print "|"
	for (m = 1; m <= machines; m++) {
		machine = machine_of[m]
		version = "?"
		file = CACHE "/kernel/" kernel[machine] "/version"
		getline version < file
		close(file)
		printf "| %s | %s | %s, %s | %s", machine, program[machine],
		       version, runs_on[kernel[machine]], memory[machine]
		for (i = 1; i <= roles; i++) {
			cell = machine SUBSEP role[i]
			text = passed[cell] + 0
			if (skipped[cell])
				text = text " (" skipped[cell] " skipped)"
			if (failed[cell])
				text = "**" failed[cell] " failed**"
			printf " | %s", asked[cell] ? text : "-"
		}
		print " |"
	}
}
