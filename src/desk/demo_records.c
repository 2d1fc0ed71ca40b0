/* See demo_records.h. Every row follows from the seed and its place, so that the same seed makes the same shop. */
#include "desk/demo_records.h"
#include <assert.h>
#include <inttypes.h>
#include "intake/record_claim.h"

enum { REVIEW_DAYS = 45, REVIEW_ONE_IN = 9, CHAT_DAYS = 28, SHIFT_DAYS = 7, SERVICE_PEOPLE = 3, TALK_DAYS = 2, TALKS_NOW = 9 };

/* ---- values ---- */

struct filling { enum subject subject; struct record_value *values; int n; };

static void put(struct filling *f, const char *word, int64_t number, struct text text)
{
    const int field = record_field_find(f->subject, text_from_cstr(word));
    assert(field > 0 && (f->n == 0 || f->values[f->n - 1].field < field));
    f->values[f->n++] = (struct record_value){ field, number, text };
}

static void put_text(struct filling *f, const char *word, struct text text) { if (text.len > 0) put(f, word, 0, text); }
static void put_word(struct filling *f, const char *word, const char *text) { put_text(f, word, text_from_cstr(text)); }
static void put_number(struct filling *f, const char *word, int64_t number) { put(f, word, number, TEXT_NONE); }

static struct prng dice(const struct demo_world *w, uint64_t kind, int64_t row)
{
    struct prng p;
    prng_seed(&p, w->seed ^ (kind << 56) ^ ((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15)));
    return p;
}

/* ---- traffic: every hour that is over ---- */

static int64_t traffic_rows(const struct demo_world *w) { return w->hour_count > 0 ? w->hour_count - 1 : 0; }

static int traffic_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    const struct demo_hour *h = &w->hours[row];
    struct filling f = { SUBJECT_TRAFFIC, values, 0 };
    (void)a;
    put_number(&f, "day", zone_day(w->zone, h->start_ms));
    put_number(&f, "hour", zone_civil(w->zone, h->start_ms).hour);
    put_number(&f, "visitors", h->visitors);
    put_number(&f, "views", h->views);
    put_number(&f, "favourites", h->favourites);
    put_number(&f, "carts", h->carts);
    return f.n;
}

/* ---- products and stock: a row a SKU ---- */

static int64_t sku_rows(const struct demo_world *w)
{
    int64_t n = 0;
    (void)w;
    for (int i = 0; i < demo_product_count; i++)
        for (int k = 0; k < DEMO_SKUS_MAX && demo_products[i].skus[k].code; k++) n++;
    return n;
}

static const struct demo_product *sku_at(int64_t row, const struct demo_sku **ret)
{
    for (int i = 0; i < demo_product_count; i++)
        for (int k = 0; k < DEMO_SKUS_MAX && demo_products[i].skus[k].code; k++) {
            if (row-- > 0) continue;
            *ret = &demo_products[i].skus[k];
            return &demo_products[i];
        }
    assert(false);
    return NULL;
}

static bool is_tea(const struct demo_product *p) { return p->product_no[7] == '2'; }

static int product_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    const struct demo_sku *sku;
    const struct demo_product *p = sku_at(row, &sku);
    struct prng dice_of = dice(w, 1, row);
    struct filling f = { SUBJECT_PRODUCTS, values, 0 };
    (void)a;
    put_word(&f, "product_no", p->product_no);
    put_word(&f, "sku_code", sku->code);
    put_word(&f, "title", p->title);
    put_word(&f, "options", sku->options);
    put_word(&f, "category", is_tea(p) ? "茶叶" : "茶器");
    put_word(&f, "role", p->weight >= 84 ? "主打" : p->weight >= 50 ? "活动" : "日常");
    put_number(&f, "price", sku->price_fen);
    put_number(&f, "cost", sku->price_fen * (int64_t)(30 + prng_below(&dice_of, 22)) / 100);
    put_number(&f, "extra_cost", is_tea(p) ? 180 : 420);
    put_number(&f, "commission", 500);
    put_number(&f, "reorder_at", 20 + p->weight);
    put_number(&f, "lead_days", is_tea(p) ? 7 : 20);
    put_word(&f, "supplier", is_tea(p) ? "汀月茶厂" : "景和窑");
    return f.n;
}

static int64_t stock_rows(const struct demo_world *w) { return 2 * sku_rows(w); }

