/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include <inttypes.h>

void rs_json_init(struct rs_json *j, FILE *out)
{
	j->out = out;
	j->need_comma = false;
}

/* Length of the valid UTF-8 sequence at @s, 0 if there is none. */
static int utf8_length(const unsigned char *s)
{
	int n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 :
		s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	int i;

	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what lies above U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

static void put_string(FILE *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	putc_unlocked('"', out);
	for (;;) {
		size_t plain = 0;
		int n;

		while (s[plain] >= 0x20 && s[plain] < 0x7f && s[plain] != '"' && s[plain] != '\\')
			plain++;
		if (plain)
			fwrite_unlocked(s, 1, plain, out);
		s += plain;
		if (!*s)
			break;
		n = utf8_length(s);
		if (n == 0) {
			fputs("\\ufffd", out);
			s++;
		} else if (*s == '"' || *s == '\\') {
			fprintf(out, "\\%c", *s++);
		} else if (*s < 0x20 || *s == 0x7f) {
			fprintf(out, "\\u%04x", *s++);
		} else if (*s == 0xc2 && s[1] < 0xa0) {
			fprintf(out, "\\u%04x", s[1]); /* to a terminal U+009B is as good as ESC [ */
			s += n;
		} else {
			fwrite_unlocked(s, 1, n, out);
			s += n;
		}
	}
	putc_unlocked('"', out);
}

static void put_key(struct rs_json *j, const char *key)
{
	if (j->need_comma)
		putc_unlocked(',', j->out);
	j->need_comma = true;
	if (key) {
		put_string(j->out, key);
		putc_unlocked(':', j->out);
	}
}

static void open_with(struct rs_json *j, const char *key, char c)
{
	put_key(j, key);
	putc_unlocked(c, j->out);
	j->need_comma = false;
}

static void close_with(struct rs_json *j, char c)
{
	putc_unlocked(c, j->out);
	j->need_comma = true;
}

void rs_json_object(struct rs_json *j, const char *key)
{
	open_with(j, key, '{');
}

void rs_json_end_object(struct rs_json *j)
{
	close_with(j, '}');
}

void rs_json_array(struct rs_json *j, const char *key)
{
	open_with(j, key, '[');
}

void rs_json_end_array(struct rs_json *j)
{
	close_with(j, ']');
}

void rs_json_end_line(struct rs_json *j)
{
	fputs("}\n", j->out);
	j->need_comma = false;
}

/* Numbers are most of what is printed, and fprintf() takes ten times as long. */
void rs_json_u64(struct rs_json *j, const char *key, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	put_key(j, key);
	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value);
	fwrite_unlocked(digits + at, 1, sizeof(digits) - at, j->out);
}

void rs_json_i64(struct rs_json *j, const char *key, int64_t value)
{
	put_key(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void rs_json_double(struct rs_json *j, const char *key, double value, int decimals)
{
	put_key(j, key);
	fprintf(j->out, "%.*f", decimals, value);
}

void rs_json_bool(struct rs_json *j, const char *key, bool value)
{
	put_key(j, key);
	fputs(value ? "true" : "false", j->out);
}

void rs_json_null(struct rs_json *j, const char *key)
{
	put_key(j, key);
	fputs("null", j->out);
}

void rs_json_string(struct rs_json *j, const char *key, const char *value)
{
	if (!value) {
		rs_json_null(j, key);
		return;
	}
	put_key(j, key);
	put_string(j->out, value);
}
