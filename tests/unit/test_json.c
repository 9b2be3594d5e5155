/* SPDX-License-Identifier: Apache-2.0 */
/* tests/unit/test_json.c - strict parsing, decoding by tables with exact messages, writing */
#include "base/error.h"
#include "base/json.h"
#include "tests/unit/unit.h"

struct user {
	uint64_t uid;
};
struct mount {
	char *destination;
};
struct config {
	char *root;
	bool terminal;
	struct opt_bool deny;
	int64_t score;
	struct opt_i64 swap;
	struct opt_u64 shares;
	char **args;
	struct json_map *labels;
	size_t n_labels;
	struct user user, *extra;
	struct mount *mounts;
	size_t n_mounts;
	uint64_t *gids;
	size_t n_gids;
	int type;
	const struct json *raw;
	size_t custom;
};

static int decode_custom(struct json_decoder *d, const struct json *value, void *field)
{
	if (value->type != JSON_ARRAY)
		return json_problem(d, "expected a list of %s", "things");
	*(size_t *)field = value->count;
	return 0;
}

static const char *const types[] = { "pid", "net", NULL };
static const struct json_row user_rows[] = {
	{ .name = "uid",
	  .kind = JSON_K_U64,
	  .offset = offsetof(struct user, uid),
	  .umax = UINT32_MAX },
	{ .name = NULL },
};
static const struct json_row mount_rows[] = {
	{ .name = "destination",
	  .kind = JSON_K_STRING,
	  .offset = offsetof(struct mount, destination),
	  .flags = JSON_REQUIRED | JSON_ABSOLUTE },
	{ .name = NULL },
};
#define ROW(n, k) .name = #n, .kind = JSON_K_##k, .offset = offsetof(struct config, n)
#define COUNT(n) .offset2 = offsetof(struct config, n)
static const struct json_row rows[] = {
	{ ROW(root, STRING), .flags = JSON_REQUIRED | JSON_NONEMPTY },
	{ ROW(terminal, BOOL) },
	{ ROW(deny, OPT_BOOL) },
	{ ROW(score, I64), .min = -1000, .max = 1000 },
	{ ROW(swap, OPT_I64) },
	{ ROW(shares, OPT_U64) },
	{ ROW(args, STRV), .flags = JSON_NONEMPTY | JSON_DUP_VALUE },
	{ ROW(labels, MAP), COUNT(n_labels) },
	{ ROW(user, OBJECT), .table = user_rows },
	{ ROW(extra, OBJECT_PTR), .table = user_rows, .size = sizeof(struct user) },
	{ ROW(mounts, ARRAY), COUNT(n_mounts), .table = mount_rows, .size = sizeof(struct mount) },
	{ ROW(gids, U64_ARRAY), COUNT(n_gids), .umax = UINT32_MAX },
	{ ROW(type, ENUM), .names = types },
	{ ROW(raw, RAW) },
	{ ROW(custom, CUSTOM), .decode = decode_custom },
	{ .name = "x", .kind = JSON_K_UNSUPPORTED },
	{ .name = NULL },
};

static int decode(struct arena *a, const char *text, struct config *c)
{
	struct json_decoder d = { .arena = a };
	struct json *tree = NULL;
	int r;

	error_clear();
	r = json_parse(a, "config", text, strlen(text), &tree);
	return r < 0 ? r : json_decode(&d, "config", tree, rows, c);
}

