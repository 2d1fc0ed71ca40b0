/* Values -> times, amounts, words and places of a claim; then what the profile's rules make of them. See claim_values.h. */
#include "base/checked.h"
#include "intake/claim_values.h"
#include "intake/country.h"

enum { PIECES_MAX = 1000000 };

/* ---- times, amounts, counts ---- */

static bool read_times(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    int64_t *const into[] = { [FIELD_PLACED_AT] = &c->placed_at_ms, [FIELD_PAID_AT] = &c->paid_at_ms, [FIELD_CANCELLED_AT] = &c->cancelled_at_ms,
        [FIELD_SHIPPED_AT] = &c->shipped_at_ms, [FIELD_DELIVERED_AT] = &c->delivered_at_ms, [FIELD_REFUNDED_AT] = &c->refunded_at_ms, [FIELD_SHIP_BY] = &c->ship_by_ms };
    for (int f = FIELD_PLACED_AT; f <= FIELD_SHIP_BY; f++) {
        *into[f] = CLAIM_NONE;
        if (v->of[f].len == 0) continue;
        enum civil_fit fit;
        enum time_found found = time_read(&m->clock, v->of[f], into[f], &fit);
        if (found == TIME_FOUND || found == TIME_NONE) continue;
        *fault = (struct claim_fault){ found == TIME_OUT_OF_RANGE ? FAULT_TIME_OUT_OF_RANGE : FAULT_BAD_TIME, v->column[f] };
        return false;
    }
    return true;
}

enum row_fault money_fault(enum money_parse_error e)
{
    static const enum row_fault faults[] = {
        [MONEY_NOT_A_NUMBER] = FAULT_BAD_MONEY, [MONEY_SCIENTIFIC] = FAULT_BAD_MONEY, [MONEY_TOO_PRECISE] = FAULT_MONEY_TOO_PRECISE,
        [MONEY_OUT_OF_RANGE] = FAULT_MONEY_OUT_OF_RANGE, [MONEY_OTHER_CURRENCY] = FAULT_OTHER_CURRENCY,
    };
    return faults[e];
}

static bool read_amount(struct claim_maker *m, const struct values *v, enum field f, int64_t *ret, struct claim_fault *fault)
{
    *ret = CLAIM_NONE;
    if (v->of[f].len == 0) return true;
    int64_t minor = 0;
    enum money_parse_error e = cell_money(m->profile, v->of[f], m->currency, &minor);
    fault->column = v->column[f];
    if (e == MONEY_EMPTY) return true;
    if (e == MONEY_NOT_A_NUMBER && word_list_has(&m->profile->no_refund, v->of[f])) {
        *ret = 0;
        return true;
    }
    fault->fault = e == MONEY_OK ? FAULT_NEGATIVE_MONEY : money_fault(e);
    if (e != MONEY_OK || minor < 0) return false;
    fault->fault = FAULT_MONEY_OUT_OF_RANGE;
    if (minor > AMOUNT_MINOR_MAX) return false;
    *ret = minor;
    return true;
}

/* One that may count against the line: discounts. */
static bool read_extra(struct claim_maker *m, const struct values *v, int64_t *ret, struct claim_fault *fault)
{
    int64_t minor = 0;
    *ret = CLAIM_NONE;
    if (v->summed[FIELD_LINE_EXTRA]) *ret = v->sum[FIELD_LINE_EXTRA];
    if (v->summed[FIELD_LINE_EXTRA] || v->of[FIELD_LINE_EXTRA].len == 0) return true;
    const enum money_parse_error e = cell_money(m->profile, v->of[FIELD_LINE_EXTRA], m->currency, &minor);
    *fault = (struct claim_fault){ e == MONEY_OK ? FAULT_MONEY_OUT_OF_RANGE : money_fault(e), v->column[FIELD_LINE_EXTRA] };
    if (e == MONEY_EMPTY) return true;
    if (e != MONEY_OK || minor > AMOUNT_MINOR_MAX || minor < -AMOUNT_MINOR_MAX) return false;
    *ret = minor;
    return true;
}

