/* See reply.h. */
#include "web/reply.h"

#include <stdio.h>
#include "web/call.h"

static const struct fault_row faults[FAULT_COUNT] = {
    [FAULT_BAD_REQUEST] = { 400, "bad-request", "The request is not well-formed.", "请求格式不正确。" },
    [FAULT_HOST] = { 421, "host", "This desk does not answer under that host name.", "掌柜不以该主机名提供服务。" },
    [FAULT_LOGIN_NEEDED] = { 401, "not-signed-in", "Please sign in.", "请先登录。" },
    [FAULT_ROLE] = { 403, "role", "Your role may not do this; the owner can change it.", "您的角色无权进行此操作，店主可以调整。" },
    [FAULT_ORIGIN] = { 403, "origin", "The request came from another site.", "请求来自其他网站，已拒绝。" },
    [FAULT_CSRF] = { 403, "csrf", "The page is out of date; reload it and try again.", "页面已过期，请刷新后重试。" },
    [FAULT_METHOD] = { 403, "method", "This address does not take that method.", "该地址不支持此请求方法。" },
    [FAULT_NOT_FOUND] = { 404, "not-found", "There is nothing here.", "没有找到。" },
    [FAULT_NO_STORE] = { 404, "no-store", "There is no store with this key.", "没有这个店铺。" },
    [FAULT_NO_ORDER] = { 404, "no-order", "There is no order with this number.", "没有这个订单号。" },
    [FAULT_TYPE] = { 415, "type", "The body must be JSON (application/json).", "请求内容必须是 JSON（application/json）。" },
    [FAULT_JSON] = { 422, "json", "The body is not a JSON object that can be read.", "请求内容不是可读取的 JSON 对象。" },
    [FAULT_TOO_LARGE] = { 413, "too-large", "The body is larger than this address takes.", "请求内容超出大小限制。" },
    [FAULT_FIELD] = { 422, "field", "A field is missing or has a value that does not fit.", "有字段缺失或取值不正确。" },
    [FAULT_CURSOR] = { 422, "cursor", "The list cannot go on from there; start again from the top.", "无法从该位置继续，请从头开始。" },
    [FAULT_SUBJECT] = { 422, "subject", "There is no such subject, or no such key field of it.", "没有这类数据，或它没有这个关键字段。" },
    [FAULT_STATE] = { 422, "state", "There is no order state of that name.", "没有这种订单状态。" },
    [FAULT_PERIOD] = { 422, "period", "The period must begin before it ends and last at most 800 days.", "起始日期须早于结束日期，最长 800 天。" },
    [FAULT_LONG_PERIOD] = { 422, "period", "The period must begin before it ends and last at most 62 days.", "起始日期须早于结束日期，最长 62 天。" },
    [FAULT_LOGIN] = { 401, "login", "Name or password is wrong.", "用户名或密码不正确。" },
    [FAULT_SLOW_DOWN] = { 429, "slow-down", "Too many tries; wait a moment and try again.", "尝试次数过多，请稍后再试。" },
    [FAULT_SETUP_CODE] = { 403, "setup-code", "The code is not the one that the terminal shows.", "设置码与终端中显示的不一致。" },
    [FAULT_SETUP_LOCAL] = { 403, "setup-local", "The first set-up is done on the desk's own machine.", "首次设置须在掌柜所在的电脑上进行。" },
    [FAULT_SETUP_DONE] = { 409, "setup-done", "This desk has an owner already; sign in.", "掌柜已有店主，请登录。" },
    [FAULT_PASSWORD_SHORT] = { 422, "password-short", "A password has at least 12 characters.", "密码至少 12 个字符。" },
    [FAULT_PASSWORD_LONG] = { 422, "password-long", "A password has at most 128 characters.", "密码最多 128 个字符。" },
    [FAULT_PASSWORD_COMMON] = { 422, "password-common", "This password is one of the first that anybody would try.", "该密码过于常见，容易被猜到。" },
    [FAULT_NAME] = { 422, "name", "A name has 1 to 127 bytes and no control characters.", "名称不能为空、过长或含控制字符。" },
    [FAULT_NAME_TAKEN] = { 409, "name-taken", "There is an account of this name already.", "该用户名已存在。" },
    [FAULT_LAST_OWNER] = { 409, "last-owner", "At least one owner must stay.", "至少须保留一位店主。" },
    [FAULT_TOO_MANY] = { 409, "too-many", "There is no room for another one.", "数量已达上限。" },
    [FAULT_STORE_TAKEN] = { 409, "store-taken", "There is a store with this key already.", "该店铺标识已存在。" },
    [FAULT_CURRENCY] = { 422, "currency", "The currency is not a known three-letter code.", "币种不是已知的三位代码。" },
    [FAULT_ZONE] = { 422, "zone", "The time zone is not known; an example is Asia/Shanghai.", "时区未知，例如 Asia/Shanghai。" },
    [FAULT_PLATFORM] = { 422, "platform", "The platform is one of taobao, tmall, aliexpress, shopify, other.", "平台应为 taobao、tmall、aliexpress、shopify 或 other。" },
    [FAULT_REASON_NEEDED] = { 422, "reason-needed", "Say why this reminder is skipped.", "请说明跳过的原因。" },
    [FAULT_BUSY] = { 429, "busy", "The desk is busy; try again in a moment.", "掌柜正忙，请稍后重试。" },
    [FAULT_DISK_FULL] = { 507, "disk-full", "The disk is full: nothing was changed. Free some space and try again.", "磁盘已满，未作任何更改。请清理空间后重试。" },
    [FAULT_STOPPING] = { 503, "stopping", "The desk is stopping.", "掌柜正在关闭。" },
    [FAULT_UPLOAD_NAME] = { 422, "file-name", "The header X-File-Name must hold the file's name, percent-encoded.", "请求头 X-File-Name 须为百分号编码的文件名。" },
    [FAULT_UPLOAD_NONE] = { 404, "no-upload", "This file is not here any more; upload it again.", "该文件已不存在，请重新上传。" },
    [FAULT_GATEWAY_HEAD] = { 431, "head-too-large", "The head of the request is too large.", "请求头过大。" },
    [FAULT_TARGET_LONG] = { 414, "address-too-long", "The address is too long.", "地址过长。" },
    [FAULT_TOKEN] = { 401, "token", "There is no token of this store in the header Authorization (Bearer zgt_..).", "请求头 Authorization 中没有该店铺的有效令牌（Bearer zgt_..）。" },
    [FAULT_UNSIGNED] = { 401, "unsigned", "The message is not signed.", "消息没有签名。" },
    [FAULT_SIGNATURE] = { 401, "signature", "The signature does not fit.", "签名不符。" },
    [FAULT_OUT_OF_TIME] = { 401, "out-of-time", "The message is more than five minutes away from this machine's clock.", "消息时间与本机时钟相差五分钟以上。" },
    [FAULT_ONE_TABLE] = { 422, "one-table", "A CSV file holds one table and this list has several; take XLSX.", "CSV 只能放一张表，这里有几张；请用 XLSX。" },
    [FAULT_CONFIRM] = { 422, "confirm", "What was typed is not this order's number; nothing was erased.", "输入的不是本订单号；没有删除任何内容。" },
    [FAULT_INTERNAL] = { 500, "internal", "Something went wrong in the desk.", "掌柜内部出错。" },
};

