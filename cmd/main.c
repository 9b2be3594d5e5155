/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/main.c - the main of doboz and doboz-oci: says the version */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	puts("doboz version " PACKAGE_VERSION);
	return EXIT_SUCCESS;
}
