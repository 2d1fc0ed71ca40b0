/* E-mail through a server of the shop's, by libcurl.
 *
 * Where "unknown" begins. A server may take a message over once it has read the final dot of DATA, and not before (RFC 5321 4.1.1.4). libcurl asks
 * give_mail for more until that says that there is no more, and then writes the dot at once. So:
 *
 *   until then                     nothing was taken over: failed, whatever breaks
 *   just before saying so          the other machine must have acknowledged every byte so far, and not have closed; else no dot leaves: failed
 *   after it, with a reply         what the reply says: 2xx sent, 4xx and 5xx failed
 *   after it, without a reply      unknown
 *
 * The connection is kept for the next message. One that the server has closed meanwhile is found out before any address was told; only then is a
 * second connection made for the same send. */
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include "channel/call.h"
#include "channel/mail.h"
#include "channel/settings.h"

enum { SMTP_TIMEOUT_MS = 120000, MAIL_ARENA_BYTES = 16 * CHANNEL_BODY_MAX, URL_BYTES = 700, ARRIVAL_MS = 20000 };

struct smtp { CURL *curl; struct call_socket socket; };

struct conversation {
    const struct env *env;
    struct smtp *smtp;
    struct text mail;
    size_t given;
    bool address_told;          /* RCPT has left */
    bool dot_left;              /* from here on the server may have it */
    bool asked_login, asked_sender, taken_leave;
    int reply, dot_reply;       /* the last whole reply; the one to the dot, 0: none */
};

/* ---- what libcurl tells and asks ---- */

/* Whether every byte so far has reached the other machine and it still listens. Without this the dot would lie in the kernel behind a mail that may
 * never arrive, and a net that fails in the middle of a mail would leave its outcome unknown. Costs one way there and back. */
static bool all_arrived(const struct env *env, const struct call_socket *s)
{
    struct pollfd p = { .fd = s->open[0], .events = POLLRDHUP };
    const int64_t until_us = env->monotonic_us(env->ctx) + INT64_C(1000) * ARRIVAL_MS;
    int left = 1;
    while (p.fd != CURL_SOCKET_BAD && env->monotonic_us(env->ctx) < until_us) {
        const int wait_ms = ioctl(p.fd, SIOCOUTQ, &left) == 0 && left == 0 ? 0 : 1;
        if (poll(&p, 1, wait_ms) != 0) return false;
        if (wait_ms == 0) return true;
    }
    return false;
}

static size_t give_mail(char *to, size_t size, size_t count, void *ctx)
{
    struct conversation *c = ctx;
    const size_t room = size * count, left = c->mail.len - c->given, n = left < room ? left : room;
    if (left == 0) {
        if (!all_arrived(c->env, &c->smtp->socket)) return CURL_READFUNC_ABORT;
        c->dot_left = true;
        return 0;
    }
    memcpy(to, c->mail.ptr + c->given, n);
    c->given += n;
    return n;
}

/* A line of a reply: "250-more" or "250 last". */
static size_t take_reply(char *from, size_t size, size_t count, void *ctx)
{
    struct conversation *c = ctx;
    const size_t n = size * count;
    bool digits = n > 3 && (from[3] == ' ' || from[3] == '\r' || from[3] == '\n');
    for (size_t i = 0; digits && i < 3; i++) digits = from[i] >= '0' && from[i] <= '9';
    if (!digits || c->taken_leave) return n;
    c->reply = (from[0] - '0') * 100 + (from[1] - '0') * 10 + (from[2] - '0');
    if (c->dot_left && c->dot_reply == 0) c->dot_reply = c->reply;
    return n;
}