const struct fault_row *reply_fault_row(enum reply_fault f) { return &faults[f]; }

#define PAGE_POLICY "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';" \
    " font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

bool reply_headers(const struct web *w, struct http_response *r, const char *type, const char *policy)
{
    bool ok = http_response_header(r, "Content-Type", type)
              && http_response_header(r, "Content-Security-Policy", policy ? policy : PAGE_POLICY)
              && http_response_header(r, "X-Content-Type-Options", "nosniff")
              && http_response_header(r, "Referrer-Policy", "no-referrer")
              && http_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    if (ok && !policy) ok = http_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
    if (ok && w->options.public_host) ok = http_response_header(r, "Strict-Transport-Security", "max-age=31536000");
    return ok;
}

#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"
#define FILE_POLICY "sandbox; default-src 'none'; frame-ancestors 'none'"
#define JSON_TYPE "application/json; charset=utf-8"

static struct http_response *data_response(const struct web *w, int status, struct text body, enum http_body kind)
{
    struct http_response *r = http_response_create(w->env, status, body, kind);
    if (r && reply_headers(w, r, JSON_TYPE, DATA_POLICY) && http_response_header(r, "Cache-Control", "no-store")) return r;
    http_response_unref(r);
    return NULL;
}

static void answer(struct call *c, struct http_response *r)
{
    if (r && c->set_cookie && !http_response_header(r, "Set-Cookie", c->set_cookie)) {
        http_response_unref(r);
        r = NULL;
    }
    call_answer(c, r);
}

void reply_json(struct call *c, int status, json_t *body)
{
    char *s = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (!s) {
        reply_internal(c, "no memory for the answer, or text in it that is not UTF-8");
        return;
    }
    answer(c, data_response(c->web, status, text_from_cstr(s), HTTP_BODY_FREED));
}

void reply_text(struct call *c, struct text json) { answer(c, data_response(c->web, 200, json, HTTP_BODY_STATIC)); }
struct http_response *reply_data(const struct web *w, struct text json) { return data_response(w, 200, json, HTTP_BODY_COPIED); }
void reply_copy(struct call *c, struct text json) { answer(c, data_response(c->web, 200, json, HTTP_BODY_COPIED)); }
void reply_ok(struct call *c) { reply_text(c, TEXT("{\"ok\":true}")); }

/* A file to be kept: NULL becomes an answer that the connection closes. */
static void attach(struct call *c, struct http_response *r, const char *type, const char *name)
{
    struct text disposition = arena_printf(&c->q->arena, "attachment; filename=\"%s\"", name);
    if (r && (!disposition.ptr || !reply_headers(c->web, r, type, FILE_POLICY) || !http_response_header(r, "Cache-Control", "no-store")
              || !http_response_header(r, "Content-Disposition", disposition.ptr))) {
        http_response_unref(r);
        r = NULL;
    }
    answer(c, r);
}

