/* How a message leaves the house. One interface for every way out; behind it a kind of channel each, and two that send nothing anywhere:
 *
 *   smtp.c       e-mail through a server of the shop's                directory.c  a file a message, for looking at and for tests
 *   kannel.c     SMS through Kannel's sendsms                         null.c       nothing at all
 *   robot.c      group robots of DingTalk, WeCom and Feishu
 *   settings.c   what a channel is told once: read, checked, as JSON  mail.c       a message as e-mail (RFC 5322)
 *   call.c       one HTTP request, and how far it came                outcome.c    fates, retries, sentences
 *   digest.c     many notices as few messages of a robot
 *
 * What is sent is in the ledger before it is sent and after (the outbox's work); a channel sends once and says how it ended. Nothing here logs,
 * reads the database or keeps a message; no outcome names a person, an address or a secret. */
#ifndef ZG_CHANNEL_H
#define ZG_CHANNEL_H
#include "base/env.h"
#include "base/instant.h"
#include "base/text.h"
#include "core/contact/channel.h"

enum channel_kind { /* frozen */
    CHANNEL_KIND_NONE = 0, CHANNEL_KIND_SMTP = 1, CHANNEL_KIND_KANNEL = 2, CHANNEL_KIND_DINGTALK = 3, CHANNEL_KIND_WECOM = 4, CHANNEL_KIND_FEISHU = 5,
    CHANNEL_KIND_DIRECTORY = 6, CHANNEL_KIND_NULL = 7,
};
#define CHANNEL_KINDS 8
const char *channel_kind_word(enum channel_kind kind);           /* "smtp", "kannel", "dingtalk", "wecom", "feishu", "directory", "null" */
enum channel_kind channel_kind_parse(struct text word);          /* CHANNEL_KIND_NONE: no such word */

/* ---- one message ---- */

enum { CHANNEL_ID_MAX = 64, CHANNEL_TO_MAX = 254, CHANNEL_SUBJECT_MAX = 400, CHANNEL_BODY_MAX = 16 * 1024, CHANNEL_URL_MAX = 1024 };
struct channel_message {
    struct text id;             /* the ledger's, 1..64 of [A-Za-z0-9.-]: the same at every try, so that the other side can tell a second one */
    enum message_class class;
    struct text to;             /* e-mail address, or number ("+8613800000000", digits); none for a robot */
    struct text subject;        /* e-mail only */
    struct text body;           /* plain text, UTF-8, lines end in \n */
    struct text unsubscribe_url;/* e-mail: https, one click (RFC 8058); empty: none */
    struct text report_url;     /* SMS: where delivery reports go, %d in it becomes Kannel's figure; empty: none are asked for */
    int attempt;                /* 0 for the first */
    bool urgent;                /* robots: red; goes before all others */
};

enum channel_fate { /* frozen */
    CHANNEL_SENT = 1,           /* the other side took it over */
    CHANNEL_FAILED = 2,         /* proven: it did not, and will not. May be tried again at retry_at_ms */
    CHANNEL_UNKNOWN = 3,        /* all of it had left here, and no answer came: never to be sent again by itself */
};
const char *channel_fate_word(enum channel_fate fate);           /* "sent", "failed", "unknown" */

enum { CHANNEL_CODE_MAX = 24, CHANNEL_SAID_MAX = 200, CHANNEL_REF_MAX = 80 };
struct channel_outcome {
    enum channel_fate fate;
    bool began;                 /* false: proven that no byte of the message, nor whom it is for, ever left here */
    int64_t retry_at_ms;        /* of FAILED: not before; INSTANT_NONE: never as it is, a person must look */
    int reply;                  /* the other side's figure (550, 429, errcode 310000); 0: none came */
    char code[CHANNEL_CODE_MAX];/* a frozen word: "sent", "connect", "tls", "login", "refused-address" .. (outcome.c has them all) */
    char en[CHANNEL_SAID_MAX], zh[CHANNEL_SAID_MAX]; /* the reason in a sentence, fit for a page and a log */
    char ref[CHANNEL_REF_MAX];  /* what the other side calls the message; "" when it does not say */
};

/* The sentences of a code that was kept; NULL for one that is not known. */
const char *channel_code_text(struct text code, bool zh);

/* ---- what a channel is told once ---- */

enum channel_tls { CHANNEL_TLS_STARTTLS = 0, CHANNEL_TLS_WHOLE = 1 /* from the first byte (port 465) */, CHANNEL_TLS_OFF = 2 /* loopback only */ };
struct channel_settings {
    enum channel_kind kind;
    enum channel carries;       /* what it stands for: a folder and nothing may stand for any */
    char host[256];             /* SMTP */
    int port;
    enum channel_tls tls;
    char user[128], password[256]; /* SMTP (user empty: no login), Kannel */
    char from[CHANNEL_TO_MAX + 1]; /* SMTP: address; Kannel: sender, may be empty */
    char from_name[128];        /* SMTP: the shop's name as readers see it */
    char url[CHANNEL_URL_MAX];  /* Kannel: of sendsms; robots: the webhook as the platform shows it, which is a secret itself */
    char secret[256];           /* DingTalk, Feishu: the signing secret */
    char folder[CHANNEL_URL_MAX];
    char desk_url[512];         /* where this desk is reached from outside ("https://desk.example.com"), for links in messages and for reports; may be empty */
    char authority[8192];       /* SMTP: certificates in PEM that vouch for the server instead of the system's; mostly empty */
    int timeout_ms;             /* of one send as a whole, 1,000..600,000; 0: 120,000 for SMTP (RFC 5321 4.5.3.2 asks for patience at the end), else 30,000 */
};

/* ---- sending ---- */

struct channel_link;            /* a channel in use; by one thread at a time */
/* Copies the settings; nothing is connected yet. NULL: out of memory. The settings must be good (settings_check in settings.h). */
struct channel_link *channel_open(const struct env *env, const struct channel_settings *settings);
/* Sends once and waits for how it ends, at most timeout_ms. Never tries twice. *ret is filled in whole. */
enum channel_fate channel_send(struct channel_link *link, const struct channel_message *message, struct channel_outcome *ret);
void channel_close(struct channel_link *link); /* NULL is fine; secrets are wiped */

/* When to try again after `attempt` tries that failed (0: the first did): 30 s, doubling to an hour, plus up to a quarter that the id decides, so
 * that messages that failed together do not come back together. */
int64_t channel_backoff_ms(int attempt, struct text id);
#endif
