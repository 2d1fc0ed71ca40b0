/* See text_facts.h. */
#include "desk/text_facts.h"
#include "store/query_record.h"

enum { SOLD_DAYS = 30 };

/* ---- the shop's words ---- */

static struct text word_of(const struct wording_set *set, const char *name)
{
    for (int i = 0; i < set->word_count; i++)
        if (text_is(set->words[i].name, name)) return set->words[i].value;
    return TEXT_NONE;
}

static int64_t number_of(const struct wording_set *set, const char *name, int64_t otherwise)
{
    int64_t n;
    return text_to_i64(word_of(set, name), &n) && n >= 0 ? n : otherwise;
}

/* ---- stock ---- */

/* By the merchant's code, or where there is none by the product's number: FNV-1a. */
static uint32_t stock_bucket(struct text product_no, struct text sku_code)
{
    const struct text key = text_empty(sku_code) ? product_no : sku_code;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < key.len; i++) h = (h ^ (unsigned char)key.ptr[i]) * 16777619u;
    return h % STOCK_BUCKETS;
}

static struct stock_entry *stock_find(const struct text_desk *t, struct text product_no, struct text sku_code)
{
    struct stock_entry *e = t->stock ? t->stock[stock_bucket(product_no, sku_code)] : NULL;
    for (; e; e = e->next)
        if (text_empty(sku_code) ? text_empty(e->sku_code) && text_eq(e->product_no, product_no) : text_eq(e->sku_code, sku_code)) return e;
    return NULL;
}

static struct stock_entry *stock_add(struct text_desk *t, struct text product_no, struct text sku_code)
{
    struct arena *a = &t->plan->arena;
    struct stock_entry *e = ARENA_NEW(a, struct stock_entry), **head = &t->stock[stock_bucket(product_no, sku_code)];
    if (!e) return NULL;
    *e = (struct stock_entry){ .product_no = arena_text(a, product_no), .sku_code = arena_text(a, sku_code), .everywhere = -1, .by_location = -1, .next = *head };
    *head = e;
    return e;
}

static const struct record_cell *cell_of(const struct record_found *r, const char *word)
{
    const int field = record_field_find(SUBJECT_STOCK, text_from_cstr(word));
    for (int i = 0; i < r->cell_count; i++)
        if (r->cells[i].field == field) return &r->cells[i];
    return NULL;
}

static struct text text_of(const struct record_found *r, const char *word)
{
    const struct record_cell *c = cell_of(r, word);
    return c ? c->text : TEXT_NONE;
}

/* Sellable: as told, or what is on hand less what is reserved; -1 when neither is. */
static int64_t sellable(const struct record_found *r)
{
    const struct record_cell *available = cell_of(r, "available"), *on_hand = cell_of(r, "on_hand"), *reserved = cell_of(r, "reserved");
    const int64_t n = available ? available->number : on_hand ? on_hand->number - (reserved ? reserved->number : 0) : -1;
    return n < 0 && (available || on_hand) ? 0 : n;
}

static bool stock_each(void *ctx, const struct record_found *r)
{
    struct text_desk *t = ctx;
    const struct text product_no = text_of(r, "product_no"), sku_code = text_of(r, "sku_code");
    const int64_t n = sellable(r), now_ms = t->plan->ask.now_ms;
    if (n < 0 || (text_empty(product_no) && text_empty(sku_code)) || r->as_of_ms > now_ms) return true;
    struct stock_entry *e = stock_find(t, product_no, sku_code);
    if (!e) e = stock_add(t, product_no, sku_code);
    if (!e) return false;
    e->stale |= now_ms - r->as_of_ms > t->stock_fresh_ms;
    if (text_empty(text_of(r, "location"))) e->everywhere = n;
    else e->by_location = (e->by_location < 0 ? 0 : e->by_location) + n;
    return true;
}

/* Only what was told lately: an older list says nothing about now, so its rows need not be read; one that is a day old is still looked at,
 * so that a mixture of fresh and stale locations is not taken for the whole. */
static bool stock_load(struct text_desk *t)
{
    const struct plan_desk_ask *q = &t->plan->ask;
    const struct records_filter f = { .subject = SUBJECT_STOCK, .from_ms = q->now_ms - t->stock_fresh_ms - MS_PER_DAY, .to_ms = INSTANT_MAX,
                                      .before = { INT64_MAX, INT64_MAX }, .grain = -1 };
    t->stock = ARENA_ARRAY(&t->plan->arena, struct stock_entry *, STOCK_BUCKETS);
    return t->stock && query_records(q->store, q->shop, &f, stock_each, t) && !t->plan->arena.failed;
}

static int64_t stock_pieces(const struct text_desk *t, const struct text_line *line)
{
    const struct stock_entry *e = text_empty(line->product_no) && text_empty(line->sku_code) ? NULL : stock_find(t, line->product_no, line->sku_code);
    if (!e && !text_empty(line->sku_code)) return -1; /* figures of the whole product say nothing about this variant */
    if (!e || e->stale) return -1;
    return e->everywhere >= 0 ? e->everywhere : e->by_location;
}

/* ---- one order ---- */

