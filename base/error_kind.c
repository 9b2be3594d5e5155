/* SPDX-License-Identifier: Apache-2.0 */
/* base/error_kind.c - the stable codes of failures, with the hint that goes with each */
#include "base/error_kind.h"

#include "base/attr.h"

#include <errno.h>
#include <stddef.h>

#define ERROR_KIND_ROW(name, code, hint) [ERROR_##name] = { code, hint },
static const struct {
	const char *code, *hint;
} kinds[ERROR_N_KINDS] = { [ERROR_UNKNOWN] = { "", "" }, ERROR_KINDS(ERROR_KIND_ROW) };
#undef ERROR_KIND_ROW

static const struct {
	int code;
	enum error_kind kind;
} by_errno[] = {
	{ EPERM, ERROR_PERMISSION },
	{ EACCES, ERROR_PERMISSION },
	{ EROFS, ERROR_PERMISSION },
	{ ENOENT, ERROR_NOT_FOUND },
	{ ENOTDIR, ERROR_NOT_FOUND },
	{ ESRCH, ERROR_NOT_FOUND },
	{ EEXIST, ERROR_EXISTS },
	{ EOPNOTSUPP, ERROR_UNSUPPORTED },
	{ ENOSYS, ERROR_UNSUPPORTED },
	{ ENODEV, ERROR_UNSUPPORTED },
	{ EPROTONOSUPPORT, ERROR_UNSUPPORTED },
	{ EBUSY, ERROR_BUSY },
	{ EAGAIN, ERROR_BUSY },
	{ ETIMEDOUT, ERROR_BUSY },
	{ ENOMEM, ERROR_EXHAUSTED },
	{ ENOSPC, ERROR_EXHAUSTED },
	{ EMFILE, ERROR_EXHAUSTED },
	{ ENFILE, ERROR_EXHAUSTED },
	{ EDQUOT, ERROR_EXHAUSTED },
	{ EINVAL, ERROR_INVALID },
	{ ERANGE, ERROR_INVALID },
	{ E2BIG, ERROR_INVALID },
	{ ENAMETOOLONG, ERROR_INVALID },
	{ ELOOP, ERROR_INVALID },
};

enum error_kind error_kind_of_errno(int r)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_errno); i++)
		if (by_errno[i].code == -r)
			return by_errno[i].kind;
	return ERROR_OTHER;
}

const char *error_kind_code(enum error_kind kind)
{
	return kind < ERROR_N_KINDS ? kinds[kind].code : "";
}

const char *error_kind_hint(enum error_kind kind)
{
	return kind < ERROR_N_KINDS ? kinds[kind].hint : "";
}
