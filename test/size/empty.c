/* SPDX-License-Identifier: MIT */
/* empty.c - what every static program costs. */
int main(void)
{
	return 0;
}
