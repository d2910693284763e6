/* SPDX-License-Identifier: GPL-2.0-only */
/* Advice in the forms that people and programs want it in. */
#ifndef RS_TUNE_RECOMMEND_SHOW_H
#define RS_TUNE_RECOMMEND_SHOW_H

#include <stdio.h>

#include "recommend.h"

typedef void (*rs_recommend_show)(const struct rs_recommendation *r, FILE *out);

void rs_recommend_text(const struct rs_recommendation *r, FILE *out);
void rs_recommend_json(const struct rs_recommendation *r, FILE *out);
void rs_recommend_sysctl(const struct rs_recommendation *r, FILE *out); /* a file for /etc/sysctl.d */
void rs_recommend_tuned(const struct rs_recommendation *r, FILE *out); /* tuned.conf of a profile */
void rs_recommend_shell(const struct rs_recommendation *r, FILE *out);

#endif
