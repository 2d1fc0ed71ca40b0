/* Puts the demo year into a store, as any shop's data goes in: a store, its people, an import of an order list and an item list
 * and what it knows beside them (demo_records.c) through the reducers; then the campaigns and what service did about reminders this morning. */
#include "desk/demo.h"
#include <stdio.h>
#include "desk/demo_records.h"
#include "desk/demo_world.h"
#include "store/agent_store.h"
#include "store/audit_store.h"
#include "store/campaign_store.h"
#include "store/import_store.h"
#include "store/mark_store.h"
#include "store/text_store.h"

enum { BATCH_ORDERS = 1024, BATCH_RECORDS = 4096, ORDER_FILES = 2, FILES = ORDER_FILES + DEMO_LISTS };

const struct demo_staff demo_staff[DEMO_STAFF_COUNT] = {
    { ROLE_OWNER, "林掌柜" }, { ROLE_OPERATOR, "苏运营" }, { ROLE_SERVICE, "周客服" }, { ROLE_WAREHOUSE, "陈师傅" },
};

struct maker {
    struct store *store;
    const struct demo_options *options;
    struct shop shop;
    struct demo_world world;
    struct arena arena;  /* the world */
    struct arena batch;  /* claims of one batch */
    int64_t user_ids[DEMO_STAFF_COUNT]; /* 0: no such account */
    int64_t import_id;
    struct import_file_row files[FILES];
};

static bool make_shop(struct maker *m)
{
    const struct shop_new n = { .key = TEXT(DEMO_STORE_KEY), .name = TEXT("汀月山房茶器旗舰店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN"), .demo = true };
    return shop_create(m->store, &n, &m->shop) == SHOP_OK;
}

/* A name that is taken already stays whose it is. */
static bool make_staff(struct maker *m)
{
    for (int i = 0; i < DEMO_STAFF_COUNT; i++) {
        const char *hash = m->options->password_hashes[i];
        if (!hash) continue;
        enum account_result r = account_create(m->store, m->shop.merchant_id, text_from_cstr(demo_staff[i].name), demo_staff[i].role, hash, 0, &m->user_ids[i]);
        if (r != ACCOUNT_OK && r != ACCOUNT_TAKEN) return false;
    }
    return true;
}

static void name_file(struct import_file_row *f, const char *name, int64_t as_of_ms, int64_t rows)
{
    *f = (struct import_file_row){ .profile = "demo", .encoding = "utf-8", .as_of_ms = as_of_ms, .rows_total = rows };
    (void)snprintf(f->name, sizeof f->name, "%s", name);
}

static void count_in(struct import_file_row *f, const struct apply_tally *t, size_t rows)
{
    f->rows_done += (int64_t)rows;
    f->added += t->added;
    f->updated += t->updated;
    f->unchanged += t->unchanged;
}

/* Orders first..until-1: their rows of the order list, then those of the item list. */
static bool apply_batch(struct maker *m, struct apply_session *session, int64_t first, int64_t until)
{
    const struct demo_world *w = &m->world;
    size_t orders = (size_t)(until - first), lines = 0, n = 0;
    for (int64_t i = first; i < until; i++) lines += (size_t)w->orders[i].line_count;
    struct order_claim *claims = ARENA_ARRAY(&m->batch, struct order_claim, orders + lines);
    if (!claims) return false;
    for (int64_t i = first; i < until; i++) demo_order_claim(&m->batch, w, i, &claims[n++]);
    for (int64_t i = first; i < until; i++)
        for (int32_t k = 0; k < w->orders[i].line_count; k++) demo_line_claim(&m->batch, w, i, k, &claims[n++]);
    if (m->batch.failed) return false;
    struct apply_tally order_tally = { 0 }, line_tally = { 0 };
    if (!apply_claims(session, claims, orders, &order_tally)) return false;
    if (!apply_claims(session, claims + orders, lines, &line_tally)) return false;
    count_in(&m->files[0], &order_tally, orders);
    count_in(&m->files[1], &line_tally, lines);
    return true;
}

