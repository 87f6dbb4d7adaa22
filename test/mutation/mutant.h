/* SPDX-License-Identifier: MIT */
/* mutant.h - calls that can be left out while a program runs. */
#ifndef NETRING_TEST_MUTANT_H
#define NETRING_TEST_MUTANT_H

/* 1 when call @number is the one to leave out; notes that it was reached. */
int mutant_(int number);

#define MUTANT_(number, call, ...) \
	(mutant_(number) ? (__typeof__(call(__VA_ARGS__)))0 : call(__VA_ARGS__))

#endif