static int stock_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    const struct demo_sku *sku;
    const struct demo_product *p = sku_at(row / 2, &sku);
    struct prng dice_of = dice(w, 2, row);
    const bool main = row % 2 == 0;
    struct filling f = { SUBJECT_STOCK, values, 0 };
    (void)a;
    put_word(&f, "location", main ? "杭州仓" : "云仓广州");
    put_word(&f, "product_no", p->product_no);
    put_word(&f, "sku_code", sku->code);
    put_word(&f, "title", p->title);
    put_number(&f, "on_hand", (int64_t)(prng_below(&dice_of, main ? 400 : 120) * (uint64_t)(p->weight + 20) / 60));
    put_number(&f, "reorder_at", main ? 20 + p->weight : 15);
    put_number(&f, "counted_at", demo_second(w->now_ms - 9 * MS_PER_HOUR));
    return f.n;
}

/* ---- reviews of what was delivered lately ---- */

/* The nth order that was reviewed, the newest first. */
static const struct demo_order *reviewed(const struct demo_world *w, int64_t row, int64_t *ret_n)
{
    int64_t n = 0;
    for (int64_t i = w->order_count - 1; i >= 0; i--) {
        const struct demo_order *o = &w->orders[i];
        if (o->placed_at_ms < w->now_ms - REVIEW_DAYS * MS_PER_DAY) break;
        if (o->number % REVIEW_ONE_IN != 0 || o->delivered_at_ms == CLAIM_NONE || o->delivered_at_ms + 2 * MS_PER_DAY > w->now_ms) continue;
        if (n++ == row) return o;
    }
    if (ret_n) *ret_n = n;
    return NULL;
}

static int64_t review_rows(const struct demo_world *w)
{
    int64_t n = 0;
    (void)reviewed(w, INT64_MAX, &n);
    return n;
}

static int review_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    static const char *const words[5][3] = {
        { "收到时已经碎了，联系客服在处理。", "和图片差别很大，退了。", "漏发了一件。" }, { "包装简陋，茶罐有磕痕。", "味道淡，不太值。", "物流慢，等了八天。" },
        { "一般，中规中矩。", "味道还行，包装可以再好些。", "器形好看，杯沿有点毛。" }, { "不错，会再来。", "茶香足，泡了七八次还有味。", "做工细，颜色比图片略深。" },
        { "非常喜欢，送人很体面。", "第三次回购了，品质稳定。", "客服耐心，发货快，茶也好。" },
    };
    const struct demo_order *o = reviewed(w, row, NULL);
    struct person_cells person = { .buyer = TEXT_NONE };
    struct filling f = { SUBJECT_REVIEWS, values, 0 };
    if (!o) return 0;
    struct prng p = dice(w, 3, o->number);
    const uint64_t die = prng_below(&p, 100);
    const int stars = die < 3 ? 1 : die < 6 ? 2 : die < 13 ? 3 : die < 34 ? 4 : 5;
    const struct demo_product *product = &demo_products[w->lines[o->first_line].product];
    demo_person(a, w->seed, o, &person);
    put_text(&f, "review_no", arena_printf(a, "R%010" PRId64, o->number * 31 + 7));
    put_word(&f, "product_no", product->product_no);
    put_word(&f, "title", product->title);
    put_number(&f, "stars", stars);
    put_word(&f, "text", words[stars - 1][prng_below(&p, 3)]);
    put_number(&f, "pictures", stars == 5 ? (int64_t)prng_below(&p, 4) : 0);
    put_number(&f, "written_at", demo_second(o->delivered_at_ms + (int64_t)prng_below(&p, 2 * 24 * 60) * MS_PER_MIN));
    put_text(&f, "buyer", person.buyer);
    return f.n;
}

/* ---- people of the shop ---- */

static const struct { const char *staff, *role, *kind, *skills; int64_t hourly_fen, at_once, packed; } people[] = {
    { "周客服", "客服", "全职", "售前、售后", 3200, 8, 0 }, { "小满", "客服", "全职", "售前", 2800, 6, 0 }, { "阿竹", "客服", "兼职", "晚班", 2600, 5, 0 },
    { "陈师傅", "仓库", "全职", "打包、盘点", 2900, 0, 42 }, { "小谷", "仓库", "兼职", "打包", 2400, 0, 30 }, { "南枝", "催付专员", "全职", "催付", 3000, 12, 0 },
};
enum { PEOPLE = sizeof people / sizeof people[0] };

