/* What is said to a buyer: wordings by occasion, window of the event, language and channel; their claims are checked against the shop's
 * facts, the result is linted and measured.
 *
 * Read in this order: struct wording (one text with its blanks), struct text_facts (what is known about one order at one instant),
 * text_claim_holds, text_render (one wording), text_choose (the one that fits best).  A text that cannot be said truly is refused with the
 * reason; nothing is ever sent in its stead but another wording that can. */
#ifndef ZG_CORE_TEXTS_H
#define ZG_CORE_TEXTS_H
#include "base/instant.h"
#include "base/money.h"
#include "core/contact/channel.h"
#include "core/contact/lint.h"
#include "core/contact/sms.h"
#include "core/reason.h"

/* Frozen: all of these are stored. */
enum occasion {
    OCCASION_NONE = 0,
    OCCASION_REMIND = 1,       /* ordered and not paid: waves 1 and 2 */
    OCCASION_REMIND_LAST = 2,  /* the day after the event, still payable: wave 3 */
    OCCASION_BALANCE = 3,      /* presale: the deposit is paid, the balance can be */
    OCCASION_SHIPPED = 4, OCCASION_ARRIVED = 5, OCCASION_SIGNED = 6,
    OCCASION_SCRIPT = 7,       /* a reply to a question (话术) */
};
enum { OCCASION_COUNT = 8 };
enum text_language { LANGUAGE_EN = 1, LANGUAGE_ZH = 2 };
/* Which hours a wording fits, in the buyer's local time. */
enum text_window {
    WINDOW_RUSH = 1,      /* 0:00 to 1:30 of the event's days */
    WINDOW_CALM = 2,      /* until 20:00 */
    WINDOW_EVENING = 4,   /* 20:00 to 24:00 */
    WINDOW_DAY_AFTER = 8, /* the local day after the event's last */
};
enum { WINDOW_ANY = 15 };
/* What a text may claim only while it is true. */
enum text_claim {
    SAYS_STOCK_LOW = 1,           /* sellable pieces of what was ordered are at most the shop's line */
    SAYS_CLOSES_ON_SOLD_OUT = 2,  /* an unpaid order really is closed when the goods are sold out */
    SAYS_CLOSES_30M = 4,          /* official event whose rule closes unpaid orders after 30 minutes */
    SAYS_SHIPS_BY_PAYMENT = 8,    /* parcels leave in the order of payment; never said from 20:00 on */
    SAYS_SOLD_COUNT = 16,         /* our own count, rounded down */
    SAYS_PACKED = 32,             /* the order is packed */
};
enum { SAYS_COUNT = 6 };

enum script_topic { /* what a script answers; the first nine must exist before an event */
    TOPIC_NONE = 0, TOPIC_CARRIER = 1, TOPIC_SHIPS_WHEN = 2, TOPIC_SIZE = 3, TOPIC_FREIGHT = 4, TOPIC_WRONG_ORDER = 5, TOPIC_BATCH = 6,
    TOPIC_STOCK = 7, TOPIC_ARRIVES_WHEN = 8, TOPIC_COUPON = 9,
    TOPIC_GREETING = 10, TOPIC_AWAY = 11, TOPIC_PAYING = 12, TOPIC_INVOICE = 13, TOPIC_PARCEL = 14, TOPIC_DAMAGED = 15, TOPIC_REFUND = 16,
    TOPIC_PRICE = 17, TOPIC_OFF_PLATFORM = 18, TOPIC_REVIEW = 19, TOPIC_THANKS = 20, TOPIC_SOLD_OUT = 21,
};
enum { TOPIC_COUNT = 22, TOPIC_MUST_LAST = TOPIC_COUPON };

enum { WORDING_CODE_MAX = 48, WORDING_TITLE_MAX = 60, WORDING_SUBJECT_MAX = 200, WORDING_BODY_MAX = 2000 /* bytes */ };
struct wording {
    struct text code;             /* "remind-chat-stock.zh": stable; an own wording with the code of a built-in one stands for it */
    enum occasion occasion;
    enum script_topic topic;      /* of OCCASION_SCRIPT */
    enum text_language language;
    enum message_class class;
    int windows;                  /* bits of enum text_window */
    int channels;                 /* bits 1 << enum channel */
    int claims;                   /* bits of enum text_claim that it makes */
    struct text title;            /* what a person finds it by */
    struct text subject;          /* e-mail only */
    struct text body;             /* with blanks: {item} {amount} {until} {stock} {sold} {order} {shop} {tracking}, or one of the shop's words */
    bool own;                     /* the shop's, not built in */
    bool off;                     /* never used */
};
/* The wordings built in, in both languages. */
const struct wording *wording_library(int *ret_n);

/* What a shop tells about itself once ("carrier", "return_days", "signature"); each name at most once.  Some are sentences for blanks,
 * some are facts that claims rest on: the owner answers for those. */
enum { SHOP_WORD_MAX = 300 /* bytes */, SHOP_WORDS_MAX = 32 };
enum shop_word_value { SHOP_WORD_TEXT, SHOP_WORD_NUMBER, SHOP_WORD_MONEY /* in minor units */, SHOP_WORD_YES /* "yes" or "no" */ };
struct shop_word { struct text name, value; };
struct shop_word_kind { const char *name; enum shop_word_value kind; const char *en, *zh, *example_en, *example_zh; };
const struct shop_word_kind *shop_word_kinds(int *ret_n);
const struct shop_word_kind *shop_word_kind(struct text name); /* NULL: there is none */
bool shop_word_valid(const struct shop_word_kind *kind, struct text value);

