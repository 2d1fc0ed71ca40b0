/* Answers: JSON with the headers that every answer carries, and errors as one table of code, status and a sentence in both
 * languages. Every function answers the call; the call must not be touched afterwards. */
#ifndef ZG_WEB_REPLY_H
#define ZG_WEB_REPLY_H
#include <jansson.h>
#include "desk/answer.h"
#include "desk/commands.h"
#include "web/http.h"

struct call;
struct web;

enum reply_fault {
    FAULT_BAD_REQUEST, FAULT_HOST, FAULT_LOGIN_NEEDED, FAULT_ROLE, FAULT_ORIGIN, FAULT_CSRF, FAULT_METHOD, FAULT_NOT_FOUND,
    FAULT_NO_STORE, FAULT_NO_ORDER, FAULT_TYPE, FAULT_JSON, FAULT_TOO_LARGE, FAULT_FIELD, FAULT_CURSOR, FAULT_STATE, FAULT_SUBJECT, FAULT_PERIOD, FAULT_LONG_PERIOD, FAULT_LOGIN,
    FAULT_SLOW_DOWN, FAULT_SETUP_CODE, FAULT_SETUP_LOCAL, FAULT_SETUP_DONE, FAULT_PASSWORD_SHORT, FAULT_PASSWORD_LONG, FAULT_PASSWORD_COMMON, FAULT_NAME,
    FAULT_NAME_TAKEN, FAULT_LAST_OWNER, FAULT_TOO_MANY, FAULT_STORE_TAKEN, FAULT_CURRENCY, FAULT_ZONE, FAULT_PLATFORM,
    FAULT_REASON_NEEDED, FAULT_BUSY, FAULT_DISK_FULL, FAULT_STOPPING, FAULT_UPLOAD_NAME, FAULT_UPLOAD_NONE, FAULT_GATEWAY_HEAD, FAULT_TARGET_LONG,
    FAULT_TOKEN, FAULT_UNSIGNED, FAULT_SIGNATURE, FAULT_OUT_OF_TIME,
    FAULT_ONE_TABLE, FAULT_CONFIRM,
    FAULT_INTERNAL,
    FAULT_COUNT
};
struct fault_row { int status; const char *code, *en, *zh; };
const struct fault_row *reply_fault_row(enum reply_fault f);

void reply_json(struct call *c, int status, json_t *body);               /* takes over body; NULL: reply_internal */
void reply_text(struct call *c, struct text json);                       /* JSON that lives as long as the program */
/* An answer of JSON that may be given to many calls, each with a reference; the bytes are copied. NULL: no memory. */
struct http_response *reply_data(const struct web *w, struct text json);
void reply_copy(struct call *c, struct text json);                       /* JSON that lives as long as the request */
/* A file to be kept, never shown: CSP sandbox and Content-Disposition: attachment. Takes over body (malloc'ed). */
void reply_file(struct call *c, const char *type, const char *name, struct text body);
/* The same of a file on the disk; fd is closed. */
void reply_download(struct call *c, const char *type, const char *name, int fd, int64_t bytes);
void reply_fault(struct call *c, enum reply_fault f, const char *field); /* field NULL: none */
void reply_wait(struct call *c, enum reply_fault f, int64_t wait_ms);    /* with Retry-After */
void reply_message(struct call *c, enum desk_result result, const struct desk_message *m);
/* 200 with the answer, which is taken; NULL: why there is none. */
void reply_answer(struct call *c, json_t *answer, enum answer_error e, struct store *s);
void reply_answer_error(struct call *c, enum answer_error e, struct store *s);
/* Something that should not happen: the visitor is told a number, the log gets the number and `why`. */
void reply_internal(struct call *c, const char *why);

/* An error that has no call: what http.c refuses by itself. */
struct http_response *reply_refusal(const struct web *w, int status);
/* The headers that every answer carries. False: no memory. */
bool reply_headers(const struct web *w, struct http_response *r, const char *type, const char *policy);
/* 202 {"import_id"}, {"ok":true} and the like, made in place. */
void reply_ok(struct call *c);
#endif