bool text_desk_begin(struct text_desk *t, struct plan_desk *plan)
{
    *t = (struct text_desk){ .plan = plan };
    if (!text_set_load(plan->ask.store, plan->ask.shop, &plan->arena, &t->set)) return false;
    t->ground = text_ground(plan->ask.shop, &t->set);
    t->stock_fresh_ms = number_of(&t->set, "stock_fresh_min", 60) * MS_PER_MIN;
    t->closes_after_ms = number_of(&t->set, "closes_after_min", 0) * MS_PER_MIN;
    return text_empty(word_of(&t->set, "stock_low_at")) || stock_load(t); /* nobody claims anything about stock before the line is set */
}

/* The event that runs, or the one that ended last. */
static void event_of(const struct text_desk *t, struct text_facts *f)
{
    for (int i = 0; i < t->plan->campaign_count; i++) {
        const struct campaign *c = &t->plan->campaigns[i];
        if (c->event_from_ms > f->now_ms || (f->event_from_ms != INSTANT_NONE && c->event_from_ms < f->event_from_ms)) continue;
        f->event_from_ms = c->event_from_ms;
        f->event_until_ms = c->event_until_ms;
    }
}

static struct text_facts facts_of_shop(const struct text_desk *t)
{
    const struct shop *shop = t->plan->ask.shop;
    struct text_facts f = text_facts_none(t->plan->ask.now_ms, shop->zone, text_from_cstr(shop->name));
    text_facts_of_words(&f, t->set.words, t->set.word_count);
    event_of(t, &f);
    f.currency = shop->currency;
    f.own_hosts = t->ground.own_hosts;
    f.own_site = t->ground.own_site;
    return f;
}

static int64_t pay_until(const struct text_desk *t, const struct text_facts *f, const struct order *o)
{
    const bool rush = f->event_official && f->event_closes_30m && f->event_from_ms != INSTANT_NONE && o->placed_at_ms >= f->event_from_ms && o->placed_at_ms < f->event_until_ms;
    if (o->status == STATUS_DEPOSIT_PAID) return INSTANT_NONE; /* when a balance is due, no file tells */
    if (rush) return o->placed_at_ms + 30 * MS_PER_MIN;
    return t->closes_after_ms ? o->placed_at_ms + t->closes_after_ms : INSTANT_NONE;
}

bool text_facts_of(struct text_desk *t, struct arena *a, const struct order_row *r, struct text_facts *ret)
{
    const struct plan_desk_ask *q = &t->plan->ask;
    struct text_facts f = facts_of_shop(t);
    struct contact_facts where = { .now_ms = q->now_ms };
    struct lines_row lines;
    struct text_line line;

    buyer_zones_fill(&t->plan->zones, q->store->env, q->shop, r->order.country, &where);
    if (where.zone_count == 1) f.zone = where.zones[0];
    const bool runs = f.event_from_ms != INSTANT_NONE && q->now_ms < f.event_until_ms;
    const int64_t today = zone_day(q->shop->zone, q->now_ms), since = runs ? zone_day(q->shop->zone, f.event_from_ms) : today - SOLD_DAYS;
    if (!query_lines_row(q->store, q->shop, a, r->order_id, &lines) || !query_text_line(q->store, q->shop, a, r->order_id, since, today, &line)) return false;
    f.item = lines.title;
    if (line.found) {
        f.sold_pieces = line.sold_pieces;
        f.stock_pieces = stock_pieces(t, &line);
    }
    const int64_t open_minor = order_open_minor(&r->order);
    f.amount_minor = open_minor == CLAIM_NONE ? -1 : open_minor;
    f.order_no = r->order_no;
    f.tracking = r->order.tracking;
    f.pay_until_ms = pay_until(t, &f, &r->order);
    *ret = f;
    return !a->failed;
}

struct text_facts text_facts_sample(const struct text_desk *t, bool zh)
{
    struct text_facts f = facts_of_shop(t);
    f.item = zh ? TEXT("示例：牛津布双肩包") : TEXT("Example: canvas backpack");
    f.order_no = TEXT("1234567890123456789");
    f.tracking = TEXT("YT1234567890123");
    f.amount_minor = 19900;
    f.sold_pieces = 1234;
    f.stock_pieces = f.stock_low_at;
    f.pay_until_ms = t->closes_after_ms ? f.now_ms + t->closes_after_ms : INSTANT_NONE;
    return f;
}

enum occasion text_occasion_of(const struct order *o, int wave)
{
    if (o->status == STATUS_DEPOSIT_PAID) return OCCASION_BALANCE;
    return wave >= PLAN_WAVES ? OCCASION_REMIND_LAST : OCCASION_REMIND;
}

enum text_language text_language_of(const struct shop *shop, struct text country)
{
    if (country.len != 2) country = text_from_cstr(shop->country);
    const bool zh = text_is(country, "CN") || text_is(country, "HK") || text_is(country, "MO") || text_is(country, "TW");
    return zh || (country.len != 2 && memcmp(shop->currency.code, "CNY", 3) == 0) ? LANGUAGE_ZH : LANGUAGE_EN;
}
