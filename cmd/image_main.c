/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/image_main.c - the main of doboz-image: says the version */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	puts("doboz-image version " PACKAGE_VERSION);
	return EXIT_SUCCESS;
}
