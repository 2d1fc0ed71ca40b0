/* Group robots of DingTalk, WeCom and Feishu: a JSON text to the webhook address that the platform gave; for staff, never for buyers.
 *
 *   DingTalk  sign = base64(HMAC-SHA256(secret, "MS\nSECRET")) and timestamp=MS in the query (open.dingtalk.com, "custom robot: security settings")
 *   WeCom     the key in the address is all (developer.work.weixin.qq.com, path/91770)
 *   Feishu    sign = base64(HMAC-SHA256("S\nSECRET", "")) and timestamp S in the body (open.feishu.cn, "custom bot usage guide")
 *
 * All answer 200 with a figure in the body, 0 for done; so without a whole body the outcome is unknown. Within the pace of 20 a minute whoever calls:
 * a message beyond it is refused here, with the moment when it may go. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include "channel/call.h"
#include "channel/pace.h"

enum { MAC_TEXT_BYTES = sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL), TEXT_MAX = 2000 /* WeCom takes 2,048 bytes */,
       BANNED_MS = 10 * 60 * 1000, URL_BYTES = CHANNEL_URL_MAX + 200 };

struct robot { CURL *curl; struct pace pace; struct call_reply reply; };

/* ---- what is sent ---- */

static void sign(struct text key, struct text what, char ret[MAC_TEXT_BYTES])
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, (const unsigned char *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)what.ptr, what.len);
    crypto_auth_hmacsha256_final(&s, mac);
    sodium_bin2base64(ret, MAC_TEXT_BYTES, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(&s, sizeof s);
}

static void address_of(const struct channel_settings *s, int64_t now_ms, char ret[URL_BYTES])
{
    char what[sizeof s->secret + 32], mac[MAC_TEXT_BYTES], coded[3 * MAC_TEXT_BYTES];
    size_t n = 0;
    snprintf(ret, URL_BYTES, "%s", s->url);
    if (s->kind != CHANNEL_KIND_DINGTALK) return;
    const int len = snprintf(what, sizeof what, "%lld\n%s", (long long)now_ms, s->secret);
    sign(text_from_cstr(s->secret), (struct text){ what, (size_t)len }, mac);
    for (const char *c = mac; *c; c++) {
        if (*c == '+' || *c == '/' || *c == '=') n += (size_t)snprintf(coded + n, sizeof coded - n, "%%%02X", (unsigned)*c);
        else coded[n++] = *c;
    }
    coded[n] = '\0';
    snprintf(ret, URL_BYTES, "%s&timestamp=%lld&sign=%s", s->url, (long long)now_ms, coded);
    sodium_memzero(what, sizeof what);
}

static json_t *feishu_body(const struct channel_settings *s, int64_t now_ms, json_t *text)
{
    char key[sizeof s->secret + 32], mac[MAC_TEXT_BYTES], at[24];
    const long long now_s = now_ms / MS_PER_S;
    const int len = snprintf(key, sizeof key, "%lld\n%s", now_s, s->secret);
    sign((struct text){ key, (size_t)len }, TEXT(""), mac);
    sodium_memzero(key, sizeof key);
    snprintf(at, sizeof at, "%lld", now_s);
    return json_pack("{s:s,s:s,s:s,s:{s:o}}", "timestamp", at, "sign", mac, "msg_type", "text", "content", "text", text);
}

/* In the arena; TEXT_NONE: out of memory. */
static struct text body_of(struct arena *a, const struct channel_settings *s, const struct channel_message *m, int64_t now_ms)
{
    const struct text said = text_clip_utf8(m->body, TEXT_MAX);
    json_t *text = json_stringn(said.ptr, said.len);
    json_t *o = s->kind == CHANNEL_KIND_FEISHU ? feishu_body(s, now_ms, text) : json_pack("{s:s,s:{s:o}}", "msgtype", "text", "text", "content", text);
    const size_t size = o ? json_dumpb(o, NULL, 0, JSON_COMPACT) : 0;
    char *to = size ? ARENA_ARRAY(a, char, size) : NULL;
    if (to) json_dumpb(o, to, size, JSON_COMPACT);
    json_decref(o);
    return to ? (struct text){ to, size } : TEXT_NONE;
}

/* ---- what is answered ---- */

static const struct verdict { enum channel_kind kind; json_int_t code; enum channel_why why; } verdicts[] = {
    { CHANNEL_KIND_DINGTALK, 130101, WHY_PACE }, { CHANNEL_KIND_DINGTALK, 410100, WHY_PACE }, { CHANNEL_KIND_DINGTALK, -1, WHY_LATER },
    { CHANNEL_KIND_DINGTALK, 310000, WHY_SIGNATURE }, { CHANNEL_KIND_DINGTALK, 300001, WHY_SIGNATURE }, { CHANNEL_KIND_DINGTALK, 400101, WHY_SIGNATURE },
    { CHANNEL_KIND_WECOM, 45009, WHY_PACE }, { CHANNEL_KIND_WECOM, -1, WHY_LATER }, { CHANNEL_KIND_WECOM, 93000, WHY_SIGNATURE },
    { CHANNEL_KIND_FEISHU, 11232, WHY_PACE }, { CHANNEL_KIND_FEISHU, 9499, WHY_PACE }, { CHANNEL_KIND_FEISHU, 19001, WHY_SIGNATURE },
    { CHANNEL_KIND_FEISHU, 19021, WHY_SIGNATURE }, { CHANNEL_KIND_FEISHU, 19022, WHY_SIGNATURE }, { CHANNEL_KIND_FEISHU, 19024, WHY_SIGNATURE },
};

