/* SPDX-License-Identifier: GPL-2.0-only */
/* libCacheSim as the peer: its caches in this process, one get() for each access, objects of size 1. */
#include <libCacheSim.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

struct peer {
	cache_t *cache;
	request_t *req;
};

struct peer *peer_create(const char *policy, uint64_t pages)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	/* four buckets for each page, where it is fastest */
	common_cache_params_t params = default_common_cache_params();

	if (!peer)
		return NULL;
	params.cache_size = pages;
	params.consider_obj_metadata = false;
	params.hashpower = 65 - __builtin_clzl(pages);
	peer->cache = strcmp(policy, "clock") ? LRU_init(params, NULL) : Clock_init(params, NULL);
	peer->req = new_request();
	peer->req->obj_size = 1;
	return peer;
}

uint64_t peer_run(struct peer *peer, const uint32_t *ids, size_t nr)
{
	uint64_t misses = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		peer->req->obj_id = ids[i];
		peer->req->clock_time = i;
		misses += !peer->cache->get(peer->cache, peer->req);
	}
	return misses;
}

void peer_destroy(struct peer *peer)
{
	peer->cache->cache_free(peer->cache);
	free_request(peer->req);
	free(peer);
}