/* Of a return the sign says only that it came back. */
static bool read_pieces(const struct claim_maker *m, const struct values *v, enum field f, int64_t *ret, struct claim_fault *fault)
{
    struct text s = v->of[f], fraction;
    *ret = CLAIM_NONE;
    if (s.len == 0) return true;
    *fault = (struct claim_fault){ FAULT_BAD_COUNT, v->column[f] };
    s = text_cut(s, '.', &fraction); /* spreadsheets write 2.0 */
    for (size_t i = 0; i < fraction.len; i++)
        if (fraction.ptr[i] != '0') return false;
    int64_t n;
    if (!text_to_i64(s, &n) || n > PIECES_MAX || n < -PIECES_MAX) return false;
    if (m->profile->rules.return_prefix.len > 0) fault->fault = FAULT_NEGATIVE_COUNT;
    if (n < 0 && !order_is_return(&m->profile->rules, v->of[FIELD_ORDER_NO])) return false;
    *ret = n < 0 ? -n : n;
    return true;
}

/* Unit price by pieces is an amount like others. */
static bool line_in_range(const struct values *v, const struct line_claim *l, struct claim_fault *fault)
{
    int64_t amount;
    *fault = (struct claim_fault){ FAULT_MONEY_OUT_OF_RANGE, v->column[FIELD_UNIT] };
    return l->unit_minor == CLAIM_NONE || l->pieces == CLAIM_NONE || (checked_mul(l->unit_minor, l->pieces, &amount) && amount <= AMOUNT_MINOR_MAX);
}

static bool read_payment(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    int64_t minor;
    if (!read_amount(m, v, FIELD_PAYMENT, &minor, fault)) return false;
    if (minor != CLAIM_NONE) c->payment = (struct payment_claim){ .kind = PAYMENT_IN, .minor = minor };
    return true;
}

static bool read_amounts(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    struct currency told;
    if (v->of[FIELD_CURRENCY].len > 0 && (!currency_parse(v->of[FIELD_CURRENCY], &told) || memcmp(told.code, m->currency.code, 3) != 0)) {
        *fault = (struct claim_fault){ FAULT_OTHER_CURRENCY, v->column[FIELD_CURRENCY] };
        return false;
    }
    return read_amount(m, v, FIELD_TOTAL, &c->total_minor, fault) && read_amount(m, v, FIELD_PAID, &c->paid_minor, fault) &&
           read_amount(m, v, FIELD_REFUND, &c->refund_minor, fault) && read_pieces(m, v, FIELD_PIECES, &c->pieces, fault) &&
           read_pieces(m, v, FIELD_LINE_PIECES, &c->line.pieces, fault) && read_amount(m, v, FIELD_UNIT, &c->line.unit_minor, fault) &&
           read_amount(m, v, FIELD_LINE_TOTAL, &c->line.line_minor, fault) && read_amount(m, v, FIELD_LINE_REFUND, &c->line.refund_minor, fault) &&
           read_extra(m, v, &c->line.extra_minor, fault) && line_in_range(v, &c->line, fault) && read_payment(m, v, c, fault);
}

/* ---- words ---- */

enum order_status claim_status(struct claim_maker *m, struct text word, bool *ret_known)
{
    enum { SEEN = sizeof m->seen / sizeof m->seen[0] };
    *ret_known = true;
    for (int i = 0; i < SEEN; i++)
        if (word.len > 0 && word.len == m->seen[i].len && memcmp(word.ptr, m->seen[i].word, word.len) == 0) return m->seen[i].status;
    enum order_status status = STATUS_NONE;
    *ret_known = status_find(&m->profile->status, word, &status);
    if (*ret_known && word.len > 0 && word.len <= sizeof m->seen[0].word) {
        struct seen_status *s = &m->seen[m->seen_next++ % SEEN];
        memcpy(s->word, word.ptr, word.len);
        s->len = word.len;
        s->status = status;
    }
    return status;
}

/* An order in stages whose balance is open: has its deposit been paid? The first stage tells, else any payment. */
static bool deposit_is_paid(const struct profile *p, struct text stages, const struct order_claim *c)
{
    for (size_t i = 0; i + 7 <= stages.len; i++) {
        if (memcmp(stages.ptr + i, "阶段2", 7) != 0) continue;
        return !word_list_within(&p->deposit_words, (struct text){ stages.ptr, i });
    }
    return c->paid_at_ms != CLAIM_NONE || (c->paid_minor != CLAIM_NONE && c->paid_minor > 0);
}