static void judge_body(struct channel_link *link, const struct channel_message *m, const struct call_reply *r, struct channel_outcome *ret)
{
    const bool feishu = link->settings.kind == CHANNEL_KIND_FEISHU;
    json_t *o = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, NULL), *code = json_object_get(o, feishu ? "code" : "errcode");
    enum channel_why why = WHY_REFUSED;
    if (feishu && !code) code = json_object_get(o, "StatusCode"); /* as it answered until 2022 */
    const bool known = json_is_integer(code);
    const json_int_t figure = json_integer_value(code);
    json_decref(o);
    if (!known) {
        outcome_set(ret, CHANNEL_UNKNOWN, WHY_GARBLED);
        return;
    }
    ret->reply = figure > INT32_MAX || figure < INT32_MIN ? INT32_MAX : (int)figure;
    if (figure == 0) {
        outcome_set(ret, CHANNEL_SENT, WHY_SENT);
        return;
    }
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++)
        if (verdicts[i].kind == link->settings.kind && verdicts[i].code == figure) why = verdicts[i].why;
    if (why == WHY_PACE) outcome_retry_after(link, ret, why, link->settings.kind == CHANNEL_KIND_DINGTALK ? BANNED_MS : PACE_WINDOW_MS);
    else if (why == WHY_REFUSED) outcome_set(ret, CHANNEL_FAILED, why);
    else outcome_retry(link, m, ret, why);
}

static void judge(struct channel_link *link, const struct channel_message *m, const struct call_reply *r, struct channel_outcome *ret)
{
    ret->began = r->end != CALL_NOT_BEGUN;
    ret->reply = r->status;
    if (r->end == CALL_NOT_BEGUN || r->end == CALL_CUT) outcome_retry(link, m, ret, r->why);
    else if (r->end == CALL_UNANSWERED) outcome_set(ret, CHANNEL_UNKNOWN, r->why);
    else if (r->status >= 200 && r->status < 300) judge_body(link, m, r, ret);
    else if (r->status == 502 || r->status == 504) outcome_set(ret, CHANNEL_UNKNOWN, WHY_GATEWAY);
    else if (r->status == 429 || r->status >= 500) {
        if (r->retry_after_ms >= 0) outcome_retry_after(link, ret, WHY_LATER, r->retry_after_ms);
        else outcome_retry(link, m, ret, WHY_LATER);
    } else if (r->status >= 300 && r->status < 400) outcome_retry(link, m, ret, WHY_ADDRESS_OF_SERVICE);
    else if (r->body_len > 0 && r->body[0] == '{') { /* Feishu answers 400 with its figure */
        judge_body(link, m, r, ret);
        if (ret->fate == CHANNEL_UNKNOWN) outcome_retry(link, m, ret, WHY_ADDRESS_OF_SERVICE);
    } else outcome_retry(link, m, ret, WHY_ADDRESS_OF_SERVICE);
}

static void robot_send(struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret)
{
    struct robot *robot = link->state;
    const int64_t now_ms = link->env->now_ms(link->env->ctx), free_ms = pace_free_ms(&robot->pace, now_ms, m->urgent);
    char url[URL_BYTES];
    struct arena a;
    if (free_ms > now_ms) {
        outcome_retry_after(link, ret, WHY_PACE, free_ms - now_ms);
        return;
    }
    arena_init(&a, &link->env->memory, 8 * CHANNEL_BODY_MAX);
    const struct text body = body_of(&a, &link->settings, m, now_ms);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8"), *more = headers ? curl_slist_append(headers, "Expect:") : NULL;
    if (body.len && more) {
        address_of(&link->settings, now_ms, url);
        pace_take(&robot->pace, now_ms, m->urgent);
        const struct call_ask ask = { .url = url, .headers = more, .body = body };
        call_post(link, robot->curl, &ask, &robot->reply);
        judge(link, m, &robot->reply, ret);
        sodium_memzero(url, sizeof url);
    } else outcome_retry(link, m, ret, WHY_MEMORY);
    curl_slist_free_all(headers);
    arena_release(&a);
}

static bool robot_open(struct channel_link *link)
{
    struct robot *robot = link->env->memory.take(link->env->memory.ctx, sizeof *robot);
    if (!robot) return false;
    robot->curl = curl_easy_init();
    robot->pace = (struct pace){ .n = 0 };
    link->state = robot;
    if (robot->curl) return true;
    link->env->memory.give(link->env->memory.ctx, robot, sizeof *robot);
    return false;
}

static void robot_close(struct channel_link *link)
{
    struct robot *robot = link->state;
    curl_easy_cleanup(robot->curl);
    link->env->memory.give(link->env->memory.ctx, robot, sizeof *robot);
}

const struct channel_driver channel_robot_driver = { robot_open, robot_send, robot_close };
