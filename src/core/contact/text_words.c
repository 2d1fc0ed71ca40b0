/* The words of texts.h: occasions, languages, windows, claims, topics, and what a shop tells about itself. */
#include <assert.h>
#include "core/contact/texts.h"

const char *occasion_word(enum occasion o)
{
    switch (o) {
    case OCCASION_NONE: return "none";
    case OCCASION_REMIND: return "remind";
    case OCCASION_REMIND_LAST: return "remind_last";
    case OCCASION_BALANCE: return "balance";
    case OCCASION_SHIPPED: return "shipped";
    case OCCASION_ARRIVED: return "arrived";
    case OCCASION_SIGNED: return "signed";
    case OCCASION_SCRIPT: return "script";
    }
    return NULL;
}

bool occasion_find(struct text word, enum occasion *ret)
{
    for (int o = OCCASION_REMIND; o < OCCASION_COUNT; o++)
        if (text_is(word, occasion_word((enum occasion)o))) {
            *ret = (enum occasion)o;
            return true;
        }
    return false;
}

const char *text_language_word(enum text_language l) { return l == LANGUAGE_ZH ? "zh" : "en"; }

const char *text_window_word(enum text_window w)
{
    switch (w) {
    case WINDOW_RUSH: return "rush";
    case WINDOW_CALM: return "calm";
    case WINDOW_EVENING: return "evening";
    case WINDOW_DAY_AFTER: return "day_after";
    }
    return NULL;
}

const char *text_claim_word(enum text_claim c)
{
    switch (c) {
    case SAYS_STOCK_LOW: return "stock_low";
    case SAYS_CLOSES_ON_SOLD_OUT: return "closes_on_sold_out";
    case SAYS_CLOSES_30M: return "closes_30m";
    case SAYS_SHIPS_BY_PAYMENT: return "ships_by_payment";
    case SAYS_SOLD_COUNT: return "sold_count";
    case SAYS_PACKED: return "packed";
    }
    return NULL;
}

int text_claim_find(struct text word)
{
    for (int i = 0; i < SAYS_COUNT; i++)
        if (text_is(word, text_claim_word((enum text_claim)(1 << i)))) return 1 << i;
    return 0;
}

struct topic { const char *word; struct text en, zh; };
#define W(literal) { literal, sizeof(literal) - 1 }
static const struct topic topics[TOPIC_COUNT] = {
    [TOPIC_NONE] = { "none", W("None"), W("无") },
    [TOPIC_CARRIER] = { "carrier", W("Carrier"), W("默认快递") },
    [TOPIC_SHIPS_WHEN] = { "ships_when", W("Dispatch time"), W("发货时间") },
    [TOPIC_SIZE] = { "size", W("Size choice"), W("尺码选择") },
    [TOPIC_FREIGHT] = { "freight", W("Freight for returns"), W("退换运费") },
    [TOPIC_WRONG_ORDER] = { "wrong_order", W("Order mistakes"), W("改单改址") },
    [TOPIC_BATCH] = { "batch", W("Batch differences"), W("批次差异") },
    [TOPIC_STOCK] = { "stock", W("Stock of a variant"), W("现货库存") },
    [TOPIC_ARRIVES_WHEN] = { "arrives_when", W("Arrival time"), W("多久能到") },
    [TOPIC_COUPON] = { "coupon", W("Coupon use"), W("优惠券使用") },
    [TOPIC_GREETING] = { "greeting", W("Welcome"), W("欢迎语") },
    [TOPIC_AWAY] = { "away", W("Away, answered automatically"), W("自动回复") },
    [TOPIC_PAYING] = { "paying", W("Paying does not work"), W("付款问题") },
    [TOPIC_INVOICE] = { "invoice", W("Invoice"), W("发票") },
    [TOPIC_PARCEL] = { "parcel", W("Tracking, not received"), W("查物流、没收到") },
    [TOPIC_DAMAGED] = { "damaged", W("Damaged"), W("破损") },
    [TOPIC_REFUND] = { "refund", W("Refund"), W("退款进度") },
    [TOPIC_PRICE] = { "price", W("Price, asks for less"), W("议价") },
    [TOPIC_OFF_PLATFORM] = { "off_platform", W("Leaving the platform"), W("想加微信") },
    [TOPIC_REVIEW] = { "review", W("Your opinion, please"), W("邀请评价") },
    [TOPIC_THANKS] = { "thanks", W("Good-bye, thanks"), W("结束语") },
    [TOPIC_SOLD_OUT] = { "sold_out", W("Unavailable after all"), W("缺货说明") },
};

const char *topic_word(enum script_topic t)
{
    assert((int)t >= 0 && (int)t < TOPIC_COUNT);
    return topics[t].word;
}

struct text topic_text(enum script_topic t, bool zh)
{
    assert((int)t >= 0 && (int)t < TOPIC_COUNT);
    return zh ? topics[t].zh : topics[t].en;
}

