/* SPDX-License-Identifier: Apache-2.0 */
/* tests/fuzz/fuzz_json.c - any bytes through parser, a table with every kind, and writer
 * What was parsed and written must parse again, and be written the same. */
#include "base/json.c"
#include "base/json_decode.c"
#include "base/json_write.c"

struct all {
	char *string;
	bool boolean;
	struct opt_bool opt_bool;
	int64_t i64;
	uint64_t u64;
	struct opt_i64 opt_i64;
	struct opt_u64 opt_u64;
	char **strv;
	struct json_map *map;
	struct {
		char *inner;
	} object, *object_ptr, *array;
	uint64_t *u64_array;
	size_t n_map, n_array, n_u64_array;
	int name;
	const struct json *raw;
	bool custom;
};

static int decode_custom(struct json_decoder *d, const struct json *value, void *field)
{
	*(bool *)field = true;
	return value->count ? 0 : json_problem(d, "expected children, not %zu", value->count);
}

static const char *const names[] = { "a", "b", NULL };
static const struct json_row inner_rows[] = {
	{ .name = "i", .kind = JSON_K_STRING, .flags = JSON_REQUIRED | JSON_ABSOLUTE },
	{ .name = NULL },
};
#define ROW(key, k, field) .name = key, .kind = JSON_K_##k, .offset = offsetof(struct all, field)
static const struct json_row rows[] = {
	{ ROW("s", STRING, string), .flags = JSON_NONEMPTY },
	{ ROW("b", BOOL, boolean) },
	{ ROW("B", OPT_BOOL, opt_bool) },
	{ ROW("i", I64, i64), .min = -5, .max = 5 },
	{ ROW("u", U64, u64), .umax = 7 },
	{ ROW("I", OPT_I64, opt_i64) },
	{ ROW("U", OPT_U64, opt_u64) },
	{ ROW("v", STRV, strv), .flags = JSON_DUP_VALUE },
	{ ROW("m", MAP, map), .offset2 = offsetof(struct all, n_map) },
	{ ROW("o", OBJECT, object), .table = inner_rows },
	{ ROW("p", OBJECT_PTR, object_ptr), .table = inner_rows, .size = sizeof(char *) },
	{ ROW("a", ARRAY, array), .offset2 = offsetof(struct all, n_array), .table = inner_rows,
	  .size = sizeof(char *) },
	{ ROW("n", U64_ARRAY, u64_array), .offset2 = offsetof(struct all, n_u64_array) },
	{ ROW("e", ENUM, name), .names = names },
	{ ROW("r", RAW, raw), .flags = JSON_REQUIRED },
	{ ROW("c", CUSTOM, custom), .decode = decode_custom },
	{ .name = "x", .kind = JSON_K_UNSUPPORTED },
	{ .name = NULL },
};

static void ignore(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

static void write_again(struct arena *a, const struct json *tree)
{
	CLEANUP_BUF struct buf once = { 0 };
	CLEANUP_BUF struct buf twice = { 0 };
	struct json_writer first = { .out = &once }, second = { .out = &twice };
	struct json *again;

	json_w_value(&first, NULL, tree);
	if (once.len > JSON_SIZE_MAX)
		return; /* a control character takes more room in the compact form */
	if (json_parse(a, "again", once.data, once.len, &again) < 0)
		abort();
	json_w_value(&second, NULL, again);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct json_decoder strict = { .arena = a };
	struct json_decoder lenient = { .arena = a, .on_problem = ignore };
	struct all one = { 0 }, all = { 0 };
	struct json *tree;
	int r, s;

	if (json_parse(a, "fuzz", (const char *)data, size, &tree) < 0)
		return 0;
	r = json_decode(&strict, "fuzz", tree, rows, &one);
	s = json_decode(&lenient, "fuzz", tree, rows, &all);
	if ((r < 0) != (s < 0) || (s < 0) != (lenient.problems > 0))
		abort();
	write_again(a, tree);
	return 0;
}
