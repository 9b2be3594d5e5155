/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/table.c - pad columns; at least 12 wide and 3 blanks apart, as runc's list */
#include "cmd/table.h"

enum { WIDTH_MIN = 12, GAP = 3 };

/* In characters, as a terminal counts them: cells are UTF-8. */
static size_t width_of(const char *cell)
{
	size_t n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static size_t column_width(char *const *cells, size_t n_rows, size_t n_columns, size_t col)
{
	size_t width = WIDTH_MIN;

	for (size_t row = 0; row < n_rows; row++) {
		size_t len = width_of(cells[row * n_columns + col]) + GAP;

		width = len > width ? len : width;
	}
	return width;
}

void table_print(struct buf *out, char *const *cells, size_t n_rows, size_t n_columns)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };

	for (size_t col = 0; col < n_columns; col++)
		widths[col] = column_width(cells, n_rows, n_columns, col);
	for (size_t row = 0; row < n_rows; row++)
		for (size_t col = 0; col < n_columns; col++) {
			const char *cell = cells[row * n_columns + col];

			if (col + 1 < n_columns)
				buf_printf(out, "%s%*s", cell, (int)(widths[col] - width_of(cell)),
					   "");
			else
				buf_printf(out, "%s\n", cell);
		}
}