static int64_t staff_rows(const struct demo_world *w) { (void)w; return PEOPLE; }

static int staff_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    struct filling f = { SUBJECT_STAFF, values, 0 };
    (void)a;
    put_word(&f, "staff", people[row].staff);
    put_word(&f, "role", people[row].role);
    put_number(&f, "joined", zone_day(w->zone, w->now_ms) - 200 - row * 97);
    put_word(&f, "kind", people[row].kind);
    put_number(&f, "hourly_cost", people[row].hourly_fen);
    put_word(&f, "skills", people[row].skills);
    if (people[row].at_once) put_number(&f, "chats_at_once", people[row].at_once);
    if (people[row].packed) put_number(&f, "parcels_hour", people[row].packed);
    return f.n;
}

static int64_t shift_rows(const struct demo_world *w) { (void)w; return (int64_t)SHIFT_DAYS * PEOPLE; }

static int shift_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    struct filling f = { SUBJECT_SHIFTS, values, 0 };
    const int64_t who = row % PEOPLE;
    const bool late = who == 2, off = row / PEOPLE == who + 1, reminds = who == 5;
    (void)a;
    put_number(&f, "day", zone_day(w->zone, w->now_ms) + row / PEOPLE);
    put_word(&f, "staff", people[who].staff);
    put_word(&f, "shift", off ? "休息" : late ? "晚班" : reminds ? "催付" : "早班");
    if (off) return f.n;
    put_number(&f, "begins", (late ? 16 : reminds ? 13 : 8) * 60 + (who == 3 ? 30 : 0));
    put_number(&f, "ends", (late ? 24 : reminds ? 22 : 17) * 60);
    return f.n;
}

static int64_t chat_rows(const struct demo_world *w) { (void)w; return (int64_t)CHAT_DAYS * SERVICE_PEOPLE; }

static int chat_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    struct filling f = { SUBJECT_CHATS, values, 0 };
    struct prng p = dice(w, 4, row);
    const int64_t received = 25 + (int64_t)prng_below(&p, 40), asked = received * 6 / 10, paid = asked * (int64_t)(40 + prng_below(&p, 25)) / 100;
    (void)a;
    put_number(&f, "day", zone_day(w->zone, w->now_ms) - 1 - row / SERVICE_PEOPLE);
    put_word(&f, "staff", people[row % SERVICE_PEOPLE].staff);
    put_number(&f, "received", received);
    put_number(&f, "asked", asked);
    put_number(&f, "paid", paid);
    put_number(&f, "converted", asked > 0 ? paid * 10000 / asked : 0);
    put_number(&f, "first_reply", (8 + (int64_t)prng_below(&p, 30)) * MS_PER_S);
    put_number(&f, "reply", (20 + (int64_t)prng_below(&p, 50)) * MS_PER_S);
    put_number(&f, "satisfied", 9000 + (int64_t)prng_below(&p, 950));
    put_number(&f, "sales", paid * (9000 + (int64_t)prng_below(&p, 6000)));
    return f.n;
}

/* ---- with whom they spoke ---- */

/* Of three orders one and a bit had a question before. By night nobody answers. *ret_who: a place in people. */
static bool talked(const struct demo_world *w, const struct demo_order *o, int *ret_who, int64_t *ret_began_ms)
{
    struct prng p = dice(w, 5, o->number);
    const int64_t began_ms = demo_second(o->placed_at_ms - (int64_t)(2 + prng_below(&p, 38)) * MS_PER_MIN);
    const int hour = zone_civil(w->zone, began_ms).hour;
    const uint64_t die = prng_below(&p, 100);
    *ret_began_ms = began_ms;
    *ret_who = hour >= 17 ? 2 : (int)(die % (hour == 16 ? 3 : 2));
    return die < 40 && hour >= 8;
}

static const struct demo_order *talk_order(const struct demo_world *w, int64_t row, int64_t *ret_n, int *ret_who, int64_t *ret_began_ms)
{
    int64_t n = 0;
    for (int64_t i = w->order_count - 1; i >= 0 && w->orders[i].placed_at_ms > w->now_ms - TALK_DAYS * MS_PER_DAY; i--)
        if (talked(w, &w->orders[i], ret_who, ret_began_ms) && n++ == row) return &w->orders[i];
    if (ret_n) *ret_n = n;
    return NULL;
}