static void messages(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{}", "config.root: required, but missing" },
		{ "{'root':null}", "config.root: required, but missing" },
		{ "{'root':''}", "config.root: must not be empty" },
		{ "[]", "config: expected an object" },
		{ "{'root':'r','terminal':1}", "config.terminal: expected true or false" },
		{ "{'root':'r','score':1001}",
		  "config.score: expected a number from -1000 to 1000" },
		{ "{'root':'r','swap':1.0}", "config.swap: expected a number from "
					     "-9223372036854775808 to 9223372036854775807" },
		{ "{'root':'r','shares':-1}",
		  "config.shares: expected a number from 0 to 18446744073709551615" },
		{ "{'root':'r','user':{'uid':4294967296}}",
		  "config.user.uid: expected a number from 0 to 4294967295" },
		{ "{'root':'r','user':{'uid':1e3}}",
		  "config.user.uid: expected a number from 0 to 4294967295" },
		{ "{'root':'r','user':{'uid':'0'}}",
		  "config.user.uid: expected a number from 0 to 4294967295" },
		{ "{'root':'r','args':[]}", "config.args: must not be empty" },
		{ "{'root':'r','args':'a'}", "config.args: expected an array of strings" },
		{ "{'root':'r','args':['a',null]}", "config.args[1]: expected a string" },
		{ "{'root':'r','args':['a','b','a']}", "config.args: 'a' is listed twice" },
		{ "{'root':'r','labels':{'k':1}}", "config.labels.k: expected a string" },
		{ "{'root':'r','labels':[]}", "config.labels: expected an object of strings" },
		{ "{'root':'r','extra':3}", "config.extra: expected an object" },
		{ "{'root':'r','mounts':{}}", "config.mounts: expected an array of objects" },
		{ "{'root':'r','mounts':[{'destination':'/a'},{'destination':7}]}",
		  "config.mounts[1].destination: expected a string" },
		{ "{'root':'r','mounts':[{'destination':'a'}]}",
		  "config.mounts[0].destination: expected an absolute path, not 'a'" },
		{ "{'root':'r','gids':[0,-1]}",
		  "config.gids[1]: expected a number from 0 to 4294967295" },
		{ "{'root':'r','type':'foo'}", "config.type: unknown value 'foo'" },
		{ "{'root':'r','custom':1}", "config.custom: expected a list of things" },
		{ "{'root':'r','x':false}", "config.x: not supported yet" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		char *text = arena_strdup(a, cases[i].text);
		struct config c = { 0 };

		for (char *quote = text; (quote = strchr(quote, '\'')); quote++)
			*quote = '"';
		check_int(decode(a, text, &c), -EINVAL);
		check_str(error_text(), cases[i].message);
	}
}

static void values(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct config c = { 0 };

	check_int(
		decode(a,
		       "{\"root\":\"r\\u00e4\\/\\ud83d\\ude00\",\"terminal\":true,\"deny\":false,"
		       "\"score\":-7,\"swap\":-1,\"shares\":18446744073709551615,\"args\":[\"a\","
		       "\"b\"],\"labels\":{\"k\":\"v\"},\"user\":{\"uid\":4294967295},\"extra\":"
		       "{\"uid\":3},\"mounts\":[{\"destination\":\"/m\"}],\"gids\":[5,6],\"type\":"
		       "\"net\",\"raw\":[null],\"custom\":[1,2,3],\"unknown\":{\"a\":1},"
		       "\"x\":null}",
		       &c),
		0);
	check_str(c.root, "r\xc3\xa4/\xf0\x9f\x98\x80");
	check(c.terminal && c.deny.set && !c.deny.value);
	check_int(c.score, -7);
	check(c.swap.set && c.swap.value == -1);
	check(c.shares.set && c.shares.value == UINT64_MAX);
	check_str(c.args[1], "b");
	check(c.args[2] == NULL);
	check_int(c.n_labels, 1);
	check_str(c.labels[0].value, "v");
	check(c.user.uid == UINT32_MAX && c.extra && c.extra->uid == 3);
	check_int(c.n_mounts, 1);
	check_str(c.mounts[0].destination, "/m");
	check(c.n_gids == 2 && c.gids[1] == 6);
	check_int(c.type, 1);
	check(c.raw && c.raw->type == JSON_ARRAY && c.raw->count == 1);
	check_int(c.custom, 3);
}

static void absent_values(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct config c = { 0 };

	check_int(decode(a, "{\"root\":\"r\",\"deny\":null}", &c), 0);
	check(!c.deny.set && !c.swap.set && !c.shares.set && !c.args && !c.extra && !c.mounts);
}

