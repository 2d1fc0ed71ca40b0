/* SMS through a Kannel of the shop's: its smsbox takes them by sendsms (user guide, "Using the HTTP interface to send SMS messages").
 *
 * POST, with everything in headers and the text as the body: a GET would leave user, password and number in every log on the way. A text of GSM 03.38's
 * basic letters goes as such (160 to a part), any other as UCS-2 (coding 2, 70 to a part); Kannel cuts long ones into parts itself.
 *
 *   202 "0: Accepted for delivery", "3: Queued for later delivery"   sent: the gateway has it; what becomes of it, a delivery report says
 *   403 "Authorization failed"                                       login
 *   400, 404, 406                                                    refused ("Unknown sender", "no sms-service", bad number)
 *   503 "Temporal failure, try again later" (bearerbox is away)      later
 *   502, 504 of a proxy in between                                   unknown */
#include <stdio.h>
#include <sodium.h>
#include "channel/call.h"

enum { HEADERS_MAX = 10, HEADER_BYTES = 1300, REPORTS_WANTED = 1 + 2 + 16 /* delivered, not delivered, refused by the operator */ };

struct kannel { CURL *curl; struct call_reply reply; };

/* "+86 138-0000-0000" as digits with an optional +, at most 20. */
static bool number_read(struct text told, char ret[24])
{
    size_t n = 0;
    for (size_t i = 0; i < told.len; i++) {
        const char c = told.ptr[i];
        if (c == ' ' || c == '-') continue;
        if (!(c >= '0' && c <= '9') && !(c == '+' && n == 0)) return false;
        if (n == 20) return false;
        ret[n++] = c;
    }
    ret[n] = '\0';
    return n >= 3;
}

/* Letters that are one septet in the default alphabet of GSM 03.38 and one byte in ISO 8859-1 at the same place as in ASCII: the rest goes as UCS-2,
 * which costs more and never shows a wrong letter. */
static bool is_plain(struct text t)
{
    for (size_t i = 0; i < t.len; i++) {
        const char c = t.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !(c != '\0' && strchr(" \n!\"#%&'()*+,-./:;<=>?@$_", c))) return false;
    }
    return true;
}

/* "Name: value"; false when memory runs out. */
static bool add(struct curl_slist **list, const char *name, const char *value)
{
    char line[HEADER_BYTES];
    const int n = snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *more = n > 0 && n < HEADER_BYTES ? curl_slist_append(*list, line) : NULL;
    sodium_memzero(line, sizeof line);
    if (more) *list = more;
    return more != NULL;
}

static struct curl_slist *headers_of(const struct channel_settings *s, const struct channel_message *m, const char *number)
{
    struct curl_slist *list = NULL;
    char url[CHANNEL_URL_MAX], mask[8];
    const bool plain = is_plain(m->body);
    bool ok = add(&list, "Expect", "") && add(&list, "Content-Type", "text/plain; charset=UTF-8") &&
              add(&list, "X-Kannel-Username", s->user) && add(&list, "X-Kannel-Password", s->password) && add(&list, "X-Kannel-To", number) &&
              add(&list, "X-Kannel-Coding", plain ? "0" : "2");
    if (s->from[0]) ok = ok && add(&list, "X-Kannel-From", s->from);
    if (m->report_url.len) {
        text_copy(url, sizeof url, m->report_url);
        snprintf(mask, sizeof mask, "%d", REPORTS_WANTED);
        ok = ok && add(&list, "X-Kannel-DLR-Url", url) && add(&list, "X-Kannel-DLR-Mask", mask);
    }
    if (ok) return list;
    curl_slist_free_all(list);
    return NULL;
}

static void judge(struct channel_link *link, const struct channel_message *m, const struct call_reply *r, struct channel_outcome *ret)
{
    ret->began = r->end != CALL_NOT_BEGUN;
    ret->reply = r->status;
    if (r->end == CALL_NOT_BEGUN || r->end == CALL_CUT) outcome_retry(link, m, ret, r->why);
    else if (r->status == 202) outcome_set(ret, CHANNEL_SENT, WHY_SENT); /* says it all, even if the words after it were lost */
    else if (r->end == CALL_UNANSWERED) outcome_set(ret, CHANNEL_UNKNOWN, r->why);
    else if (r->status == 401 || r->status == 403) outcome_retry(link, m, ret, WHY_LOGIN);
    else if (r->status == 429 || r->status == 500 || r->status == 503) {
        if (r->retry_after_ms >= 0) outcome_retry_after(link, ret, WHY_LATER, r->retry_after_ms);
        else outcome_retry(link, m, ret, WHY_LATER);
    } else if (r->status == 502 || r->status == 504) outcome_set(ret, CHANNEL_UNKNOWN, WHY_GATEWAY);
    else if (r->status == 400 || r->status == 406) outcome_set(ret, CHANNEL_FAILED, WHY_REFUSED);
    else if (r->status >= 200 && r->status < 300) outcome_set(ret, CHANNEL_UNKNOWN, WHY_GARBLED); /* no Kannel says that */
    else outcome_retry(link, m, ret, WHY_ADDRESS_OF_SERVICE);
}

static void kannel_send(struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret)
{
    struct kannel *k = link->state;
    char number[24];
    if (!number_read(m->to, number)) {
        outcome_set(ret, CHANNEL_FAILED, WHY_MESSAGE);
        return;
    }
    struct curl_slist *headers = headers_of(&link->settings, m, number);
    if (headers) {
        const struct call_ask ask = { .url = link->settings.url, .headers = headers, .body = m->body };
        call_post(link, k->curl, &ask, &k->reply);
        judge(link, m, &k->reply, ret);
    } else outcome_retry(link, m, ret, WHY_MEMORY);
    for (struct curl_slist *h = headers; h; h = h->next) sodium_memzero(h->data, strlen(h->data));
    curl_slist_free_all(headers);
}

static bool kannel_open(struct channel_link *link)
{
    struct kannel *k = link->env->memory.take(link->env->memory.ctx, sizeof *k);
    if (!k) return false;
    k->curl = curl_easy_init();
    link->state = k;
    if (k->curl) return true;
    link->env->memory.give(link->env->memory.ctx, k, sizeof *k);
    return false;
}

static void kannel_close(struct channel_link *link)
{
    struct kannel *k = link->state;
    curl_easy_cleanup(k->curl);
    link->env->memory.give(link->env->memory.ctx, k, sizeof *k);
}

const struct channel_driver channel_kannel_driver = { kannel_open, kannel_send, kannel_close };