/* One list, as a file of its subject. */
static bool apply_list(struct maker *m, struct apply_session *session, int list)
{
    const struct demo_list *l = &demo_lists[list];
    struct import_file_row *file = &m->files[ORDER_FILES + list];
    struct apply_tally tally = { 0 };
    for (int64_t i = 0; i < file->rows_total; i += BATCH_RECORDS) {
        const int64_t n = file->rows_total - i < BATCH_RECORDS ? file->rows_total - i : BATCH_RECORDS;
        arena_clear(&m->batch);
        struct record_claim *claims = ARENA_ARRAY(&m->batch, struct record_claim, (size_t)n);
        if (!claims) return false;
        for (int64_t k = 0; k < n; k++)
            if (!demo_record_claim(&m->batch, &m->world, l, m->shop.hash_key, i + k, &claims[k])) return false;
        if (!apply_records(session, claims, (size_t)n, &tally)) return false;
    }
    count_in(file, &tally, (size_t)file->rows_total);
    return true;
}

static bool import_world(struct maker *m)
{
    const struct demo_world *w = &m->world;
    name_file(&m->files[0], "demo-orders", w->now_ms, w->order_count);
    name_file(&m->files[1], "demo-items", w->now_ms, w->line_count);
    for (int i = 0; i < DEMO_LISTS; i++) {
        name_file(&m->files[ORDER_FILES + i], demo_lists[i].name, w->now_ms, demo_lists[i].rows(w));
        m->files[ORDER_FILES + i].subject = demo_lists[i].subject;
    }
    if (!import_begin(m->store, &m->shop, m->user_ids[0], m->files, FILES, &m->import_id)) return false;
    struct apply_session *session = apply_session_create(m->store, &m->shop, m->import_id);
    if (!session) return false;
    bool ok = true;
    for (int64_t i = 0; ok && i < w->order_count; i += BATCH_ORDERS) {
        int64_t until = i + BATCH_ORDERS < w->order_count ? i + BATCH_ORDERS : w->order_count;
        ok = apply_batch(m, session, i, until);
        arena_clear(&m->batch);
    }
    for (int i = 0; ok && i < DEMO_LISTS; i++) ok = apply_list(m, session, i);
    ok = ok && apply_flush(session);
    apply_session_free(session);
    for (int i = 0; ok && i < FILES; i++) {
        m->files[i].file_no = i + 1;
        ok = import_file_progress(m->store, m->shop.merchant_id, m->import_id, &m->files[i]);
    }
    return ok && import_set_state(m->store, m->shop.merchant_id, m->import_id, IMPORT_APPLIED, TEXT_NONE, TEXT_NONE);
}

static bool add_campaigns(struct maker *m)
{
    const struct demo_world *w = &m->world;
    int64_t campaign_id = 0;
    for (int i = 0; i < DEMO_CAMPAIGNS; i++)
        if (!campaign_add(m->store, &m->shop, &w->campaigns[i], &campaign_id)) return false;
    return true;
}

/* By day service has just been through the older unpaid orders: most are done, some are left alone for a reason; the newer ones
 * are due. */
static bool mark_reminders(struct maker *m)
{
    static const char *const reasons[] = { "买家说今晚付款", "买家拍错了，会重新下单", "已电话联系，考虑中" };
    const struct demo_world *w = &m->world;
    struct prng p;
    int hour = zone_civil(w->zone, w->now_ms).hour;
    if (hour < 9 || hour >= 22) return true;
    prng_seed(&p, w->seed + 1);
    for (int64_t i = w->order_count - 1; i >= 0 && w->orders[i].placed_at_ms > w->now_ms - MS_PER_DAY; i--) {
        const struct demo_order *o = &w->orders[i];
        struct order_claim c;
        demo_order_claim(&m->batch, w, i, &c);
        bool open = c.paid_at_ms == CLAIM_NONE && c.cancelled_at_ms == CLAIM_NONE && o->placed_at_ms < w->now_ms - 200 * MS_PER_MIN;
        uint64_t die = prng_below(&p, 100);
        if (!open || die < 12) continue;
        struct mark_new mark = { .order_no = c.order_no, .wave = 2, .outcome = MARK_DONE, .user_id = m->user_ids[2] };
        if (die < 22) {
            mark.outcome = MARK_SKIPPED;
            mark.reason = text_from_cstr(reasons[die % 3]);
        }
        if (mark_set(m->store, &m->shop, &mark) != MARK_OK) return false;
    }
    return !m->batch.failed;
}

/* The team that the lists of staff and shifts name, with an ordinary week and a rota; only in a desk of its own, where it joins no other
 * shop's people. */
