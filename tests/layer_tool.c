/* SPDX-License-Identifier: Apache-2.0 */
/* tests/layer_tool.c - unpack one layer blob into a folder, for tests and measurements
 *
 *   layer_tool [--merged] [--devices] [--single-owner] [--confine] [--lower DIR]... [--max-bytes N] [--max-entries N]
 *              [--digest D] [--size N] [--diff-id D] BLOB DIR
 *
 * Without --diff-id the layer is unpacked against a diffID that cannot match, and the text of that
 * refusal would hide other ones; so the tool first computes it by inflating the blob itself.
 * Exit status: 0, 1 refused (one line on stderr), 2 usage. */
#include "base/error.h"
#include "base/str.h"
#include "image/digest.h"
#include "image/inflate.h"
#include "image/layer.h"
#include "image/unpack_confine.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LOWERS_MAX = 512, PIECE = 65536 };

struct request {
	struct layer_options options;
	struct layer_lower lowers[LOWERS_MAX];
	struct layer_source source;
	char diff_id[160];
	bool confine;
	int dir;
};

static int usage(void)
{
	fputs("usage: layer_tool [OPTION...] BLOB DIR\n", stderr);
	return 2;
}

/* A damaged blob gives some digest here; layer_unpack says what is wrong with it. */
static void compute_diff_id(int fd, char *ret)
{
	CLEANUP(inflate) struct inflate *z = inflate_new();
	CLEANUP(digest) struct digest *d = digest_new("sha256:");
	static uint8_t in[PIECE], out[PIECE];
	ssize_t n;

	while ((n = read(fd, in, sizeof(in))) > 0) {
		const uint8_t *at = in;
		size_t len = (size_t)n, got = sizeof(out);

		while (got == sizeof(out)) {
			if (inflate_run(z, &at, &len, out, sizeof(out), &got) < 0)
				goto done;
			digest_update(d, out, got);
		}
	}
done:
	digest_text(d, ret);
	(void)lseek(fd, 0, SEEK_SET);
}

static int parse(int argc, char **argv, struct request *q)
{
	static const struct option options[] = {
		{ "merged", no_argument, NULL, 'm' },
		{ "devices", no_argument, NULL, 'd' },
		{ "single-owner", no_argument, NULL, 's' },
		{ "confine", no_argument, NULL, 'c' },
		{ "lower", required_argument, NULL, 'l' },
		{ "max-bytes", required_argument, NULL, 'b' },
		{ "max-entries", required_argument, NULL, 'e' },
		{ "digest", required_argument, NULL, 'D' },
		{ "size", required_argument, NULL, 'S' },
		{ "diff-id", required_argument, NULL, 'i' },
		{ 0 },
	};
	int option, r = 0;

	q->options.lowers = q->lowers;
	q->source.size = UINT64_MAX;
	while (r == 0 && (option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'm':
			q->options.merged = true;
			break;
		case 'd':
			q->options.keep_devices = true;
			break;
		case 's':
			q->options.single_owner = true;
			break;
		case 'c':
			q->confine = true;
			break;
		case 'b':
			r = str_to_u64(optarg, UINT64_MAX, &q->options.limits.max_bytes);
			break;
		case 'e':
			r = str_to_u64(optarg, UINT64_MAX, &q->options.limits.max_entries);
			break;
		case 'S':
			r = str_to_u64(optarg, UINT64_MAX, &q->source.size);
			break;
		case 'D':
			q->source.digest = optarg;
			break;
		case 'i':
			snprintf(q->diff_id, sizeof(q->diff_id), "%s", optarg);
			break;
		case 'l':
			if (q->options.n_lowers == LOWERS_MAX)
				return -E2BIG;
			q->lowers[q->options.n_lowers].dirfd = open(optarg, O_RDONLY | O_DIRECTORY |
										    O_CLOEXEC);
			r = q->lowers[q->options.n_lowers++].dirfd < 0 ? -errno : 0;
			break;
		default:
			r = -EINVAL;
		}
	}
	return r < 0 || argc - optind != 2 ? -EINVAL : 0;
}

static int confine(const struct request *q)
{
	int ro[LOWERS_MAX];
	struct unpack_confine_options o = { .rw_dirs = &q->dir,
					    .n_rw = 1,
					    .ro_dirs = ro,
					    .n_ro = q->options.n_lowers,
					    .keep_devices = q->options.keep_devices };

	for (size_t i = 0; i < q->options.n_lowers; i++)
		ro[i] = q->lowers[i].dirfd;
	return unpack_confine(&o);
}

int main(int argc, char **argv)
{
	static struct request q;
	struct layer_result result;
	struct stat st;
	int r;

	if (parse(argc, argv, &q) < 0)
		return usage();
	q.source.fd = open(argv[optind], O_RDONLY | O_CLOEXEC);
	q.dir = open(argv[optind + 1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q.source.fd < 0 || q.dir < 0 || fstat(q.source.fd, &st) < 0) {
		perror("layer_tool");
		return 2;
	}
	if (q.source.size == UINT64_MAX)
		q.source.size = (uint64_t)st.st_size;
	if (!q.diff_id[0])
		compute_diff_id(q.source.fd, q.diff_id);
	q.source.diff_id = q.diff_id;
	error_clear();
	r = q.confine ? confine(&q) : 0;
	if (r == 0)
		r = layer_unpack(&q.source, q.dir, &q.options, &result);
	for (const char *w = NULL; (w = warnings_next(w));)
		fprintf(stderr, "warning: %s\n", w);
	if (r < 0) {
		fprintf(stderr, "%s\n", error_text());
		return 1;
	}
	printf("bytes %ju entries %ju depends %d\n", (uintmax_t)result.bytes,
	       (uintmax_t)result.entries, result.depends_on_lowers);
	return 0;
}
