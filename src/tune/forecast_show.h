/* SPDX-License-Identifier: GPL-2.0-only */
/* Forecasts and their scores, as text and as NDJSON. */
#ifndef RS_TUNE_FORECAST_SHOW_H
#define RS_TUNE_FORECAST_SHOW_H

#include <stdio.h>

#include "forecast_score.h"

void rs_forecast_text_header(const struct rs_forecast *fc, FILE *out);
/* One line. @begin_ns: what its time is counted from. */
void rs_forecast_text(const struct rs_forecast *fc, uint64_t begin_ns, FILE *out);
void rs_forecast_zones_text(const struct rs_forecast *fc, FILE *out);
void rs_forecast_json(const struct rs_forecast *fc, FILE *out);

/* A table: its head, a line for each method, and what its columns mean. */
void rs_score_text_header(uint64_t horizon_ns, FILE *out);
void rs_score_text(const struct rs_forecast_score *s, const char *method, FILE *out);
void rs_score_text_footer(FILE *out);
void rs_score_json(const struct rs_forecast_score *s, const char *method, FILE *out);

#endif
