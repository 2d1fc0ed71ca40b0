/* See settings.h. One table says which fields there are and which kind knows which; then a check a kind. */
#include "channel/settings.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include "channel/mail.h"

enum { TIMEOUT_MIN_MS = 1000, TIMEOUT_MAX_MS = 600000 };

/* ---- fields ---- */

enum {
    SMTP = 1 << CHANNEL_KIND_SMTP, KANNEL = 1 << CHANNEL_KIND_KANNEL, DINGTALK = 1 << CHANNEL_KIND_DINGTALK, WECOM = 1 << CHANNEL_KIND_WECOM,
    FEISHU = 1 << CHANNEL_KIND_FEISHU, DIRECTORY = 1 << CHANNEL_KIND_DIRECTORY,
    ROBOTS = DINGTALK | WECOM | FEISHU,
};
static const struct field { const char *name; size_t at, size; unsigned may, must; } fields[] = {
#define FIELD(member, may, must) { #member, offsetof(struct channel_settings, member), sizeof((struct channel_settings *)0)->member, may, must }
    FIELD(host, SMTP, SMTP),
    FIELD(user, SMTP | KANNEL, KANNEL),
    FIELD(password, SMTP | KANNEL, KANNEL),
    FIELD(from, SMTP | KANNEL, SMTP),
    FIELD(from_name, SMTP, 0),
    FIELD(url, KANNEL | ROBOTS, KANNEL | ROBOTS),
    FIELD(secret, DINGTALK | FEISHU, DINGTALK | FEISHU),
    FIELD(folder, DIRECTORY, DIRECTORY),
    FIELD(desk_url, SMTP | KANNEL | DIRECTORY, 0),
    FIELD(authority, SMTP, 0),
#undef FIELD
};
enum { FIELDS = sizeof fields / sizeof fields[0] };
static const char *const tls_words[] = { [CHANNEL_TLS_STARTTLS] = "starttls", [CHANNEL_TLS_WHOLE] = "tls", [CHANNEL_TLS_OFF] = "off" };

static char *value_of(const struct channel_settings *s, const struct field *f) { return (char *)(uintptr_t)s + f->at; }

static bool fault(struct settings_fault *ret, const char *field, const char *en, const char *zh)
{
    snprintf(ret->field, sizeof ret->field, "%s", field);
    snprintf(ret->en, sizeof ret->en, "%s", en);
    snprintf(ret->zh, sizeof ret->zh, "%s", zh);
    return false;
}

static bool text_ok(struct text t, bool lines)
{
    for (size_t i = 0; i < t.len; i++)
        if (((unsigned char)t.ptr[i] < 0x20 && !(lines && (t.ptr[i] == '\n' || t.ptr[i] == '\r'))) || t.ptr[i] == 0x7f) return false;
    return text_utf8_valid(t);
}

static bool read_field(const json_t *told, const struct field *f, struct channel_settings *s, struct settings_fault *ret)
{
    const json_t *v = json_object_get(told, f->name);
    const bool is_secret = strcmp(f->name, "password") == 0 || strcmp(f->name, "secret") == 0;
    if (v && !json_is_null(v) && !json_is_string(v)) return fault(ret, f->name, "This must be a text.", "此项应为文本。");
    struct text t = json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
    if (!is_secret) t = text_trim(t);
    if (t.len >= f->size || !text_ok(t, strcmp(f->name, "authority") == 0)) return fault(ret, f->name, "This is too long, or holds what cannot stand there.", "此项过长，或含有不允许的字符。");
    const unsigned bit = 1u << s->kind;
    if (t.len > 0 && !(f->may & bit)) return fault(ret, f->name, "This kind of channel does not know this.", "此类渠道没有这一项。");
    if (t.len == 0 && (f->must & bit)) return fault(ret, f->name, "This is needed.", "此项必填。");
    text_copy(value_of(s, f), f->size, t);
    return true;
}

static bool read_number(const json_t *told, const char *name, int max, int *ret, struct settings_fault *ret_fault)
{
    const json_t *v = json_object_get(told, name);
    if (!v || json_is_null(v)) return true;
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max) return fault(ret_fault, name, "This is no number that can stand there.", "此处的数字不正确。");
    *ret = (int)json_integer_value(v);
    return true;
}