static int note_command(CURL *curl, curl_infotype type, char *data, size_t size, void *ctx)
{
    struct conversation *c = ctx;
    const struct text line = { data, size };
    (void)curl;
    if (type != CURLINFO_HEADER_OUT) return 0;
    if (text_starts_with(line, TEXT("RCPT "))) c->address_told = true;
    if (text_starts_with(line, TEXT("MAIL "))) c->asked_sender = true;
    if (text_starts_with(line, TEXT("AUTH "))) c->asked_login = true;
    if (text_starts_with(line, TEXT("QUIT"))) c->taken_leave = true; /* what is answered to that says nothing about the mail */
    return 0;
}

/* ---- one conversation ---- */

static bool prepare(const struct channel_link *link, struct conversation *c, struct curl_slist *to, char url[URL_BYTES])
{
    const struct channel_settings *s = &link->settings;
    CURL *curl = c->smtp->curl;
    const struct text domain = mail_domain(text_from_cstr(s->from));
    char from[CHANNEL_TO_MAX + 4];
    CURLcode bad = CURLE_OK;
    const bool v6 = strchr(s->host, ':') != NULL;
    snprintf(url, URL_BYTES, "%s://%s%s%s:%d/%.*s", s->tls == CHANNEL_TLS_WHOLE ? "smtps" : "smtp", v6 ? "[" : "", s->host, v6 ? "]" : "", s->port, (int)domain.len, domain.ptr);
    snprintf(from, sizeof from, "<%s>", s->from);
    if (!call_prepare(link, curl, &c->smtp->socket, SMTP_TIMEOUT_MS)) return false;
#define SET(option, value) bad = bad != CURLE_OK ? bad : curl_easy_setopt(curl, option, value)
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_URL, url);
    SET(CURLOPT_USE_SSL, (long)(s->tls == CHANNEL_TLS_OFF ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (s->user[0]) {
        SET(CURLOPT_USERNAME, s->user);
        SET(CURLOPT_PASSWORD, s->password);
    }
    if (s->authority[0]) {
        struct curl_blob pem = { .data = (void *)(uintptr_t)s->authority, .len = strlen(s->authority), .flags = CURL_BLOB_COPY };
        SET(CURLOPT_CAINFO_BLOB, &pem);
        SET(CURLOPT_CAPATH, NULL); /* else the system's would do, too */
    }
    SET(CURLOPT_MAIL_FROM, from);
    SET(CURLOPT_MAIL_RCPT, to);
    SET(CURLOPT_UPLOAD, 1L); /* of a length that is not told: with one, libcurl would not ask again before the dot */
    SET(CURLOPT_READFUNCTION, give_mail);
    SET(CURLOPT_READDATA, (void *)c);
    SET(CURLOPT_HEADERFUNCTION, take_reply);
    SET(CURLOPT_HEADERDATA, (void *)c);
    SET(CURLOPT_VERBOSE, 1L); /* told to note_command only; nothing is printed */
    SET(CURLOPT_DEBUGFUNCTION, note_command);
    SET(CURLOPT_DEBUGDATA, (void *)c);
#undef SET
    return bad == CURLE_OK;
}

/* Which command was refused, and for how long (RFC 5321 4.2.1: 4yz try again, 5yz do not). */
static void refused(struct channel_link *link, const struct channel_message *m, const struct conversation *c, struct channel_outcome *ret)
{
    const int reply = c->dot_left ? c->dot_reply : c->reply;
    ret->reply = reply;
    if (reply < 500) outcome_retry(link, m, ret, WHY_LATER);
    else if (c->dot_left || c->given > 0) outcome_set(ret, CHANNEL_FAILED, WHY_REFUSED);
    else if (c->address_told) outcome_set(ret, CHANNEL_FAILED, WHY_REFUSED_ADDRESS);
    else if (c->asked_sender) outcome_retry(link, m, ret, WHY_REFUSED_SENDER); /* of the settings, not of the message */
    else if (c->asked_login) outcome_retry(link, m, ret, WHY_LOGIN);
    else outcome_retry(link, m, ret, WHY_LATER);
}

static void judge(struct channel_link *link, const struct channel_message *m, const struct conversation *c, CURLcode code, struct channel_outcome *ret)
{
    const enum channel_why why = call_why(code);
    ret->began = c->address_told;
    if (c->dot_left && c->dot_reply >= 200 && c->dot_reply < 300) {
        ret->reply = c->dot_reply;
        outcome_set(ret, CHANNEL_SENT, WHY_SENT);
    } else if (c->dot_left && c->dot_reply >= 400 && c->dot_reply < 600) refused(link, m, c, ret);
    else if (c->dot_left) outcome_set(ret, CHANNEL_UNKNOWN, c->dot_reply || code == CURLE_WEIRD_SERVER_REPLY ? WHY_GARBLED : why == WHY_SLOW ? WHY_SILENT : WHY_LOST);
    else if (why == WHY_TLS || why == WHY_RESOLVE || why == WHY_CONNECT || why == WHY_SLOW || why == WHY_MEMORY) outcome_retry(link, m, ret, why);
    else if (c->reply >= 400 && c->reply < 600) refused(link, m, c, ret);
    else outcome_retry(link, m, ret, why == WHY_LOGIN ? WHY_LOGIN : WHY_BROKEN);
}

/* With fresh, on a connection of its own; else a kept one may do. */
static CURLcode converse(struct channel_link *link, const struct channel_message *m, struct conversation *c, bool fresh)
{
    char to[CHANNEL_TO_MAX + 4], url[URL_BYTES];
    CURLcode code = CURLE_OUT_OF_MEMORY;
    snprintf(to, sizeof to, "<%.*s>", (int)m->to.len, m->to.ptr);
    struct curl_slist *list = curl_slist_append(NULL, to);
    if (list && prepare(link, c, list, url) && curl_easy_setopt(c->smtp->curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L) == CURLE_OK)
        code = curl_easy_perform(c->smtp->curl);
    curl_slist_free_all(list);
    return code;
}

static void smtp_send(struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret)
{
    struct smtp *smtp = link->state;
    struct arena a;
    const int tried = smtp->socket.tried;
    if (!mail_address_ok(m->to)) {
        outcome_set(ret, CHANNEL_FAILED, WHY_MESSAGE);
        return;
    }
    arena_init(&a, &link->env->memory, MAIL_ARENA_BYTES);
    const struct text mail = mail_write(&a, &link->settings, m, link->env->now_ms(link->env->ctx));
    struct conversation c = { .env = link->env, .smtp = smtp, .mail = mail };
    CURLcode code = a.failed ? CURLE_OUT_OF_MEMORY : converse(link, m, &c, false);
    if (code != CURLE_OK && code != CURLE_OPERATION_TIMEDOUT && !a.failed && smtp->socket.tried == tried && !c.address_told) { /* the kept connection was no longer one */
        c = (struct conversation){ .env = link->env, .smtp = smtp, .mail = mail };
        code = converse(link, m, &c, true);
    }
    judge(link, m, &c, code, ret);
    snprintf(ret->ref, sizeof ret->ref, "%.*s", (int)m->id.len, m->id.ptr);
    arena_release(&a);
}

static bool smtp_open(struct channel_link *link)
{
    struct smtp *smtp = link->env->memory.take(link->env->memory.ctx, sizeof *smtp);
    if (!smtp) return false;
    *smtp = (struct smtp){ .curl = curl_easy_init() };
    call_socket_init(&smtp->socket, link->settings.tls == CHANNEL_TLS_OFF);
    if (!smtp->curl) {
        link->env->memory.give(link->env->memory.ctx, smtp, sizeof *smtp);
        return false;
    }
    link->state = smtp;
    return true;
}

static void smtp_close(struct channel_link *link)
{
    struct smtp *smtp = link->state;
    curl_easy_reset(smtp->curl); /* whom the last reply would be told is gone */
    curl_easy_cleanup(smtp->curl);
    link->env->memory.give(link->env->memory.ctx, smtp, sizeof *smtp);
}

const struct channel_driver channel_smtp_driver = { smtp_open, smtp_send, smtp_close };
