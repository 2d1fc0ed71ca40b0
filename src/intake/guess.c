/* See guess.h. For each subject: every pair of column and field gets a score, the best pair is taken, then the next among what is left. */
#include "intake/guess.h"
#include <stdlib.h>
#include "intake/record_value.h"

enum { SCORE_HEADER = 100 /* a profile of the subject has this very header */, SCORE_NAME = 80 /* the field's own name */, SCORE_WORD = 40 /* contains one of its words */,
       SCORE_CONTENT = 15 /* the cells are of its kind */, SCORE_AGAINST = -60 /* the cells are none of its kind */, SCORE_LEAST = 30 };

/* Words met in headers of orders that people made themselves; the first that fits counts. Parted by '|'. */
static const struct { enum field field; const char *words; } order_words[] = {
    { FIELD_ORDER_NO, "订单号|订单编号|单号|orderno|orderid|ordernumber|order#|ref|invoice" }, { FIELD_SUB_NO, "子订单" },
    { FIELD_PLACED_AT, "下单|创建时间|成交时间|日期|时间|orderdate|created|date|when|time" }, { FIELD_PAID_AT, "付款时间|支付时间|到账|paidat|paymentdate|settled" },
    { FIELD_SHIPPED_AT, "发货时间|shippedat|shipdate" }, { FIELD_DELIVERED_AT, "收货时间|签收|deliveredat" }, { FIELD_SHIP_BY, "发货期限|最晚发货|shipby" },
    { FIELD_CANCELLED_AT, "取消时间|关闭时间|cancelledat" }, { FIELD_REFUNDED_AT, "退款时间|refundedat" },
    { FIELD_PAID, "实付|实收|实际支付|paidamount|amountpaid" }, { FIELD_REFUND, "退款|refund" }, { FIELD_TOTAL, "总金额|总额|金额|应付|total|amount|sum|price" },
    { FIELD_PIECES, "总数量|件数|数量|quantity|qty|pieces" }, { FIELD_STATUS, "状态|status|state" }, { FIELD_BUYER, "买家|会员|昵称|客户|顾客|buyer|customer|who" },
    { FIELD_NAME, "姓名|收货人|收件人|name" }, { FIELD_PHONE, "手机|电话|phone|mobile|tel" }, { FIELD_EMAIL, "邮箱|邮件|email|mail" },
    { FIELD_ADDRESS, "地址|address" }, { FIELD_REGION, "省份|省|地区|province|region" }, { FIELD_COUNTRY, "国家|country" }, { FIELD_TRACKING, "运单|物流单|快递单|tracking" },
    { FIELD_BUYER_NOTE, "留言|买家备注|buyernote|message" }, { FIELD_SELLER_NOTE, "备注|卖家备注|remark|note" }, { FIELD_CLOSE_REASON, "关闭原因" },
    { FIELD_TITLE, "标题|商品名|宝贝|品名|商品|title|product|item|what" }, { FIELD_SKU_CODE, "商家编码|货号|sku" }, { FIELD_PRODUCT_NO, "商品id|宝贝id|productid" },
    { FIELD_OPTIONS, "规格|属性|颜色|variant|options" }, { FIELD_UNIT, "单价|unitprice" }, { FIELD_CURRENCY, "币种|货币|currency" }, { FIELD_STORE_NAME, "店铺|shop|store" },
    { FIELD_PAY_METHOD, "支付方式|付款方式|paymentmethod" },
};

struct pair { int column, field, score; };
struct guessing { struct arena *a; const struct profile_set *set; const struct intake_scan_result *scan; struct value_reader values; struct text *folded /* headers */, *joined /* without blanks */; };

static int field_count(enum subject s) { return s == SUBJECT_ORDERS ? FIELD_COUNT - 1 : record_subject(s)->field_count; }

static struct text field_word(enum subject s, int f)
{
    return text_from_cstr(s == SUBJECT_ORDERS ? field_about((enum field)f)->word : record_field(s, f)->word);
}

static enum record_kind field_kind(enum subject s, int f)
{
    if (s != SUBJECT_ORDERS) return record_field(s, f)->kind;
    const char *kind = field_about((enum field)f)->kind;
    return strcmp(kind, "time") == 0 ? KIND_TIME : strcmp(kind, "money") == 0 ? KIND_MONEY : strcmp(kind, "count") == 0 ? KIND_COUNT : KIND_TEXT;
}

static struct text without_blanks(struct arena *a, struct text s)
{
    char *out = arena_take(a, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; out && i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '_' && s.ptr[i] != '-') out[n++] = s.ptr[i];
    return (struct text){ out, out ? n : 0 };
}

/* ---- headers ---- */

static bool known_header(const struct guessing *g, enum subject s, int column, int field)
{
    for (int i = 0; i < g->set->count; i++) {
        if (g->set->profiles[i]->subject != s) continue;
        const struct profile_column *c = profile_column_find(g->set->profiles[i], g->folded[column]);
        if (c && c->field_count > 0 && c->fields[0] == field) return true;
    }
    return false;
}