static struct text word_of(const json_t *told, const char *name)
{
    const json_t *v = json_object_get(told, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

/* ---- addresses ---- */

bool host_is_loopback(struct text host)
{
    char name[64];
    struct in_addr v4;
    struct in6_addr v6;
    if (host.len >= 2 && host.ptr[0] == '[') host = (struct text){ host.ptr + 1, host.len - 2 };
    if (host.len == 0 || host.len >= sizeof name) return false;
    text_copy(name, sizeof name, host);
    if (inet_pton(AF_INET, name, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, name, &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return strcmp(name, "localhost") == 0;
}

static bool host_ok(const char *host)
{
    for (size_t i = 0; host[i]; i++) {
        const char c = host[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':')) return false;
    }
    return host[0] && host[0] != '-' && host[0] != '.';
}

struct url_parts { char scheme[16], host[256]; bool plain /* neither user nor fragment */, query; };

static bool url_read(const char *url, struct url_parts *ret)
{
    char *part = NULL;
    CURLU *u = curl_url();
    *ret = (struct url_parts){ .plain = true };
    bool ok = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
    static const struct { CURLUPart what; size_t at, size; } wanted[] = {
        { CURLUPART_SCHEME, offsetof(struct url_parts, scheme), sizeof ret->scheme }, { CURLUPART_HOST, offsetof(struct url_parts, host), sizeof ret->host },
    };
    for (int i = 0; ok && i < 2; i++) {
        ok = curl_url_get(u, wanted[i].what, &part, 0) == CURLUE_OK && strlen(part) < wanted[i].size;
        if (ok) text_copy((char *)ret + wanted[i].at, wanted[i].size, text_from_cstr(part));
        curl_free(part);
        part = NULL;
    }
    static const CURLUPart never[] = { CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT, CURLUPART_QUERY };
    for (int i = 0; ok && i < 4; i++) {
        if (curl_url_get(u, never[i], &part, 0) == CURLUE_OK) {
            if (never[i] == CURLUPART_QUERY) ret->query = true;
            else ret->plain = false;
            curl_free(part);
            part = NULL;
        }
    }
    curl_url_cleanup(u);
    return ok && ret->plain;
}

/* https anywhere, http only where it does not leave the machine. */
static bool is_safe(const struct url_parts *u)
{
    return strcmp(u->scheme, "https") == 0 || (strcmp(u->scheme, "http") == 0 && host_is_loopback(text_from_cstr(u->host)));
}

static bool is_web_address(const char *url)
{
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~' || *c == '<' || *c == '>' || *c == '"' || *c == '\\') return false;
    return true;
}

/* ---- a check a kind ---- */

static bool smtp_check(struct channel_settings *s, struct settings_fault *ret)
{
    static const int ports[] = { [CHANNEL_TLS_STARTTLS] = 587, [CHANNEL_TLS_WHOLE] = 465, [CHANNEL_TLS_OFF] = 25 };
    if (s->port == 0) s->port = ports[s->tls];
    if (!host_ok(s->host)) return fault(ret, "host", "Give the name of the server, as smtp.example.com.", "请填写服务器名称，如 smtp.example.com。");
    if (s->tls == CHANNEL_TLS_OFF && !host_is_loopback(text_from_cstr(s->host)))
        return fault(ret, "tls", "Without encryption only a server on this machine can be used.", "不加密只能用于本机上的服务器。");
    if (!s->user[0] != !s->password[0]) return fault(ret, s->user[0] ? "password" : "user", "User name and password go together.", "用户名和密码须一起填写。");
    if (!mail_address_ok(text_from_cstr(s->from))) return fault(ret, "from", "This is no e-mail address of plain letters.", "这不是有效的电子邮件地址。");
    return true;
}

static bool kannel_check(struct channel_settings *s, struct settings_fault *ret)
{
    struct url_parts u;
    if (!is_web_address(s->url) || !url_read(s->url, &u) || u.query)
        return fault(ret, "url", "Give the address of sendsms, as http://127.0.0.1:13013/cgi-bin/sendsms, without user and password.", "请填写 sendsms 的地址，如 http://127.0.0.1:13013/cgi-bin/sendsms，不含用户名和密码。");
    if (!is_safe(&u)) return fault(ret, "url", "Kannel on another machine is reached by https only.", "其他机器上的 Kannel 只能通过 https 访问。");
    for (const char *c = s->from; *c; c++)
        if ((unsigned char)*c > '~') return fault(ret, "from", "A sender is a number or a name of plain letters.", "发送方须为号码或英文字母名称。");
    return strlen(s->from) <= 20 || fault(ret, "from", "A sender has at most 20 characters.", "发送方最多 20 个字符。");
}

static bool robot_check(struct channel_settings *s, struct settings_fault *ret)
{
    static const struct { const char *hosts[2], *begin, *en, *zh; } robots[CHANNEL_KINDS] = {
        [CHANNEL_KIND_DINGTALK] = { { "oapi.dingtalk.com" }, "/robot/send?access_token=", "Copy the whole webhook address of the robot; it begins with https://oapi.dingtalk.com/robot/send?access_token=",
                                    "请复制机器人的完整 Webhook 地址，以 https://oapi.dingtalk.com/robot/send?access_token= 开头" },
        [CHANNEL_KIND_WECOM] = { { "qyapi.weixin.qq.com" }, "/cgi-bin/webhook/send?key=", "Copy the whole webhook address of the robot; it begins with https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
                                 "请复制机器人的完整 Webhook 地址，以 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key= 开头" },
        [CHANNEL_KIND_FEISHU] = { { "open.feishu.cn", "open.larksuite.com" }, "/open-apis/bot/v2/hook/", "Copy the whole webhook address of the robot; it begins with https://open.feishu.cn/open-apis/bot/v2/hook/",
                                  "请复制机器人的完整 Webhook 地址，以 https://open.feishu.cn/open-apis/bot/v2/hook/ 开头" },
    };
    struct url_parts u;
    const char *path = strstr(s->url, "://");
    path = path ? strchr(path + 3, '/') : NULL;
    bool ok = is_web_address(s->url) && url_read(s->url, &u) && is_safe(&u) && path && strncmp(path, robots[s->kind].begin, strlen(robots[s->kind].begin)) == 0 &&
              strlen(path) > strlen(robots[s->kind].begin);
    if (ok && !host_is_loopback(text_from_cstr(u.host))) { /* one of this machine is a relay of the shop's own */
        ok = false;
        for (int i = 0; i < 2; i++) ok = ok || (robots[s->kind].hosts[i] && strcmp(u.host, robots[s->kind].hosts[i]) == 0);
    }
    return ok || fault(ret, "url", robots[s->kind].en, robots[s->kind].zh);
}

static bool desk_url_check(struct channel_settings *s, struct settings_fault *ret)
{
    struct url_parts u;
    size_t n = strlen(s->desk_url);
    while (n > 0 && s->desk_url[n - 1] == '/') s->desk_url[--n] = '\0';
    return n == 0 || (is_web_address(s->desk_url) && url_read(s->desk_url, &u) && !u.query && is_safe(&u)) ||
           fault(ret, "desk_url", "Give the address under which others reach this desk, as https://desk.example.com.", "请填写外部访问本系统的地址，如 https://desk.example.com。");
}

static bool kind_check(struct channel_settings *s, struct settings_fault *ret)
{
    switch (s->kind) {
    case CHANNEL_KIND_SMTP: s->carries = CHANNEL_EMAIL; return smtp_check(s, ret);
    case CHANNEL_KIND_KANNEL: s->carries = CHANNEL_SMS; return kannel_check(s, ret);
    case CHANNEL_KIND_DINGTALK: case CHANNEL_KIND_WECOM: case CHANNEL_KIND_FEISHU: s->carries = CHANNEL_ROBOT; return robot_check(s, ret);
    case CHANNEL_KIND_DIRECTORY:
        if (s->folder[0] != '/') return fault(ret, "folder", "Give the whole path of a folder, as /home/me/outbox.", "请给出文件夹的完整路径，如 /home/me/outbox。");
        return true;
    case CHANNEL_KIND_NULL: return true;
    case CHANNEL_KIND_NONE: break;
    }
    return false;
}

static bool carries_read(const json_t *told, struct channel_settings *s, struct settings_fault *ret)
{
    const struct text word = word_of(told, "carries");
    const bool stands_in = s->kind == CHANNEL_KIND_DIRECTORY || s->kind == CHANNEL_KIND_NULL;
    for (int c = CHANNEL_SMS; c <= CHANNEL_ROBOT; c++)
        if (text_is(word, channel_word((enum channel)c))) s->carries = (enum channel)c;
    if (stands_in && s->carries == CHANNEL_NONE) return fault(ret, "carries", "Say what it stands for: sms, email or robot.", "请指明它代替哪种渠道：sms、email 或 robot。");
    return true;
}

bool settings_read(const json_t *told, struct channel_settings *ret, struct settings_fault *ret_fault)
{
    struct channel_settings s = { .kind = channel_kind_parse(word_of(told, "kind")) };
    const struct text tls = word_of(told, "tls");
    bool ok = s.kind != CHANNEL_KIND_NONE || fault(ret_fault, "kind", "A channel is one of smtp, kannel, dingtalk, wecom, feishu, directory, null.", "渠道须为 smtp、kannel、dingtalk、wecom、feishu、directory、null 之一。");
    for (int i = 0; ok && i < (int)FIELDS; i++) ok = read_field(told, &fields[i], &s, ret_fault);
    ok = ok && read_number(told, "port", 65535, &s.port, ret_fault) && read_number(told, "timeout_ms", TIMEOUT_MAX_MS, &s.timeout_ms, ret_fault);
    if (ok && s.timeout_ms != 0 && s.timeout_ms < TIMEOUT_MIN_MS) ok = fault(ret_fault, "timeout_ms", "A send takes a second at least.", "发送时限至少为一秒。");
    bool known = tls.len == 0;
    for (int i = CHANNEL_TLS_STARTTLS; i <= CHANNEL_TLS_OFF; i++) {
        if (!text_is(tls, tls_words[i])) continue;
        s.tls = (enum channel_tls)i;
        known = true;
    }
    if (ok && !known) ok = fault(ret_fault, "tls", "Encryption is one of starttls, tls, off.", "加密方式须为 starttls、tls、off 之一。");
    ok = ok && carries_read(told, &s, ret_fault) && kind_check(&s, ret_fault) && desk_url_check(&s, ret_fault);
    if (ok) *ret = s;
    settings_wipe(&s);
    return ok;
}

json_t *settings_write(const struct channel_settings *s)
{
    json_t *o = json_pack("{s:s,s:s,s:i,s:s,s:i}", "kind", channel_kind_word(s->kind), "carries", channel_word(s->carries), "port", s->port, "tls", tls_words[s->tls], "timeout_ms",
                          s->timeout_ms);
    for (int i = 0; i < (int)FIELDS; i++)
        if (value_of(s, &fields[i])[0]) json_object_set_new(o, fields[i].name, json_string(value_of(s, &fields[i])));
    return o;
}

void settings_label(const struct channel_settings *s, char *ret, size_t size)
{
    struct url_parts u = { .host = "" };
    switch (s->kind) {
    case CHANNEL_KIND_SMTP: snprintf(ret, size, "%s:%d, %s", s->host, s->port, s->from); break;
    case CHANNEL_KIND_KANNEL: snprintf(ret, size, "%s%s%s", s->url, s->from[0] ? ", " : "", s->from); break;
    case CHANNEL_KIND_DINGTALK: case CHANNEL_KIND_WECOM: case CHANNEL_KIND_FEISHU: snprintf(ret, size, "%s", url_read(s->url, &u) ? u.host : ""); break;
    case CHANNEL_KIND_DIRECTORY: snprintf(ret, size, "%s", s->folder); break;
    case CHANNEL_KIND_NULL: case CHANNEL_KIND_NONE: snprintf(ret, size, "%s", ""); break;
    }
    text_mend_cut(ret);
}

void settings_wipe(struct channel_settings *s) { sodium_memzero(s, sizeof *s); }