/* Chats before an order, then those that go on right now, with people who have not ordered yet. */
static int64_t talk_rows(const struct demo_world *w)
{
    int64_t n = 0, began_ms;
    int who;
    const int hour = zone_civil(w->zone, w->now_ms).hour;
    (void)talk_order(w, INT64_MAX, &n, &who, &began_ms);
    return n + (hour >= 9 && w->order_count > 40 * TALKS_NOW ? TALKS_NOW : 0);
}

static int talk_now_row(struct arena *a, const struct demo_world *w, int64_t k, struct record_value *values)
{
    struct filling f = { SUBJECT_TALKS, values, 0 };
    struct prng p = dice(w, 6, k);
    struct person_cells person = { .buyer = TEXT_NONE };
    const int hour = zone_civil(w->zone, w->now_ms).hour;
    const int64_t began_ms = demo_second(w->now_ms - (int64_t)(4 + prng_below(&p, 45)) * MS_PER_MIN);
    demo_person(a, w->seed, &w->orders[w->order_count - 40 * (k + 1)], &person);
    put_text(&f, "buyer", person.buyer);
    put_word(&f, "staff", people[hour >= 17 ? 2 : k % 3 == 0].staff);
    put_number(&f, "began_at", began_ms);
    put_number(&f, "last_at", demo_second(w->now_ms - (int64_t)(1 + prng_below(&p, 3)) * MS_PER_MIN));
    put_number(&f, "messages", 3 + (int64_t)prng_below(&p, 12));
    return f.n;
}

static int talk_row(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values)
{
    struct filling f = { SUBJECT_TALKS, values, 0 };
    struct person_cells person = { .buyer = TEXT_NONE };
    int64_t n = 0, began_ms;
    int who;
    const struct demo_order *o = talk_order(w, row, &n, &who, &began_ms);
    if (!o) return talk_now_row(a, w, row - n, values);
    struct prng p = dice(w, 7, o->number);
    const int64_t last_ms = demo_second(began_ms + (int64_t)(4 + prng_below(&p, 22)) * MS_PER_MIN);
    demo_person(a, w->seed, o, &person);
    put_text(&f, "buyer", person.buyer);
    put_word(&f, "staff", people[who].staff);
    put_number(&f, "began_at", began_ms);
    if (last_ms < w->now_ms) put_number(&f, "ended_at", last_ms);
    put_number(&f, "last_at", last_ms < w->now_ms ? last_ms : demo_second(w->now_ms - MS_PER_MIN));
    put_number(&f, "messages", 4 + (int64_t)prng_below(&p, 30));
    return f.n;
}

const struct demo_list demo_lists[DEMO_LISTS] = {
    { "demo-traffic", SUBJECT_TRAFFIC, traffic_rows, traffic_row }, { "demo-products", SUBJECT_PRODUCTS, sku_rows, product_row },
    { "demo-stock", SUBJECT_STOCK, stock_rows, stock_row }, { "demo-reviews", SUBJECT_REVIEWS, review_rows, review_row },
    { "demo-staff", SUBJECT_STAFF, staff_rows, staff_row }, { "demo-shifts", SUBJECT_SHIFTS, shift_rows, shift_row },
    { "demo-chats", SUBJECT_CHATS, chat_rows, chat_row }, { "demo-talks", SUBJECT_TALKS, talk_rows, talk_row },
};

bool demo_record_claim(struct arena *a, const struct demo_world *w, const struct demo_list *list, const unsigned char hash_key[32], int64_t row,
                       struct record_claim *ret)
{
    struct record_identity id = { .zone = w->zone };
    struct record_value *values = ARENA_ARRAY(a, struct record_value, RECORD_FIELDS_MAX);
    int missing;
    if (!values) return false;
    memcpy(id.hash_key, hash_key, sizeof id.hash_key);
    memcpy(id.file_key, "the demo shop's", sizeof id.file_key);
    *ret = (struct record_claim){ .subject = list->subject, .as_of_ms = w->now_ms, .first_as_of_ms = w->now_ms, .rank = SOURCE_FILE };
    ret->value_count = list->row(a, w, row, values);
    const enum record_completed made = record_complete(a, &id, ret, values, &missing);
    assert(made == RECORD_COMPLETE || made == RECORD_NO_MEMORY);
    return made == RECORD_COMPLETE;
}
