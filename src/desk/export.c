/* See export.h. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "desk/export_parts.h"
#include "desk/files.h"

enum { PROGRESS_EVERY_ROWS = 512 };

const struct export_kind export_kinds[] = {
    { "orders", "orders", "订单", 0, false, false },
    { "items", "items", "宝贝明细", 0, false, false },
    { "customers", "customers", "客户", ANSWER_BUYER, false, false },
    { "pick", "pick list", "配货单", 0, false, false },
    { "reminders", "reminders", "催付名单", ANSWER_BUYER, false, false },
    { "held", "not to remind", "暂不催付", ANSWER_BUYER, false, false },
    { "review", "review", "复盘", ANSWER_MONEY, true, true },
    { "review-figures", "figures", "汇总", ANSWER_MONEY, true, false },
    { "review-days", "days", "按天", ANSWER_MONEY, true, false },
    { "review-hours", "hours", "按小时", ANSWER_MONEY, true, false },
    { "review-regions", "regions", "按地区", ANSWER_MONEY, true, false },
    { "review-products", "products", "按商品", ANSWER_MONEY, true, false },
    { "quarantine", "rows set aside", "待改的行", 0, true, false },
    { "imports", "imports", "导入记录", 0, true, false },
    /* the subjects of records, in the order of enum subject; "customers" above is made of the orders */
    { "products", "products", "商品", 0, false, false },
    { "stock", "stock", "库存", 0, false, false },
    { "traffic", "traffic", "流量", 0, false, false },
    { "reviews", "reviews", "评价", 0, false, false },
    { "customer-records", "customer records", "客户资料", ANSWER_BUYER, false, false },
    { "parcels", "parcels", "包裹", 0, false, false },
    { "staff", "staff", "员工", 0, false, false },
    { "shifts", "shifts", "排班", 0, false, false },
    { "chats", "chats", "客服数据", 0, false, false },
    { "peers", "peers", "同行数据", 0, false, false },
    { "listings", "listings", "他店页面", 0, false, false },
    { "tasks", "tasks", "活动任务", 0, false, false },
    { "signup_rules", "sign-up rules", "报名门槛", 0, false, false },
    { "signups", "sign-ups", "报名结果", 0, false, false },
    { "coupons", "coupons", "优惠券", 0, false, false },
    { "interest", "carts and favourites", "加购收藏", 0, false, false },
    { "search_words", "search words", "搜索词", 0, false, false },
    { "penalties", "penalties", "违规扣分", 0, false, false },
    { "suppliers", "suppliers", "供应商", 0, false, false },
    { "talks", "chats with buyers", "接待明细", ANSWER_BUYER, false, false },
};
const int export_kind_count = (int)(sizeof export_kinds / sizeof export_kinds[0]);

static bool (*const writers[])(struct export *x) = {
    export_orders, export_items, export_customers, export_pick, export_reminders, export_held, export_review, export_review_figures,
    export_review_days, export_review_hours, export_review_regions, export_review_products, export_quarantine, export_imports,
};
enum { LISTS = sizeof writers / sizeof writers[0] };
_Static_assert(sizeof export_kinds / sizeof export_kinds[0] == LISTS + SUBJECT_COUNT - 1, "a writer for each list, and a kind for each subject but orders");

static bool write_kind(struct export *x)
{
    const int at = (int)(x->ask->kind - export_kinds);
    return at < LISTS ? writers[at](x) : export_records(x, (enum subject)(at - LISTS + 1));
}

const struct export_kind *export_kind_find(struct text word)
{
    for (int i = 0; i < export_kind_count; i++)
        if (text_is(word, export_kinds[i].word)) return &export_kinds[i];
    return NULL;
}

bool export_begin(struct export *x, const char *en, const char *zh, const struct export_column *columns, int n)
{
    assert(n <= SHEET_COLUMNS_MAX);
    x->shown_count = 0;
    for (int i = 0; i < n; i++) {
        if (columns[i].mask != 0 && (columns[i].mask & x->ask->ask.mask) == 0) continue;
        x->columns[x->shown_count] = columns[i].sheet;
        x->shown[x->shown_count++] = (unsigned char)i;
    }
    return sheet_begin(x->sheet, en, zh, x->columns, x->shown_count);
}

bool export_row(struct export *x, const struct sheet_cell *cells)
{
    struct sheet_cell seen[SHEET_COLUMNS_MAX];
    const struct export_ask *a = x->ask;
    for (int i = 0; i < x->shown_count; i++) seen[i] = cells[x->shown[i]];
    if (x->row.failed) x->failed = true;
    if (x->failed || !sheet_row(x->sheet, seen)) return false;
    arena_clear(&x->row);
    if (a->progress && sheet_rows(x->sheet) % PROGRESS_EVERY_ROWS == 0 && !a->progress(a->progress_ctx, sheet_rows(x->sheet))) x->stopped = true;
    return !x->stopped;
}

static enum export_result refused(const struct export_ask *a)
{
    if ((a->ask.mask & a->kind->needs) != a->kind->needs || (a->kind->sellers && !a->sellers)) return EXPORT_NOT_YOURS;
    if (a->kind->xlsx_only && a->format == SHEET_CSV) return EXPORT_ONE_TABLE;
    bool known = text_empty(a->orders.state);
    for (int s = 0; s < ORDER_STATE_COUNT; s++) known = known || text_is(a->orders.state, order_state_word((enum order_state)s));
    if (!known) return EXPORT_BAD_STATE;
    return EXPORT_DONE;
}

static enum export_result unwritten(int why)
{
    if (why == ENOSPC || why == EDQUOT) return EXPORT_FULL;
    return why == ENOMEM ? EXPORT_FAILED : EXPORT_UNWRITABLE;
}

enum export_result export_write(const struct export_ask *ask, int64_t *ret_rows)
{
    const struct env *env = ask->ask.store->env;
    const struct sheet_options o = { .env = env, .path = ask->path, .scratch = ask->scratch, .format = ask->format, .zh = ask->zh,
                                     .zone = ask->ask.shop->zone, .currency = ask->ask.shop->currency };
    enum export_result result = refused(ask);
    if (result != EXPORT_DONE) return result;
    struct export x = { .ask = ask, .sheet = sheet_create(&o) };
    if (!x.sheet) return unwritten(errno);
    arena_init(&x.row, &env->memory, 0);
    const bool whole = write_kind(&x);
    arena_release(&x.row);
    *ret_rows = sheet_rows(x.sheet);
    if (x.stopped || x.failed) {
        sheet_abandon(x.sheet);
        result = x.stopped ? EXPORT_STOPPED : EXPORT_FAILED;
    } else if (!sheet_close(x.sheet)) {
        result = unwritten(errno);
    } else if (!whole) {
        result = EXPORT_BAD_PERIOD; /* the only thing left that a table refuses */
    }
    const int why = errno;
    if (result != EXPORT_DONE) file_remove(ask->path);
    errno = why;
    return result;
}

void export_file_name(const struct export_ask *ask, char *to, size_t size)
{
    const struct civil c = zone_civil(ask->ask.shop->zone, ask->ask.now_ms);
    snprintf(to, size, "%s-%s-%04d%02d%02d%02d%02d.%s", ask->kind->word, ask->ask.shop->key, c.year, c.month, c.day, c.hour, c.minute,
             sheet_format_word(ask->format));
}
