/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_manifest.c - hostile manifests, indexes, configs and reports of the unpacking child */
#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

/* The code under test is included, so that production code needs no hooks. */
#include "image/config.c"
#include "image/manifest.c"
#include "image/platform.c"
#include "image/report.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	const char *text = (const char *)data;
	const struct json *index;
	struct image_config *config;
	struct platform platform;
	struct manifest manifest;
	struct unpacked unpacked;

	error_clear();
	warnings_clear();
	if (manifest_parse(a, "application/vnd.oci.image.manifest.v1+json", text, size,
			   &manifest) == 0 &&
	    manifest.n_layers > 0 && !manifest.layers[0].digest)
		abort();
	if (platform_parse(a, NULL, &platform) == 0 &&
	    manifest_index_parse(a, "application/vnd.oci.image.index.v1+json", text, size,
				 &index) == 0)
		(void)platform_choose(a, json_get(index, "manifests"), &platform);
	if (image_config_parse(a, text, size, &config) == 0 && !config->os)
		abort();
	if (report_read(a, arena_strndup(a, text, size), &unpacked) == 0 && !unpacked.manifest)
		abort();
	return 0;
}
