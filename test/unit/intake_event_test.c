/* Webhooks: signatures that are right and all others; orders as JSON into claims. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include "intake/event.h"
#include "intake/webhook.h"
#include "os/os.h"

/* ---- signatures ---- */

#define T(s) text_from_cstr(s)
#define NOW_MS INT64_C(1614265330000)

/* The example of the Standard Webhooks specification, so that it is not only our own signing that we take. */
static struct webhook_message example(void)
{
    return (struct webhook_message){ .id = T("msg_p5jXN8AQM9LWM0D4loKWxJek"), .timestamp = T("1614265330"), .body = T("{\"test\": 2432232314}"),
                                     .signature = T("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), .now_ms = NOW_MS };
}

static struct webhook_secret secret_of(enum feed_source source, const char *told)
{
    struct webhook_secret s;
    cr_assert(webhook_secret_read(source, T(told), &s), "%s", told);
    return s;
}

Test(webhook, the_example_of_the_specification)
{
    const struct webhook_secret s = secret_of(FEED_STANDARD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    struct webhook_message m = example();
    cr_assert_eq(webhook_check(FEED_STANDARD, &m, &s, 1), WEBHOOK_GOOD);
    m.signature = T("v1a,xxxx v1,AAAAM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    cr_expect_eq(webhook_check(FEED_STANDARD, &m, &s, 1), WEBHOOK_GOOD, "one of several");
    m = example();
    const struct webhook_secret both[2] = { secret_of(FEED_STANDARD, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), s };
    cr_expect_eq(webhook_check(FEED_STANDARD, &m, both, 2), WEBHOOK_GOOD, "the new secret beside the old");
    cr_expect_eq(webhook_check(FEED_STANDARD, &m, both, 1), WEBHOOK_FORGED);
    cr_expect_eq(webhook_check(FEED_STANDARD, &m, both, 0), WEBHOOK_FORGED, "no secret takes nothing");
}

Test(webhook, five_minutes_and_no_more)
{
    const struct webhook_secret s = secret_of(FEED_STANDARD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    static const struct { int64_t later_ms; enum webhook_verdict verdict; } rows[] = {
        { 0, WEBHOOK_GOOD }, { 300000, WEBHOOK_GOOD }, { -300000, WEBHOOK_GOOD }, { 300001, WEBHOOK_OUT_OF_TIME }, { -300001, WEBHOOK_OUT_OF_TIME },
        { 86400000, WEBHOOK_OUT_OF_TIME },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct webhook_message m = example();
        m.now_ms += rows[i].later_ms;
        cr_expect_eq(webhook_check(FEED_STANDARD, &m, &s, 1), rows[i].verdict, "%lld", (long long)rows[i].later_ms);
    }
}

static void sign_body(struct text body, const char *secret, char ret[64])
{
    unsigned char mac[32];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)body.ptr, body.len);
    crypto_auth_hmacsha256_final(&s, mac);
    sodium_bin2base64(ret, 64, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
}

/* Every bit of a part of *m turned once, and every shorter part: how many were taken. */
static int changed_and_taken(enum feed_source source, struct webhook_message *m, struct text *part, const struct webhook_secret *s)
{
    char copy[512];
    int taken = 0;
    const struct text whole = *part;
    cr_assert_lt(whole.len, sizeof copy);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        memcpy(copy, whole.ptr, whole.len);
        copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
        *part = (struct text){ copy, whole.len };
        taken += webhook_check(source, m, s, 1) == WEBHOOK_GOOD;
    }
    for (size_t len = 0; len < whole.len; len++) {
        *part = (struct text){ whole.ptr, len };
        taken += webhook_check(source, m, s, 1) == WEBHOOK_GOOD;
    }
    *part = whole;
    return taken;
}

Test(webhook, no_bit_may_differ)
{
    const struct webhook_secret s = secret_of(FEED_STANDARD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), shop = secret_of(FEED_SHOPIFY, "hush-hush");
    struct webhook_message m = example();
    struct text *const parts[] = { &m.body, &m.signature, &m.timestamp, &m.id };
    for (size_t i = 0; i < 4; i++) cr_expect_eq(changed_and_taken(FEED_STANDARD, &m, parts[i], &s), 0, "part %zu", i);
    cr_assert_eq(webhook_check(FEED_STANDARD, &m, &s, 1), WEBHOOK_GOOD, "as it was");
    char mac[64];
    struct webhook_message c = { .body = T("{\"name\":\"#1001\",\"total_price\":\"10.00\"}") };
    sign_body(c.body, "hush-hush", mac);
    c.signature = T(mac);
    for (int k = 0; k < 2; k++) {
        const enum feed_source source = k ? FEED_WOOCOMMERCE : FEED_SHOPIFY;
        cr_expect_eq(changed_and_taken(source, &c, &c.body, &shop), 0);
        cr_expect_eq(changed_and_taken(source, &c, &c.signature, &shop), 0);
        cr_assert_eq(webhook_check(source, &c, &shop, 1), WEBHOOK_GOOD);
    }
}

Test(webhook, secrets_as_people_paste_them)
{
    struct webhook_secret s;
    cr_expect_not(webhook_secret_read(FEED_STANDARD, T("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &s), "without its prefix");
    cr_expect_not(webhook_secret_read(FEED_STANDARD, T("whsec_c2hvcnQ="), &s), "too short to be a secret");
    cr_expect_not(webhook_secret_read(FEED_STANDARD, T("whsec_!!!!"), &s));
    cr_expect_not(webhook_secret_read(FEED_SHOPIFY, T("short"), &s));
    cr_expect_not(webhook_secret_read(FEED_SHOPIFY, T("has a blank in it"), &s));
    cr_expect_not(webhook_secret_read(FEED_EVENTS, T("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &s), "events have tokens");
    cr_expect(webhook_secret_read(FEED_WOOCOMMERCE, T("0123456789abcdef"), &s) && s.len == 16);
}

/* ---- orders ---- */

static struct { struct env env; struct arena arena; struct event_why why; } f;

static void setup(void)
{
    cr_assert(os_env_init(&f.env));
    arena_init(&f.arena, &f.env.memory, 0);
}

static void teardown(void)
{
    arena_release(&f.arena);
    os_env_release(&f.env);
}

TestSuite(event, .init = setup, .fini = teardown);

static const struct zone *find_zone(void *ctx, const char *name)
{
    const struct env *env = ctx;
    return env->zone(env->ctx, name);
}

static struct event_reader *reader(enum feed_source source, const char *currency)
{
    struct intake_options opt = { .zone = f.env.zone(f.env.ctx, "Asia/Shanghai"), .find_zone = find_zone, .find_zone_ctx = &f.env };
    cr_assert(currency_parse(T(currency), &opt.currency));
    struct event_reader *r = event_reader_open(&f.env.memory, source, &opt);
    cr_assert(r);
    return r;
}

static enum event_kind read_json(struct event_reader *r, const char *json, const char *as_of, struct order_claim **claims, size_t *n)
{
    json_error_t e;
    json_t *o = json_loads(json, 0, &e);
    cr_assert(o, "%s", e.text);
    const enum event_kind k = event_read(r, &f.arena, o, T(as_of), INT64_C(1800000000000), claims, n, &f.why);
    json_decref(o); /* no claim points into it */
    return k;
}

static int64_t at(const char *s)
{
    int64_t ms;
    cr_assert(instant_parse(T(s), &ms), "%s", s);
    return ms;
}

static const char shopify[] =
    "{\"id\":820982911946154508,\"name\":\"#1001\",\"order_number\":1001,\"email\":\"jon@example.com\",\"created_at\":\"2026-03-01T10:00:00-05:00\",\"updated_at\":\"2026-03-01T12:30:00-05:00\","
    "\"cancelled_at\":null,\"currency\":\"USD\",\"total_price\":\"403.00\",\"financial_status\":\"partially_refunded\",\"fulfillment_status\":\"fulfilled\",\"note\":\"gift\","
    "\"payment_gateway_names\":[\"visa\"],\"fulfillments\":[{\"created_at\":\"2026-03-01T12:00:00-05:00\",\"tracking_number\":\"1Z2345\"}],"
    "\"refunds\":[{\"created_at\":\"2026-03-01T12:20:00-05:00\",\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\",\"amount\":\"3.50\"},"
    "{\"kind\":\"refund\",\"status\":\"failure\",\"amount\":\"99.00\"},{\"kind\":\"void\",\"status\":\"success\",\"amount\":\"7.00\"}]},"
    "{\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\",\"amount\":\"1.00\"}]}],"
    "\"shipping_address\":{\"name\":\"Jon Snow\",\"address1\":\"123 Ship St\",\"address2\":null,\"city\":\"Shipville\",\"zip\":\"40003\",\"phone\":\"555-1\",\"province_code\":\"NY\",\"country_code\":\"US\"},"
    "\"line_items\":[{\"id\":1,\"sku\":\"TEA-1\",\"name\":\"Tea - green\",\"quantity\":1,\"price\":\"199.00\"},{\"id\":2,\"sku\":\"TEA-1\",\"name\":\"Tea - green\",\"quantity\":2,\"price\":\"102.00\"}]}";

Test(event, an_order_of_shopify)
{
    struct event_reader *r = reader(FEED_SHOPIFY, "USD");
    struct order_claim *c;
    size_t n;
    cr_assert_eq(read_json(r, shopify, "", &c, &n), EVENT_ORDER, "%s", f.why.en.ptr);
    cr_assert_eq(n, 2);
    cr_expect(text_is(c[0].order_no, "#1001") && text_is(c[1].order_no, "#1001"));
    cr_expect_eq(c[0].as_of_ms, at("2026-03-01T17:30:00+00:00"));
    cr_expect_eq(c[0].placed_at_ms, at("2026-03-01T15:00:00+00:00"));
    cr_expect_eq(c[0].shipped_at_ms, at("2026-03-01T17:00:00+00:00"));
    cr_expect_eq(c[0].status, STATUS_SHIPPED);
    cr_expect_eq(c[0].total_minor, 40300);
    cr_expect_eq(c[0].refund_minor, 450, "only what was refunded with success");
    cr_expect_eq(c[0].rank, SOURCE_WEBHOOK);
    cr_expect(text_is(c[0].region, "NY") && text_is(c[0].country, "US") && text_is(c[0].tracking, "1Z2345"));
    cr_expect(text_is(c[0].person.buyer, "jon@example.com") && text_is(c[0].person.name, "Jon Snow"));
    cr_expect(text_is(c[0].person.address, "123 Ship St Shipville 40003") && text_is(c[0].person.buyer_note, "gift"));
    cr_expect(c[0].has_line && c[0].line.pieces == 1 && c[0].line.unit_minor == 19900 && c[0].line.occurrence == 1);
    cr_expect(c[1].has_line && c[1].line.pieces == 2 && c[1].line.occurrence == 2, "the same item again");
    cr_expect(c[1].total_minor == CLAIM_NONE && c[1].person.name.len == 0 && c[1].status == STATUS_NONE, "the second line tells the order's number only");
    struct order_claim *again;
    cr_assert_eq(read_json(r, shopify, "", &again, &n), EVENT_ORDER);
    cr_expect_eq(memcmp(c[1].key.bytes, again[1].key.bytes, 16), 0, "the same message gives the same claims");
    event_reader_close(r);
}

Test(event, an_order_of_woocommerce)
{
    static const char woo[] =
        "{\"id\":727,\"number\":\"727\",\"status\":\"processing\",\"currency\":\"EUR\",\"date_created_gmt\":\"2026-03-22T19:28:08\",\"date_modified_gmt\":\"2026-03-22T19:28:10\","
        "\"date_paid_gmt\":\"2026-03-22T19:28:09\",\"date_completed_gmt\":null,\"total\":\"29.35\",\"payment_method\":\"bacs\",\"customer_note\":\"\","
        "\"billing\":{\"first_name\":\"Ada\",\"last_name\":\"Probe\",\"address_1\":\"969 Market\",\"city\":\"San Francisco\",\"postcode\":\"94103\",\"state\":\"CA\",\"country\":\"US\",\"email\":\"ada@example.com\",\"phone\":\"555\"},"
        "\"shipping\":{\"first_name\":\"\",\"last_name\":\"\",\"state\":\"\",\"country\":\"\"},"
        "\"line_items\":[{\"id\":315,\"name\":\"Woo Single #1\",\"product_id\":93,\"quantity\":2,\"total\":\"6.00\",\"sku\":\"\",\"price\":3}],"
        "\"refunds\":[{\"id\":726,\"reason\":\"\",\"total\":\"-10.00\"},{\"id\":724,\"total\":\"-1.00\"}]}";
    struct event_reader *r = reader(FEED_WOOCOMMERCE, "EUR");
    struct order_claim *c;
    size_t n;
    cr_assert_eq(read_json(r, woo, "", &c, &n), EVENT_ORDER, "%s", f.why.en.ptr);
    cr_assert_eq(n, 1);
    cr_expect_eq(c->as_of_ms, at("2026-03-22T19:28:10+00:00"), "gmt is gmt, whatever the store's zone");
    cr_expect_eq(c->paid_at_ms, at("2026-03-22T19:28:09+00:00"));
    cr_expect_eq(c->status, STATUS_PAID);
    cr_expect_eq(c->total_minor, 2935);
    cr_expect_eq(c->refund_minor, 1100);
    cr_expect(text_is(c->person.name, "Ada Probe") && text_is(c->region, "CA") && text_is(c->country, "US"));
    cr_expect(text_is(c->line.product_no, "93") && c->line.line_minor == 600 && c->line.pieces == 2);
    event_reader_close(r);
}

Test(event, our_own_format_and_what_it_refuses)
{
    static const char good[] = "{\"order_no\":\"A-1\",\"placed_at\":\"2026-03-01T10:00:00+08:00\",\"total\":12.3,\"currency\":\"CNY\",\"status\":\"unpaid\",\"buyer\":\"茶友一号\"}";
    static const struct { const char *json, *as_of, *code, *field; } rows[] = {
        { "{}", "2026-03-01T10:00:00+08:00", "no-order", "" },
        { "{\"total\":1}", "2026-03-01T10:00:00+08:00", "no-order-number", "" },
        { "{\"order_no\":\"A\"}", "", "as-of", "as_of" },
        { "{\"order_no\":\"A\"}", "2026-03-01 10:00:00", "as-of", "as_of" },
        { "{\"order_no\":\"A\"}", "2090-03-01T10:00:00+08:00", "as-of-ahead", "as_of" },
        { "{\"order_no\":\"A\",\"totl\":1}", "2026-03-01T10:00:00+08:00", "unknown-field", "totl" },
        { "{\"order_no\":\"A\",\"total\":{\"minor\":1}}", "2026-03-01T10:00:00+08:00", "not-a-value", "total" },
        { "{\"order_no\":\"A\",\"total\":1e30}", "2026-03-01T10:00:00+08:00", "bad-money", "total" },
        { "{\"order_no\":\"A\",\"total\":1,\"currency\":\"USD\"}", "2026-03-01T10:00:00+08:00", "other-currency", "currency" },
        { "{\"order_no\":\"A\",\"placed_at\":\"yesterday\"}", "2026-03-01T10:00:00+08:00", "bad-time", "placed_at" },
        { "{\"order_no\":\"A\",\"lines\":{}}", "2026-03-01T10:00:00+08:00", "lines", "lines" },
        { "{\"order_no\":\"A\",\"lines\":[1]}", "2026-03-01T10:00:00+08:00", "lines", "lines" },
        { "{\"order_no\":\"A\",\"lines\":[{\"title\":\"x\",\"pices\":1}]}", "2026-03-01T10:00:00+08:00", "unknown-field", "pices" },
        { "{\"order_no\":\"A\",\"lines\":[{\"title\":\"x\",\"pieces\":-1}]}", "2026-03-01T10:00:00+08:00", "bad-count", "lines.pieces" },
    };
    struct event_reader *r = reader(FEED_EVENTS, "CNY");
    struct order_claim *c;
    size_t n;
    cr_assert_eq(read_json(r, good, "2026-03-01T10:00:05+08:00", &c, &n), EVENT_ORDER, "%s", f.why.en.ptr);
    cr_expect(n == 1 && c->total_minor == 1230 && c->status == STATUS_UNPAID && c->rank == SOURCE_API && !c->has_line);
    cr_expect_eq(c->as_of_ms, at("2026-03-01T10:00:05+08:00"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(read_json(r, rows[i].json, rows[i].as_of, &c, &n), EVENT_REFUSED, "%s", rows[i].json);
        cr_expect(text_is(f.why.code, rows[i].code) && text_is(f.why.field, rows[i].field), "%s: %s %s", rows[i].json, f.why.code.ptr, f.why.field.ptr);
        cr_expect(f.why.en.len > 10 && f.why.zh.len > 10);
    }
    event_reader_close(r);
}