void reply_file(struct call *c, const char *type, const char *name, struct text body)
{
    attach(c, http_response_create(c->web->env, 200, body, HTTP_BODY_FREED), type, name);
}

void reply_download(struct call *c, const char *type, const char *name, int fd, int64_t bytes)
{
    attach(c, http_response_file(c->web->env, 200, fd, bytes), type, name);
}

static json_t *fault_json(const struct fault_row *f, const char *field)
{
    json_t *e = json_pack("{s:s,s:s,s:s}", "code", f->code, "en", f->en, "zh", f->zh);
    if (e && field) json_object_set_new(e, "field", json_string(field));
    return json_pack("{s:o}", "error", e);
}

static struct http_response *fault_response(const struct web *w, const struct fault_row *f, const char *field)
{
    json_t *j = fault_json(f, field);
    char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
    json_decref(j);
    return s ? data_response(w, f->status, text_from_cstr(s), HTTP_BODY_FREED) : NULL;
}

void reply_fault(struct call *c, enum reply_fault f, const char *field)
{
    answer(c, fault_response(c->web, &faults[f], field));
}

void reply_wait(struct call *c, enum reply_fault f, int64_t wait_ms)
{
    struct http_response *r = fault_response(c->web, &faults[f], NULL);
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms / 1000 + 1));
    if (r && !http_response_header(r, "Retry-After", seconds)) {
        http_response_unref(r);
        r = NULL;
    }
    answer(c, r);
}

void reply_message(struct call *c, enum desk_result result, const struct desk_message *m)
{
    int status = 500;
    switch (result) {
    case DESK_DONE: reply_ok(c); return;
    case DESK_REFUSED: status = !strcmp(m->code, "no-store") || !strcmp(m->code, "no-order") || !strcmp(m->code, "no-import") ? 404 : 422; break;
    case DESK_FULL: status = 507; break;
    case DESK_BUSY: reply_wait(c, FAULT_BUSY, 1000); return;
    case DESK_FAILED: status = 500; break;
    }
    reply_json(c, status, json_pack("{s:{s:s,s:s,s:s}}", "error", "code", m->code, "en", m->en, "zh", m->zh));
}

void reply_answer_error(struct call *c, enum answer_error e, struct store *s)
{
    switch (e) {
    case ANSWER_NOT_FOUND: reply_fault(c, FAULT_NO_ORDER, NULL); return;
    case ANSWER_BAD_CURSOR: reply_fault(c, FAULT_CURSOR, "after"); return;
    case ANSWER_BAD_STATE: reply_fault(c, FAULT_STATE, "state"); return;
    case ANSWER_BAD_PERIOD: reply_fault(c, FAULT_PERIOD, "from"); return;
    case ANSWER_LONG_PERIOD: reply_fault(c, FAULT_LONG_PERIOD, "from"); return;
    case ANSWER_BAD_SUBJECT: reply_fault(c, FAULT_SUBJECT, "subject"); return;
    case ANSWER_OK: case ANSWER_MANY_ORDERS: /* no page plays a period again */ case ANSWER_FAILED: break;
    }
    reply_internal(c, db_error_message(s->db));
}

void reply_answer(struct call *c, json_t *answer, enum answer_error e, struct store *s)
{
    if (answer) reply_json(c, 200, answer);
    else reply_answer_error(c, e, s);
}

void reply_internal(struct call *c, const char *why)
{
    struct web *w = c->web;
    char id[32], line[600];
    uint32_t random;
    w->env->random(w->env->ctx, &random, sizeof random);
    snprintf(id, sizeof id, "%04x-%u", random & 0xffffu, atomic_fetch_add(&w->errors, 1) + 1);
    snprintf(line, sizeof line, "error %s %s: %s", id, c->route ? c->route->pattern : "page", why);
    if (w->options.log) w->options.log(w->options.log_ctx, line);
    const struct fault_row *f = &faults[FAULT_INTERNAL];
    json_t *j = json_pack("{s:{s:s,s:s,s:s,s:s}}", "error", "code", f->code, "en", f->en, "zh", f->zh, "id", id);
    char *s = j ? json_dumps(j, JSON_COMPACT) : NULL;
    json_decref(j);
    answer(c, s ? data_response(w, f->status, text_from_cstr(s), HTTP_BODY_FREED) : NULL);
}

struct http_response *reply_refusal(const struct web *w, int status)
{
    switch (status) {
    case 413: return fault_response(w, &faults[FAULT_TOO_LARGE], NULL);
    case 414: return fault_response(w, &faults[FAULT_TARGET_LONG], NULL);
    case 431: return fault_response(w, &faults[FAULT_GATEWAY_HEAD], NULL);
    case 500: return fault_response(w, &faults[FAULT_INTERNAL], NULL);
    case 503: return fault_response(w, &faults[FAULT_STOPPING], NULL);
    default: return fault_response(w, &faults[FAULT_BAD_REQUEST], NULL);
    }
}
