# SPDX-License-Identifier: MIT
# Prints the help that a Makefile holds in its comments:
#   ##@ section        target: ## text        ##= a variable

function line(name, text)
{
	part[section] = part[section] sprintf("  %-18s %s\n", name, text)
}

BEGIN {
	sections = 1
	title[section = 1] = "Variables"
}

/^##@ / {
	title[section = ++sections] = substr($0, 5)
}

/^##= / {
	part[1] = part[1] "  " substr($0, 5) "\n"
}

/^[a-z][a-z -]*: .*## / {
	name = $0
	sub(/:.*/, "", name)
	sub(/.*## /, "")
	line(name, $0)
}

END {
	for (i = 2; i <= sections; i++)
		printf "%s:\n%s\n", title[i], part[i]
	printf "%s:\n%s", title[1], part[1]
}