/* The amount behind a word in the stage of the balance: "阶段2..尾款金额:150.00..". CLAIM_NONE where it is not told. */
static int64_t balance_of(const struct claim_maker *m, struct text stages)
{
    size_t from = 0, until;
    while (from + 7 <= stages.len && memcmp(stages.ptr + from, "阶段2", 7) != 0) from++;
    if (from + 7 > stages.len) return CLAIM_NONE;
    for (until = from + 7; until + 7 <= stages.len && memcmp(stages.ptr + until, "阶段3", 7) != 0;) until++;
    const struct text stage = { stages.ptr + from + 7, (until + 7 > stages.len ? stages.len : until) - from - 7 };
    for (int w = 0; w < m->profile->balance_words.count; w++) {
        const struct text word = m->profile->balance_words.words[w];
        for (size_t i = 0; i + word.len < stage.len; i++) {
            if (memcmp(stage.ptr + i, word.ptr, word.len) != 0) continue;
            struct text s = text_trim((struct text){ stage.ptr + i + word.len, stage.len - i - word.len });
            if (text_starts_with(s, TEXT(":"))) s = text_trim((struct text){ s.ptr + 1, s.len - 1 });
            else if (text_starts_with(s, TEXT("："))) s = text_trim((struct text){ s.ptr + 3, s.len - 3 });
            if (text_starts_with(s, TEXT("¥"))) s = (struct text){ s.ptr + 2, s.len - 2 };
            else if (text_starts_with(s, TEXT("￥"))) s = (struct text){ s.ptr + 3, s.len - 3 };
            size_t n = 0;
            while (n < s.len && ((s.ptr[n] >= '0' && s.ptr[n] <= '9') || s.ptr[n] == '.')) n++;
            int64_t minor;
            if (n > 0 && money_parse((struct text){ s.ptr, n }, m->currency, &minor) == MONEY_OK && minor <= AMOUNT_MINOR_MAX) return minor;
        }
    }
    return CLAIM_NONE;
}

static void read_status(struct claim_maker *m, const struct values *v, struct order_claim *c)
{
    const struct profile *p = m->profile;
    bool known;
    c->status = v->of[FIELD_STATUS].len > 0 ? claim_status(m, v->of[FIELD_STATUS], &known) : STATUS_NONE;
    if (v->of[FIELD_STATUS].len > 0 && !known) c->status = STATUS_UNKNOWN;
    if (p->rules.ended.count > 0 && word_list_has(&p->rules.ended, v->of[FIELD_STATUS]))
        c->status = c->shipped_at_ms != CLAIM_NONE || c->delivered_at_ms != CLAIM_NONE || v->of[FIELD_TRACKING].len > 0 ? STATUS_DELIVERED : STATUS_CLOSED;
    enum order_status shipping;
    if (c->status == STATUS_PAID && v->of[FIELD_SHIP_STATUS].len > 0 && status_find(&p->ship_status, v->of[FIELD_SHIP_STATUS], &shipping) &&
        shipping != STATUS_NONE)
        c->status = shipping;
    const bool untold = c->status == STATUS_NONE || c->status == STATUS_UNKNOWN;
    if (untold && v->of[FIELD_CLOSE_REASON].len > 0 && p->open_reasons.count > 0 &&
        !word_list_has(&p->open_reasons, v->of[FIELD_CLOSE_REASON]))
        c->status = STATUS_CLOSED;
    bool waits = (untold && c->status != STATUS_CLOSED) || c->status == STATUS_UNPAID || c->status == STATUS_PAID;
    if (waits && word_list_within(&p->deposit_words, v->of[FIELD_STAGES])) {
        c->status = deposit_is_paid(p, v->of[FIELD_STAGES], c) ? STATUS_DEPOSIT_PAID : STATUS_UNPAID;
        c->paid_at_ms = CLAIM_NONE; /* of the deposit: the order itself is not paid */
        c->balance_minor = balance_of(m, v->of[FIELD_STAGES]);
    }
    c->pay_kind = word_list_within(&p->on_delivery, v->of[FIELD_PAY_METHOD]) ? PAY_ON_DELIVERY : PAY_NONE;
}

