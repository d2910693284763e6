/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings whose kernel is known to the model. */
#ifndef RS_TESTS_KERNEL_RECORDING_H
#define RS_TESTS_KERNEL_RECORDING_H

#include "kernel_rules.h"
#include "recording.h"

/* Names of the probes that the next recording says are attached; NULL: it says nothing about probes. */
static const char *const *recording_probes;

/* The INFO block of a recording of that kernel, with all that the model needs to know of it. */
static inline void recording_info_with(struct rs_writer *w, enum kernel_under_test kernel, const char *lru)
{
	const struct rs_rules *rules = rules_of(kernel);
	struct rs_schema *schema;
	struct rs_json j;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(rs_schema_create(&schema), 0);
	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_object(&j, "kernel");
	rs_json_string(&j, "lru", lru);
	rs_json_u64(&j, "nodes_shift", 10);
	rs_json_object(&j, "differences");
#define RULE(rule, what) rs_json_bool(&j, #rule, rules->rule);
	RS_RULES_ALLOC(RULE)
	RS_RULES_LRU(RULE)
	RS_RULES_LRU_GEN(RULE)
	RS_RULES_LRU_GEN_FOLIO(RULE)
	rs_json_end_object(&j);
	rs_json_end_object(&j);
	if (recording_probes) {
		const char *const *name;

		rs_json_array(&j, "probes");
		for (name = recording_probes; *name; name++) {
			rs_json_object(&j, NULL);
			rs_json_string(&j, "name", *name);
			rs_json_string(&j, "state", "attached");
			rs_json_end_object(&j);
		}
		rs_json_end_array(&j);
	}
	rs_schema_to_json(schema, &j, "schema");
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, text, len), 0);
	free(text);
	rs_schema_destroy(schema);
}

static inline void recording_info_of(struct rs_writer *w, enum kernel_under_test kernel)
{
	recording_info_with(w, kernel, "classic");
}

#endif
