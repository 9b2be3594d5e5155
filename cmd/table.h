/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/table.h - text in columns, as list and ps print it */
#pragma once

#include "base/str.h"

enum { TABLE_COLUMNS_MAX = 8 };

/** table_print - rows of n_columns cells each (at most TABLE_COLUMNS_MAX) (the first is the header), padded with at least three blanks */
void table_print(struct buf *out, char *const *cells, size_t n_rows, size_t n_columns);
