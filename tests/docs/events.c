/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints docs/events.md from src/wire/event.h: `make docs` writes it, `make test` compares. */
#include <stdio.h>

#include "../../src/trace/schema.h"

static const char *type_of(const struct rs_field *f, char buf[24])
{
	if (f->kind == RS_KIND_COMM || f->kind == RS_KIND_PATH)
		snprintf(buf, 24, "char[%u]", f->count);
	else if (f->count > 1)
		snprintf(buf, 24, "%c%u[%u]", f->is_signed ? 's' : 'u', f->size * 8, f->count);
	else
		snprintf(buf, 24, "%c%u", f->is_signed ? 's' : 'u', f->size * 8);
	return buf;
}

int main(void)
{
	struct rs_schema *schema;
	char buf[24];
	int type, i;

	if (rs_schema_create(&schema))
		return 1;
	puts("# Events\n\n"
	     "Every record begins with `ts_ns` (CLOCK_MONOTONIC), `tid` (0: an idle task, or the recorder itself), the CPU it was\n"
	     "made on, and its type. The fields below follow. Pages are pages of the recorded host. `?` (text) or `null` (JSON) is a\n"
	     "number that this kernel did not let us read. `reclaimscope script` prints records by these names.\n\n"
	     "Written by `make docs` from `src/wire/event.h`; `make test` compares.");
	for (type = 0; type < RS_NR_EVENTS; type++) {
		const struct rs_event_desc *e = &schema->events[type];

		if (!e->type)
			continue;
		printf("\n## %s (%u)\n\n%s; %u bytes.\n\n| field | type | kind | meaning |\n|---|---|---|---|\n", e->name, e->type,
		       e->text, e->len);
		for (i = 0; i < e->nr_fields; i++)
			if (e->fields[i].kind != RS_KIND_PAD)
				printf("| %s | %s | %s | %s |\n", e->fields[i].name, type_of(&e->fields[i], buf),
				       rs_kind_name(e->fields[i].kind), e->fields[i].text);
	}
	rs_schema_destroy(schema);
	return fflush(stdout) ? 1 : 0;
}
