/* SPDX-License-Identifier: Apache-2.0 */
/* bench/empty.c - a program that does nothing, linked with the libraries of doboz (bench/local.mk) */
int main(void)
{
	return 0;
}
