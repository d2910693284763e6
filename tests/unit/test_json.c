/* SPDX-License-Identifier: GPL-2.0-only */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/base/json.h"
#include "unit.h"

/* What rs_json_string() writes for @value, quotes included. */
static char *written(const char *value)
{
	struct rs_json j;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	rs_json_init(&j, f);
	rs_json_string(&j, NULL, value);
	fclose(f);
	return text;
}

static void rs_json_string_escapes_what_is_no_text(void **state)
{
	static const char *const cases[][2] = {
		{ "", "\"\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\x1b[2J\n\t\x7f", "\"\\u001b[2J\\u000a\\u0009\\u007f\"" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\xc2\x9b\xc2\xa0", "\"\\u009b\xc2\xa0\"" }, /* the first is a control character */
		{ "\xff", "\"\\ufffd\"" },
		{ "\xc0\x80", "\"\\ufffd\\ufffd\"" }, /* overlong */
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" }, /* cut off */
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" }, /* a surrogate */
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" }, /* above U+10FFFF */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = written(cases[i][0]);

		assert_string_equal(text, cases[i][1]);
		free(text);
	}
}

/* Every string of two bytes becomes what a strict reader takes. */
static void rs_json_string_is_always_json(void **state)
{
	int a, b;

	(void)state;
	for (a = 1; a < 256; a++)
		for (b = 1; b < 256; b++) {
			char value[] = { a, b, 0 }, *text = written(value);
			struct json_tokener *tok = json_tokener_new();
			struct json_object *o;

			json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
			o = json_tokener_parse_ex(tok, text, strlen(text) + 1);
			assert_int_equal(json_tokener_get_error(tok), json_tokener_success);
			json_object_put(o);
			json_tokener_free(tok);
			free(text);
		}
}

static void rs_json_puts_commas_where_they_belong(void **state)
{
	struct rs_json j;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "u", UINT64_MAX);
	rs_json_u64(&j, "z", 0);
	rs_json_array(&j, "a");
	rs_json_i64(&j, NULL, INT64_MIN);
	rs_json_object(&j, NULL);
	rs_json_end_object(&j);
	rs_json_null(&j, NULL);
	rs_json_end_array(&j);
	rs_json_bool(&j, "b", true);
	rs_json_double(&j, "d", 0.125, 2);
	rs_json_string(&j, "s", NULL);
	rs_json_end_line(&j);
	fclose(f);
	assert_string_equal(text, "{\"u\":18446744073709551615,\"z\":0,\"a\":[-9223372036854775808,{},null],\"b\":true,"
				  "\"d\":0.12,\"s\":null}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_json_string_escapes_what_is_no_text),
		cmocka_unit_test(rs_json_string_is_always_json),
		cmocka_unit_test(rs_json_puts_commas_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
