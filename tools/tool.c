/* SPDX-License-Identifier: GPL-2.0-only */
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/base/log.h"

int rs_exit_status(int err)
{
	switch (err) {
	case 0:
		return RS_EXIT_OK;
	case -EINVAL:
	case -EEXIST:
		return RS_EXIT_USAGE;
	case -EPERM:
	case -ENODATA:
		return RS_EXIT_CANNOT;
	default:
		return RS_EXIT_FAILED;
	}
}

int rs_parse_duration(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {
		{ "", 1e9 }, { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 },
	};
	double value;
	char *end;
	size_t i;

	errno = 0;
	value = strtod(text, &end);
	if (end == text || errno || !(value > 0))
		return -EINVAL;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit))
			continue;
		if (value * units[i].ns > 1e18 || value * units[i].ns < 1)
			return -ERANGE;
		*ret_ns = value * units[i].ns;
		return 0;
	}
	return -EINVAL;
}

int rs_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (end == text || *end || errno || strchr(text, '-'))
		return -EINVAL;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int rs_parse_bytes(const char *text, uint64_t *ret)
{
	unsigned long long v;
	int shift = 0;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (end == text || errno || strchr(text, '-'))
		return -EINVAL;
	switch (*end | 32) {
	case 'g':
		shift += 10;
		/* fall through */
	case 'm':
		shift += 10;
		/* fall through */
	case 'k':
		shift += 10;
		end++;
		break;
	}
	if (*end)
		return -EINVAL;
	if (!v || v > UINT64_MAX >> shift)
		return -ERANGE;
	*ret = v << shift;
	return 0;
}

int rs_finish_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	rs_err(-errno, "standard output");
	return status ? status : RS_EXIT_FAILED;
}

int rs_parse_args(const struct argp *argp, int argc, char **argv, const char *verb, void *input)
{
	char name[64];
	error_t err;

	snprintf(name, sizeof(name), "reclaimscope %s", verb);
	argv[0] = name;
	argp_err_exit_status = RS_EXIT_USAGE;
	err = argp_parse(argp, argc, argv, 0, NULL, input);
	return err ? rs_err(-err, "%s", name) : 0;
}