static void refused_texts(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "{\"a\":[1,{\"b\":{\"k\":1,\"k\":2}}]}", "config.a[1].b: duplicate key 'k'" },
		{ "[\"a\\u0000b\"]", "config: a string with a NUL character" },
		{ "{\"a\\u0000\":1}", "config: a string with a NUL character" },
		{ "[\"\xc0\xaf\"]", "config: invalid UTF-8 at byte 2" },
		{ "[\"\\ud800\"]", "config: half a surrogate pair in a string" },
		{ "[\"\\udc00\\ud800\"]", "config: half a surrogate pair in a string" },
	};
	static const char *const syntax[] = { "",     " ",     "{",        "[1,]",  "{\"a\":1,}",
					      "[01]", "[+1]",  "[.5]",     "['a']", "// x\n1",
					      "1 2",  "[nul]", "[\"\t\"]", "[NaN]", "[\"\\x\"]" };
	CLEANUP(arena) struct arena *a = arena_new();
	struct config c = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		check_int(decode(a, cases[i].text, &c), -EINVAL);
		check_str(error_text(), cases[i].message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(syntax); i++) {
		check_int(decode(a, syntax[i], &c), -EINVAL);
		check(strstr(error_text(), "config: invalid JSON near byte ") == error_text());
	}
}

static void limits(void)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf b = { 0 };
	struct json *tree;
	char deep[2 * JSON_DEPTH_MAX + 2];

	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	check_int(json_parse(a, "d", deep + 1, sizeof(deep) - 2, &tree), 0);
	check_int(json_parse(a, "d", deep, sizeof(deep), &tree), -EINVAL);
	check_str(error_text(), "d: nested deeper than 32 levels");
	buf_addc(&b, '{');
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, "\"k%d\":%d,", i, i);
	buf_adds(&b, "\"k77\":0}");
	check_int(json_parse(a, "d", b.data, b.len, &tree), -EINVAL);
	check_str(error_text(), "d: duplicate key 'k77'");
	while (b.len <= JSON_SIZE_MAX)
		buf_addc(&b, ' ');
	check_int(json_parse(a, "d", b.data, b.len, &tree), -EFBIG);
}

static void collect(void *arg, const char *text)
{
	buf_printf(arg, "%s|", text);
}

static void all_problems(void)
{
	static const char text[] = "{\"args\":[1,\"a\",2],\"user\":{\"uid\":-1},\"x\":1}";
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf told = { 0 };
	struct json_decoder d = { .arena = a, .on_problem = collect, .arg = &told };
	struct config c = { 0 };
	struct json *tree = NULL;

	check_int(json_parse(a, "c", text, strlen(text), &tree), 0);
	check_int(json_decode(&d, "c", tree, rows, &c), -EINVAL);
	check_int(d.problems, 5);
	check_str(told.data, "c.root: required, but missing|c.args[0]: expected a string|"
			     "c.args[2]: expected a string|"
			     "c.user.uid: expected a number from 0 to 4294967295|"
			     "c.x: not supported yet|");
}

static void writing(void)
{
	static const char text[] =
		"{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"/\\u0001\\n\\\"\"}],\"e\":null}";
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP_BUF struct buf compact = { 0 };
	CLEANUP_BUF struct buf lines = { 0 };
	struct json_writer w = { .out = &compact }, v = { .out = &lines, .indent = 2 };
	struct json *tree = NULL;

	check_int(json_parse(a, "t", text, strlen(text), &tree), 0);
	json_w_value(&w, NULL, tree);
	check_str(compact.data, text);
	json_w_object(&v, NULL);
	json_w_str(&v, "s", "bad \xff\xc3\xa4 /");
	json_w_array(&v, "l");
	json_w_u64(&v, NULL, UINT64_MAX);
	json_w_i64(&v, NULL, INT64_MIN);
	json_w_end_array(&v);
	json_w_strv(&v, "n", NULL);
	json_w_bool(&v, "b", false);
	json_w_end_object(&v);
	check_str(lines.data, "{\n  \"s\": \"bad \xef\xbf\xbd\xc3\xa4 /\",\n  \"l\": [\n"
			      "    18446744073709551615,\n    -9223372036854775808\n  ],\n"
			      "  \"n\": [],\n  \"b\": false\n}");
}

static const struct unit_case tests[] = {
	{ "decoding names place and expectation", messages },
	{ "every kind of value", values },
	{ "absent values stay unset", absent_values },
	{ "strict where JSON is loose", refused_texts },
	{ "depth, size and many keys", limits },
	{ "all problems are told when asked", all_problems },
	{ "writing compact and indented", writing },
};
UNIT_MAIN(tests)
