/* The feeds of a store: ages and limits for Today, everything that may be shown of them for Settings and `zhanggui feed list`. */
#include "desk/answer_json.h"
#include "desk/feeds.h"
#include "store/feed_store.h"

static struct feed_decision decide(struct answer *w, const struct feed_row *r)
{
    const struct feed_facts facts = { .source = r->source, .now_ms = w->ask->now_ms, .made_at_ms = r->made_at_ms, .last_at_ms = r->last_at_ms,
                                      .limit_s = r->limit_s };
    return feed_decide(&w->arena, &facts);
}

static json_t *feed_json(struct answer *w, const struct feed_row *r)
{
    const struct feed_decision d = decide(w, r);
    json_t *o = json_object();
    put(w, o, "source", json_string(feed_source_word(r->source)));
    put(w, o, "name", json_words(feed_source_text(r->source, false), feed_source_text(r->source, true)));
    put(w, o, "state", json_string(feed_state_word(d.state)));
    put(w, o, "age_s", d.age_s == INT64_MAX ? json_null() : json_integer(d.age_s));
    put(w, o, "last_at", json_instant(w, r->last_at_ms));
    put(w, o, "limit_s", json_integer(r->limit_s));
    put(w, o, "reason", json_reason(&d.reason));
    return o;
}

json_t *json_feeds_on(struct answer *w)
{
    struct feed_row rows[FEED_SOURCES];
    const int n = feed_list(w->ask->store, w->ask->shop, rows);
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++)
        if (rows[i].on) push(w, list, feed_json(w, &rows[i]));
    return list;
}

static json_t *feeds_list(struct answer *w)
{
    struct feed_row rows[FEED_SOURCES];
    const int n = feed_list(w->ask->store, w->ask->shop, rows);
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++) {
        json_t *o = feed_json(w, &rows[i]);
        put(w, o, "on", json_boolean(rows[i].on));
        put(w, o, "made_at", json_instant(w, rows[i].made_at_ms));
        put(w, o, "last_as_of", json_instant(w, rows[i].last_as_of_ms));
        put(w, o, "accepted", json_integer(rows[i].accepted));
        put(w, o, "duplicates", json_integer(rows[i].duplicates));
        put(w, o, "refused", json_integer(rows[i].refused));
        put(w, o, "refused_at", json_instant(w, rows[i].refused_at_ms));
        put(w, o, "folder", json_text(text_from_cstr(rows[i].folder)));
        push(w, list, o);
    }
    return list;
}

static json_t *tokens_list(struct answer *w)
{
    struct feed_token rows[FEED_TOKENS_MAX];
    const int n = feed_tokens(w->ask->store, w->ask->shop, rows);
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++)
        push(w, list, json_pack("{s:I, s:s, s:o}", "id", (json_int_t)rows[i].token_id, "name", rows[i].name, "made_at", json_instant(w, rows[i].made_at_ms)));
    return list;
}

static json_t *secrets_list(struct answer *w)
{
    struct feed_secret rows[FEED_SOURCES * FEED_SECRETS_MAX];
    const int n = feed_secrets(w->ask->store, w->ask->shop, rows, FEED_SOURCES * FEED_SECRETS_MAX);
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++)
        push(w, list, json_pack("{s:I, s:s, s:o}", "id", (json_int_t)rows[i].secret_no, "source", feed_source_word(rows[i].source), "made_at",
                                json_instant(w, rows[i].made_at_ms)));
    return list;
}

static json_t *refusals_list(struct answer *w)
{
    struct feed_refusal rows[FEEDS_LAST];
    const int n = feed_refusals(w->ask->store, w->ask->shop, rows, FEEDS_LAST);
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++)
        push(w, list, json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "source", feed_source_word(rows[i].source), "at", json_instant(w, rows[i].at_ms), "code",
                                rows[i].code, "en", rows[i].en, "zh", rows[i].zh, "subject", json_text(text_from_cstr(rows[i].subject))));
    return list;
}

static json_t *last_list(struct answer *w, const struct feed_last *last, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        push(w, list, json_pack("{s:s, s:o, s:o, s:o, s:b}", "source", feed_source_word(last[i].source), "at", json_instant(w, last[i].at_ms), "as_of",
                                json_instant(w, last[i].as_of_ms), "order", json_text(text_from_cstr(last[i].order_no)), "duplicate", !last[i].fresh));
    return list;
}

json_t *answer_feeds(const struct answer_ask *q, const struct feed_last *last, int last_count, enum answer_error *ret_error)
{
    struct answer w;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q)) {
        o = json_object();
        put(&w, o, "at", json_instant(&w, q->now_ms));
        put_age(&w, o);
        put(&w, o, "limits", json_pack("{s:I, s:I, s:I}", "min_s", (json_int_t)FEED_LIMIT_MIN_S, "max_s", (json_int_t)FEED_LIMIT_MAX_S, "default_s",
                                       (json_int_t)FEED_LIMIT_DEFAULT_S));
        put(&w, o, "feeds", feeds_list(&w));
        put(&w, o, "tokens", tokens_list(&w));
        put(&w, o, "secrets", secrets_list(&w));
        put(&w, o, "refused", refusals_list(&w));
        put(&w, o, "last", last_list(&w, last, last_count));
    }
    return answer_end(&w, o, ret_error);
}