bool topic_find(struct text word, enum script_topic *ret)
{
    for (int t = TOPIC_NONE; t < TOPIC_COUNT; t++)
        if (text_is(word, topics[t].word)) {
            *ret = (enum script_topic)t;
            return true;
        }
    return false;
}

static const struct shop_word_kind word_kinds[] = {
    { "signature", SHOP_WORD_TEXT, "Name that signs a message", "短信签名（店名）", "Zhanggui Bags", "掌柜箱包" },
    { "carrier", SHOP_WORD_TEXT, "Carrier", "默认快递", "DHL", "圆通快递" },
    { "ships_within", SHOP_WORD_TEXT, "Parcels leave how long after the payment", "付款后多久发货", "48 hours", "48小时" },
    { "size_where", SHOP_WORD_TEXT, "Where the size table is", "尺码表在哪里", "under the third picture", "商品页第三张图下面" },
    { "return_days", SHOP_WORD_TEXT, "Returns are taken for how many days", "几天内可以退换", "14", "7" },
    { "return_freight", SHOP_WORD_TEXT, "Who pays the freight of a return that is no fault of the shop", "非质量问题退换，运费谁出", "the return freight is yours, the new parcel is on us",
      "寄回的运费由您承担，换货寄出的运费由本店承担" },
    { "batch_note", SHOP_WORD_TEXT, "How batches differ", "批次之间有什么差别", "the glaze may be a little lighter or darker", "釉色会略有深浅" },
    { "arrives_days", SHOP_WORD_TEXT, "Days from dispatch to arrival", "发出后几天到", "3 to 5", "2到4" },
    { "coupon_rule", SHOP_WORD_TEXT, "How the coupon is used", "优惠券怎么用", "collect the coupon on the shop's first page, it is taken off by itself at 199 or more", "先在店铺首页领券，满199元付款时自动减" },
    { "service_hours", SHOP_WORD_TEXT, "When somebody answers", "客服时间", "9:00 to 22:00", "9点到22点" },
    { "invoice_how", SHOP_WORD_TEXT, "How an invoice is asked for", "怎么开发票", "ask for it on the order's page", "在订单页点“申请开票”就可以" },
    { "sms_opt_out", SHOP_WORD_TEXT, "How an SMS is opted out of", "短信退订写法", "Reply STOP to opt out", "拒收请回复R" },
    { "own_hosts", SHOP_WORD_TEXT, "Own sites that links may lead to, parted by |", "本店自己的网址，用 | 隔开", "example.com", "example.com" },
    { "closes_after_min", SHOP_WORD_NUMBER, "The platform closes an unpaid order after how many minutes", "平台在下单多少分钟后关闭未付款订单", "1440", "1440" },
    { "closes_on_sold_out", SHOP_WORD_YES, "Unpaid orders are closed when the goods are sold out", "售完时未付款的订单会被关闭", "yes", "yes" },
    { "event_official", SHOP_WORD_YES, "The event under way is the platform's own", "正在进行的活动是平台官方活动", "yes", "yes" },
    { "event_closes_30m", SHOP_WORD_YES, "Its rule closes unpaid orders after 30 minutes", "官方活动规定下单 30 分钟未付款即关闭", "yes", "yes" },
    { "ships_by_payment", SHOP_WORD_YES, "Parcels leave in the order of payment", "本店按付款先后发货", "yes", "yes" },
    { "stock_low_at", SHOP_WORD_NUMBER, "Stock is called low from how many pieces down", "库存剩多少件起算“不多”", "10", "10" },
    { "stock_fresh_min", SHOP_WORD_NUMBER, "A figure of stock counts for how many minutes (60 unless said otherwise)", "库存数据在多少分钟内有效（默认 60）", "60", "60" },
    { "sms_per_1000_minor", SHOP_WORD_MONEY, "Price of 1,000 SMS parts", "每 1000 条短信的价格", "4500", "4500" },
};

const struct shop_word_kind *shop_word_kinds(int *ret_n)
{
    *ret_n = (int)(sizeof word_kinds / sizeof word_kinds[0]);
    return word_kinds;
}

const struct shop_word_kind *shop_word_kind(struct text name)
{
    for (size_t i = 0; i < sizeof word_kinds / sizeof word_kinds[0]; i++)
        if (text_is(name, word_kinds[i].name)) return &word_kinds[i];
    return NULL;
}

bool shop_word_valid(const struct shop_word_kind *kind, struct text value)
{
    int64_t number;
    if (text_empty(value) || value.len > SHOP_WORD_MAX || !text_utf8_valid(value)) return false;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == '{' || value.ptr[i] == '}') return false;
    switch (kind->kind) {
    case SHOP_WORD_TEXT: return true;
    case SHOP_WORD_YES: return text_is(value, "yes") || text_is(value, "no");
    case SHOP_WORD_NUMBER: case SHOP_WORD_MONEY: return text_to_i64(value, &number) && number >= 0 && number <= 10000000;
    }
    return false;
}