/* How well the words stand in the header: short ASCII ones only as a whole or at an end. */
static int words_score(struct text words, struct text header)
{
    while (words.len > 0) {
        const struct text word = text_cut(words, '|', &words);
        if (word.len == 0) continue;
        if (text_eq(word, header)) return SCORE_NAME;
        const bool ascii = (unsigned char)word.ptr[0] < 0x80;
        if (ascii && word.len < 4 ? text_ends_with(header, word) || text_starts_with(header, word) : text_contains(header, word)) return SCORE_WORD + (int)word.len;
    }
    return 0;
}

static int header_score(struct guessing *g, enum subject s, int column, int field)
{
    if (known_header(g, s, column, field)) return SCORE_HEADER;
    const struct text header = g->joined[column];
    if (s != SUBJECT_ORDERS) {
        const struct record_field *f = record_field(s, field);
        const int own = words_score(without_blanks(g->a, header_fold(g->a, text_from_cstr(f->zh))), header);
        const int en = words_score(without_blanks(g->a, header_fold(g->a, text_from_cstr(f->en))), header);
        const int alias = words_score(without_blanks(g->a, header_fold(g->a, text_from_cstr(f->aliases))), header);
        return own > en ? (own > alias ? own : alias) : en > alias ? en : alias;
    }
    for (size_t i = 0; i < sizeof order_words / sizeof order_words[0]; i++)
        if ((int)order_words[i].field == field) return words_score(text_from_cstr(order_words[i].words), header);
    return 0;
}

/* ---- cells ---- */

static int content_score(struct guessing *g, enum record_kind kind, int column)
{
    int good = 0, bad = 0;
    if (kind_is_text(kind)) return 0;
    for (int r = 0; r < g->scan->preview_count; r++) {
        int64_t ignored;
        enum row_fault fault;
        const struct text s = text_trim(g->scan->preview[r][column]);
        if (s.len == 0) continue;
        switch (value_read(&g->values, kind, s, &ignored, &fault)) {
        case VALUE_GOOD: good++; break;
        case VALUE_NONE: break;
        case VALUE_BAD: bad++; break;
        }
    }
    if (bad > good) return SCORE_AGAINST;
    return good > 0 ? SCORE_CONTENT : 0;
}

/* ---- pairs ---- */

static int by_score(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->score != y->score) return y->score - x->score;
    return x->column != y->column ? x->column - y->column : x->field - y->field;
}

static bool subject_guess(struct guessing *g, enum subject s, struct guess *ret)
{
    const int columns = g->scan->column_count, fields = field_count(s);
    struct pair *pairs = ARENA_ARRAY(g->a, struct pair, (size_t)columns * (size_t)fields + 1);
    bool *taken = ARENA_ARRAY(g->a, bool, (size_t)fields + 1);
    size_t n = 0;
    if (!pairs || !taken) return false;
    for (int c = 0; c < columns; c++)
        for (int f = 1; f <= fields; f++) {
            const int by_header = header_score(g, s, c, f);
            const int score = by_header > 0 ? by_header + content_score(g, field_kind(s, f), c) : 0;
            if (score >= SCORE_LEAST) pairs[n++] = (struct pair){ c, f, score };
        }
    qsort(pairs, n, sizeof *pairs, by_score);
    for (size_t i = 0; i < n; i++) {
        if (taken[pairs[i].field] || ret->fields[s][pairs[i].column].len > 0) continue;
        taken[pairs[i].field] = true;
        ret->fields[s][pairs[i].column] = field_word(s, pairs[i].field);
        ret->score[s] += pairs[i].score;
    }
    return true;
}

bool guess_make(struct arena *a, const struct profile_set *set, const struct intake_scan_result *scan, const struct intake_options *opt, struct guess *ret)
{
    struct guessing g = { .a = a, .set = set, .scan = scan, .values = { .clock = { .zone = opt->zone }, .currency = opt->currency } };
    memset(ret, 0, sizeof *ret);
    g.folded = ARENA_ARRAY(a, struct text, (size_t)scan->column_count + 1);
    g.joined = ARENA_ARRAY(a, struct text, (size_t)scan->column_count + 1);
    if (!g.folded || !g.joined) return false;
    for (int c = 0; c < scan->column_count; c++) {
        g.folded[c] = header_fold(a, scan->columns[c].header);
        g.joined[c] = without_blanks(a, g.folded[c]);
    }
    for (int s = 0; s < SUBJECT_COUNT; s++) {
        if (!subject_guess(&g, (enum subject)s, ret)) return false;
        if (ret->score[s] > ret->score[ret->subject]) ret->subject = (enum subject)s;
    }
    return !a->failed;
}
