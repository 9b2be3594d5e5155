/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/systemd_message.c - the words of a request as the properties of a D-Bus message */
#include "cmd/systemd_message.h"

#include "base/error.h"
#include "base/str.h"

#include <string.h>

/* One value of a basic type. */
static int append_value(sd_bus_message *m, char type, const char *text)
{
	bool is_signed = strchr("nix", type) != NULL;
	uint64_t u = 0;
	int64_t i = 0;

	switch (type) {
	case 's':
	case 'o':
	case 'g':
		return sd_bus_message_append_basic(m, type, text);
	case 'b':
		return sd_bus_message_append(m, "b", str_eq(text, "true"));
	case 'd':
		return sd_bus_message_append(m, "d", strtod(text, NULL));
	default:
		break;
	}
	if (!strchr("ynqiuxt", type) || (is_signed ? str_to_i64(text, INT64_MIN, INT64_MAX, &i) :
						     str_to_u64(text, UINT64_MAX, &u)) < 0)
		return -EINVAL;
	/* Smaller types are the low bytes of these, as the machine has them. */
	switch (type) {
	case 'y':
		return sd_bus_message_append(m, "y", (uint8_t)u);
	case 'n':
		return sd_bus_message_append(m, "n", (int16_t)i);
	case 'q':
		return sd_bus_message_append(m, "q", (uint16_t)u);
	case 'i':
		return sd_bus_message_append(m, "i", (int32_t)i);
	case 'u':
		return sd_bus_message_append(m, "u", (uint32_t)u);
	default:
		return is_signed ? sd_bus_message_append(m, "x", i) :
				   sd_bus_message_append(m, "t", u);
	}
}

static int append_list(sd_bus_message *m, const char *element, char *const *values, size_t n)
{
	bool pairs = element[0] == '(';
	int r = sd_bus_message_open_container(m, 'a', element);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		if (!pairs) {
			r = append_value(m, element[0], values[i]);
		} else if (i + 1 < n) {
			r = sd_bus_message_append(m, "(ss)", values[i], values[i + 1]);
			i++;
		} else {
			r = -EINVAL;
		}
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* NAME TYPE COUNT VALUE... Return: how many words that was, or a negative errno */
static int append_property(sd_bus_message *m, char *const *words, size_t left)
{
	uint64_t n;
	int r;

	if (left < 3 || str_to_u64(words[2], left - 3, &n) < 0)
		return -EINVAL;
	if (words[1][0] != 'a' && n != 1)
		return -EINVAL;
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", words[0]);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', words[1]);
	if (r >= 0)
		r = words[1][0] == 'a' ? append_list(m, words[1] + 1, words + 3, n) :
					 append_value(m, words[1][0], words[3]);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : (int)n + 3;
}

int systemd_append_properties(sd_bus_message *m, char *const *words)
{
	size_t left = strv_len(words);
	int r = sd_bus_message_open_container(m, 'a', "(sv)");

	while (r >= 0 && left > 0) {
		r = append_property(m, words, left);
		if (r < 0)
			return fail(r, "property '%s'", words[0]);
		words += r;
		left -= (size_t)r;
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}