static bool make_team(struct maker *m)
{
    enum { DAY_HOURS = 0x01FF00 /* 8-17 */, LATE_HOURS = 0xFF0000 /* 16-24 */, REMIND_HOURS = 0x3FE000 /* 13-22 */ };
    static const struct { const char *name; enum agent_kind kind; int chats_max, day_off; uint32_t hours; bool signs_in; } team[] = {
        { "周客服", AGENT_SERVICE, 8, 6, DAY_HOURS, true }, { "小满", AGENT_SERVICE, 6, 2, DAY_HOURS, false },
        { "阿竹", AGENT_SERVICE, 5, 0, LATE_HOURS, false }, { "南枝", AGENT_SPECIALIST, 12, 1, REMIND_HOURS, false },
    };
    enum { TEAM = sizeof team / sizeof team[0] };
    const int64_t merchant = m->shop.merchant_id;
    struct shop shops[2];
    int64_t ids[TEAM];
    if (shop_list(m->store, shops, 2) != 1) return true;
    for (int i = 0; i < TEAM; i++) {
        const struct agent_put p = { .name = text_from_cstr(team[i].name), .kind = team[i].kind, .chats_max = team[i].chats_max, .user_id = team[i].signs_in ? m->user_ids[2] : 0 };
        if (agent_put(m->store, merchant, &p, m->user_ids[0], &ids[i]) != AGENT_OK) return false;
        for (int d = 0; d < SHIFT_WEEK_DAYS; d++)
            if (agent_week_put(m->store, merchant, ids[i], d, d == team[i].day_off ? 0 : team[i].hours, m->user_ids[0]) != AGENT_OK) return false;
    }
    for (int h = 8; h < ROTA_HOURS; h++) /* 8-9 A, 9-10 B ..; the evening is the late shift's */
        if (agent_rota_put(m->store, merchant, h, ids[h >= 17 ? 2 : h % 2], m->user_ids[0]) != AGENT_OK) return false;
    return true;
}

/* What the shop tells about itself; two sentences are left for whoever looks around, as the page Texts says. */
static bool tell_words(struct maker *m)
{
    static const struct { const char *name, *value; } words[] = {
        { "signature", "汀月山房" }, { "carrier", "圆通快递" }, { "ships_within", "48小时" }, { "size_where", "商品页第三张图，写着每件的容量和口径" }, { "return_days", "7" },
        { "return_freight", "寄回的运费由您承担，换货寄出的运费由本店承担" }, { "arrives_days", "2到4" }, { "service_hours", "9点到22点" }, { "invoice_how", "在订单页点“申请开票”就可以" },
        { "closes_after_min", "1440" }, { "ships_by_payment", "yes" }, { "stock_low_at", "10" }, { "sms_per_1000_minor", "4500" },
    };
    enum { WORDS = sizeof words / sizeof words[0] };
    struct shop_word told[WORDS];
    struct reason why;
    for (int i = 0; i < WORDS; i++) told[i] = (struct shop_word){ text_from_cstr(words[i].name), text_from_cstr(words[i].value) };
    return shop_words_put(m->store, &m->shop, told, WORDS, m->user_ids[0], &why) == TEXT_PUT_OK;
}

static bool run(struct maker *m)
{
    int64_t per_year = m->options->orders_per_year ? m->options->orders_per_year : DEMO_ORDERS_PER_YEAR;
    if (!make_shop(m) || !make_staff(m)) return false;
    if (!demo_world_make(&m->arena, m->shop.zone, m->options->seed, m->options->now_ms, per_year, &m->world)) return false;
    if (!import_world(m) || !add_campaigns(m) || !make_team(m) || !tell_words(m) || !mark_reminders(m)) return false;
    const struct audit_deed deed = { .user_id = m->user_ids[0], .verb = "demo", .subject = arena_printf(&m->batch, "import %lld", (long long)m->import_id) };
    return audit_append(m->store, m->shop.merchant_id, &deed);
}

bool demo_make(struct store *s, const struct demo_options *o, struct demo_result *ret)
{
    struct maker m = { .store = s, .options = o };
    arena_init(&m.arena, &s->env->memory, 0);
    arena_init(&m.batch, &s->env->memory, 0);
    bool ok = run(&m);
    if (ok)
        *ret = (struct demo_result){ .import_id = m.import_id, .orders = m.world.order_count, .lines = m.world.line_count,
                                     .customers = m.world.buyer_count, .shop = m.shop };
    arena_release(&m.batch);
    arena_release(&m.arena);
    return ok;
}