/* What the profile says about the meaning of the amounts. */
static bool settle_amounts(const struct profile *p, struct order_claim *c)
{
    bool paid = c->paid_at_ms != CLAIM_NONE;
    if (p->paid_is_net && c->paid_minor != CLAIM_NONE && c->refund_minor != CLAIM_NONE && !checked_add(c->paid_minor, c->refund_minor, &c->paid_minor)) return false;
    if (!paid && c->paid_minor == 0) c->paid_minor = CLAIM_NONE; /* "0.00" of an unpaid order is no payment of nothing */
    bool told = c->refund_minor != CLAIM_NONE && c->refund_minor > 0;
    if (p->closed_paid_is_refunded && c->status == STATUS_CLOSED && paid && !told)
        c->refund_minor = c->paid_minor != CLAIM_NONE && c->paid_minor > 0 ? c->paid_minor : c->total_minor;
    return true;
}

/* In a row with a line the order's figures are the line's. */
static bool settle_row_total(struct order_claim *c)
{
    int64_t amount = c->line.line_minor;
    if (amount == CLAIM_NONE && c->line.unit_minor != CLAIM_NONE && c->line.pieces != CLAIM_NONE && !checked_mul(c->line.unit_minor, c->line.pieces, &amount)) return false;
    if (c->total_minor != CLAIM_NONE && amount == CLAIM_NONE) c->line.line_minor = c->total_minor;
    else if (c->total_minor != CLAIM_NONE && c->line.extra_minor == CLAIM_NONE && !checked_sub(c->total_minor, amount, &c->line.extra_minor)) return false;
    c->total_minor = c->pieces = CLAIM_NONE;
    return true;
}

/* A return is a refund of what came back, and no order. */
static bool settle_return(struct order_claim *c)
{
    struct line_claim *l = &c->line;
    if (c->refunded_at_ms == CLAIM_NONE) c->refunded_at_ms = c->placed_at_ms;
    c->placed_at_ms = c->paid_at_ms = CLAIM_NONE;
    c->total_minor = c->paid_minor = c->pieces = CLAIM_NONE;
    c->status = STATUS_NONE;
    l->sums = SUM_REFUND;
    return !c->has_line || l->refund_minor != CLAIM_NONE || l->unit_minor == CLAIM_NONE || l->pieces == CLAIM_NONE ||
           checked_mul(l->unit_minor, l->pieces, &l->refund_minor);
}

/* What the profile's rules make of the claim. */
static bool settle(const struct claim_maker *m, const struct values *v, struct order_claim *c)
{
    const struct order_rules *rules = &m->profile->rules;
    if (!settle_amounts(m->profile, c)) return false;
    c->line.sums = c->has_line ? rules->sums : 0;
    if (order_is_return(rules, v->of[FIELD_ORDER_NO])) return settle_return(c);
    return !rules->row_total_is_line || !c->has_line || settle_row_total(c);
}

bool claim_read(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault)
{
    c->balance_minor = CLAIM_NONE;
    if (!read_times(m, v, c, fault) || !read_amounts(m, v, c, fault)) return false;
    read_status(m, v, c);
    *fault = (struct claim_fault){ FAULT_MONEY_OUT_OF_RANGE, v->of[FIELD_PAID].len > 0 ? v->column[FIELD_PAID] : -1 };
    return settle(m, v, c);
}

/* ---- places ---- */

/* A region is no personal datum: anything that may be more than a place's name is left out. */
struct text claim_region(const struct profile *p, const struct values *v)
{
    struct text cell = v->of[FIELD_REGION], known = province_find(cell.len > 0 ? cell : v->of[FIELD_ADDRESS]);
    if (known.len > 0 || p->region == REGION_PROVINCE || cell.len > 48) return known;
    bool ascii = true, space = false;
    for (size_t i = 0; i < cell.len; i++) {
        unsigned char b = (unsigned char)cell.ptr[i];
        if ((b >= '0' && b <= '9') || b == ',') return TEXT_NONE;
        ascii = ascii && b < 0x80;
        space = space || b == ' ';
    }
    return space && !ascii ? TEXT_NONE : cell; /* "New York", but not a Chinese address in parts */
}

struct text claim_country(const struct claim_maker *m, const struct values *v)
{
    struct text s = v->of[FIELD_COUNTRY];
    return s.len == 0 ? m->country : country_find(s);
}