struct wording_set {
    const struct wording *list; int n;
    const struct shop_word *words; int word_count;
    const struct lint *lint;
};

/* -1 and INSTANT_NONE: not known.  What is not known is never claimed. */
struct text_facts {
    int64_t now_ms;
    const struct zone *zone;              /* the buyer's; where several may be right, the shop's */
    int64_t event_from_ms, event_until_ms;/* the event that runs or ended last, half-open; INSTANT_NONE: none */
    bool event_official;                  /* the platform's own */
    bool event_closes_30m;                /* and its rule closes unpaid orders after 30 minutes */
    bool closes_on_sold_out;
    bool ships_by_payment;
    bool packed;
    int64_t stock_pieces, stock_low_at;   /* sellable of the scarcest line ordered; the line from which it is low */
    int64_t sold_pieces;                  /* of the product, in the event or the last 30 days, own count */
    int64_t amount_minor; struct currency currency; /* what is still to be paid; -1: not known */
    int64_t pay_until_ms;                 /* when the platform closes the unpaid order */
    struct text order_no, item, shop_name, tracking; /* TEXT_NONE where not known */
    struct text unsubscribe;              /* link of an e-mail's opt-out; TEXT_NONE: there is none */
    struct text own_hosts;                /* this and own_site as in struct lint_ask */
    bool own_site;
    int64_t sms_per_1000_minor;           /* price of a thousand parts */
};
/* Nothing known but the instant, the zone and the shop's name. */
struct text_facts text_facts_none(int64_t now_ms, const struct zone *zone, struct text shop_name);
/* What the shop's words tell is filled in. */
void text_facts_of_words(struct text_facts *f, const struct shop_word *words, int n);

/* What a wording claims on a channel: what it declares, and what its blanks say ({stock}: that it is low, {sold}: how many), of an e-mail also
 * those of its subject.  Bits of enum text_claim. */
int wording_claims(const struct wording *w, enum channel channel);
int text_window_at(const struct text_facts *f); /* one bit of enum text_window */
/* Is the claim true now?  The reason says why, either way; rule is the claim's word. */
bool text_claim_holds(struct arena *a, enum text_claim claim, const struct text_facts *f, struct reason *ret);

/* What a person would get. */
struct rendering {
    struct text subject, body;            /* signed, with the way to opt out where the law asks for one */
    struct sms_size size;                 /* of an SMS, else zero */
    int64_t cost_minor;
    struct lint_findings lint;            /* places are of body */
};
/* What the subject, body and claims of one wording become on a channel.  False: refused, and why (a blank that nothing fills, a claim
 * that is not true now, the lint, too long, no way to opt out); *ret then holds as much as could be made of it, for a preview. */
bool text_render(struct arena *a, const struct wording_set *set, const struct wording *w, enum channel channel, const struct text_facts *f,
                 struct rendering *ret, struct reason *ret_reason);

/* consent: to commercial messages, recorded and looked at by the contact policy; without it only service messages are taken. */
struct text_ask { enum occasion occasion; enum script_topic topic; enum channel channel; enum text_language language; const struct text_facts *facts; bool consent; };
enum { TEXT_CANDIDATES_MAX = 32 };
struct text_candidate { const struct wording *wording; const struct rendering *rendering; };
/* Wordings that can be said now with what they become, the one to prefer first: the shop's own, then the one that claims more (it is true), then
 * the one made for fewer hours, then by the order of the set.  At most max; renderings in the arena.
 * Returns how many; with none the reason is that of the first that was refused. */
int text_candidates(struct arena *a, const struct wording_set *set, const struct text_ask *ask, struct text_candidate *ret, int max, struct reason *ret_reason);
struct text_choice { const struct wording *wording; /* NULL: none can be said, see reason */ struct rendering rendering; struct reason reason; };
struct text_choice text_choice_of(const struct text_candidate *c);
/* The one to prefer. */
struct text_choice text_choose(struct arena *a, const struct wording_set *set, const struct text_ask *ask);

/* May a shop keep this as a text of its own?  False and why: a field that is missing, too long or no text, a blank that nobody knows, or
 * what the lint refuses on one of its channels. */
bool wording_shaped(const struct wording *w, struct reason *ret); /* only its fields are looked at */
struct wording_ground { const struct lint *lint; struct text own_hosts; bool own_site; };
bool wording_sound(struct arena *a, const struct wording_ground *g, const struct wording *w, struct reason *ret);
/* Is the name a blank that facts of an order fill ("item"), or one of the shop's words? */
bool text_blank_known(struct text name);
/* Bytes of the blank "{name}" that s begins with (letters, digits and _); 0: any other brace stands for itself. */
size_t text_blank_length(struct text s);
/* The next blank of a body: its name, and the body moved behind it; false when there is none left. */
bool text_blank_next(struct text *body, struct text *ret_name);

const char *occasion_word(enum occasion o);       /* "remind", "remind_last", "balance", "shipped", "arrived", "signed", "script" */
bool occasion_find(struct text word, enum occasion *ret);
const char *text_language_word(enum text_language l); /* "en", "zh" */
const char *text_window_word(enum text_window w); /* "rush", "calm", "evening", "day_after" */
const char *text_claim_word(enum text_claim c);   /* "stock_low" */
int text_claim_find(struct text word);            /* 0: none */
const char *topic_word(enum script_topic t);      /* "carrier" */
struct text topic_text(enum script_topic t, bool zh);
bool topic_find(struct text word, enum script_topic *ret);
#endif
