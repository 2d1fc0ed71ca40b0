/* Answers: what the page and the command line are told.  Facts from the store (store/query_store.h), decisions from the core,
 * JSON out; the same facts feed both forms, so that they cannot differ.  Nothing here writes.
 *
 *   answer_today.c   Today: lines, reminders, held, pick, pace        answer_review.c   a period: figures, drivers, tables
 *   answer_orders.c  the list of orders, and one order                answer_policy.c   every default with its source
 *   answer_records.c records of other subjects, and what data there is
 *   answer_team.c    the team: shifts, load, the rota
 *   answer_delay.c   the best first delay of a reminder               answer_lift.c     what reminding brings
 *
 * Each function returns a new reference, or NULL and *ret_error.  All reads of one answer see one snapshot.
 * Use it on a reading connection that no other thread uses meanwhile. */
#ifndef ZG_DESK_ANSWER_H
#define ZG_DESK_ANSWER_H
#include <jansson.h>
#include "store/store.h"

/* What the asker may see; a field that is not allowed is null. */
enum {
    ANSWER_BUYER = 1,  /* the buyer's name on the platform */
    ANSWER_PERSON = 2, /* name, phone, address */
    ANSWER_NOTES = 4,  /* the buyer's and the seller's remarks */
    ANSWER_MONEY = 8,  /* amounts */
    ANSWER_CONTACT = 16, /* whom to remind, and whom to leave alone */
    ANSWER_ALL = 31,
};
enum answer_error {
    ANSWER_OK, ANSWER_NOT_FOUND, ANSWER_BAD_CURSOR, ANSWER_BAD_STATE /* no such state word */, ANSWER_BAD_PERIOD,
    ANSWER_LONG_PERIOD /* of the board of reminders: at most ANSWER_BOARD_DAYS */, ANSWER_MANY_ORDERS /* more than can be played at once */,
    ANSWER_BAD_SUBJECT /* no such subject, or no such key field of it */,
    ANSWER_FAILED /* database (db_error(store->db) tells) or out of memory */,
};
struct answer_ask {
    struct store *store;          /* a reading connection */
    const struct shop *shop;
    const struct policy *policy;
    int64_t now_ms;               /* the instant asked about (at) and the clock of ages */
    unsigned mask;                /* ANSWER_*: for the page; the command line's forms hold no personal data */
};

/* GET /stores/{key}/today: lists capped at ANSWER_TODAY_ROWS, totals exact. */
enum { ANSWER_TODAY_ROWS = 100 };
json_t *answer_today(const struct answer_ask *q, enum answer_error *ret_error);
/* `zhanggui today --json`: whole lists; reasons are plain strings in one language.  Beside the contract's fields:
 * "latest_fact_at", "stale", "moment", "lines":[{"kind","count","urgent","reason"}]. */
json_t *answer_today_cli(const struct answer_ask *q, bool zh, enum answer_error *ret_error);

struct orders_ask {
    struct text state;            /* a state's word ("to_ship"); empty: all */
    struct text search;           /* the beginning of an order number, or a buyer's exact name; empty: all */
    int64_t from_ms, to_ms;       /* placed in [from, to); INSTANT_NONE: open */
    struct text after;            /* cursor of the page before; empty: the newest */
    int limit;                    /* 1..LIMIT_PAGE_ROWS */
};
/* GET /stores/{key}/orders.  Newest first. */
json_t *answer_orders(const struct answer_ask *q, const struct orders_ask *o, enum answer_error *ret_error);
/* `zhanggui orders --json`: {"at","data_age_s","orders":[{"order","state","placed_at","paid_at","amount","paid","refund","pieces",
 * "region","title"}],"next"} */
json_t *answer_orders_cli(const struct answer_ask *q, const struct orders_ask *o, enum answer_error *ret_error);
/* GET /stores/{key}/orders/{order}; ANSWER_NOT_FOUND when there is none of that number. */
json_t *answer_order(const struct answer_ask *q, struct text order_no, enum answer_error *ret_error);

struct records_ask {
    struct text subject;          /* "reviews"; not orders */
    struct text search;           /* the beginning of a record's key (its first key field); empty: all */
    struct text grain;            /* "day,hour": only records of which just these key fields are filled; empty: any */
    int64_t from_ms, to_ms;       /* [from, to); INSTANT_NONE: open */
    bool disputed;                /* only those of which files of one time tell something different */
    struct text after;            /* cursor of the page before; empty: the newest */
    int limit;                    /* 1..LIMIT_PAGE_ROWS */
};
/* GET /stores/{key}/records and `zhanggui records --subject S --json`: {"subject","subject_text","fields":[{"field","en","zh","kind","key"}],
 * "total","grains":[{"grain":[field..],"records"}] of the whole subject, null with a cursor,
 * "records":[{"id","at","as_of","grain":[field..],"values":{field: value},"disputed":null|{field:[{"value","import_id","as_of"}]}}],
 * "next"}. Newest first; with a search by their keys, as many as fit. Values as answer_records.c tells. */
json_t *answer_records(const struct answer_ask *q, const struct records_ask *r, enum answer_error *ret_error);
/* GET /stores/{key}/data and `zhanggui records --json`: {"at","subjects":[{"subject","text","records","disputed","latest_at","as_of","age_s",
 * "stale": of orders, else null,"sources":[{"profile","files","rows","as_of"}]}]}, every subject. */
json_t *answer_data(const struct answer_ask *q, enum answer_error *ret_error);

/* What the best first delay of a reminder depends on beside the shop's own payment times (core/run/payment_delay.h). */
struct delay_ask {                /* negative: as the policy's terms say */
    int64_t margin_bp;            /* gross margin, basis points of an order's value, 0..10000 */
    int64_t cost_minor;           /* of one reminder, the buyer's annoyance included */
    double persuasion, decay_h;   /* share of never-payers that a reminder at once would win, 0..1; hours until it wins 1/e of that, > 0 */
    int64_t days;                 /* orders placed in that many days up to the latest fact */
};
/* GET /stores/{key}/delay and `zhanggui delay --json`: {"orders","paid","never","open","without_time","mean_total":money,"margin":minor units an order,
 * "best":{"delay_s","value_minor","unpaid_share","wasted_share"},"at":[the same at 0 s, 30 min, 1 h, with "loss_share": of the best value],
 * "gain_minor": best beside the policy's delay, per order, "policy_delay_s","policy":[the same at that delay],"curve":[{"delay_s","unpaid_share","wasted_share","value_minor"}],
 * "bands":[{"from","until","orders","wasted_at_best","best_delay_s","gain_minor": beside the policy's delay}],"detail":[as curve, for a picture],
 * "terms": what it was worked out with,"reminded": orders reminded about while unpaid,"reminded_cut": they are seen until their reminder only
 * (payment_times_cut),"adopt": the whole minute that the policy can be given, as best, with "gain_minor" and "gain_month":money, null when
 * there is none,"orders_month","reason":{"rule","en","zh"}}; best is null below DELAY_BAND_MIN_ORDERS orders: too few to say. Values are minor
 * units per order placed. */
json_t *answer_delay(const struct answer_ask *q, const struct delay_ask *d, enum answer_error *ret_error);

/* GET /stores/{key}/lift and `zhanggui lift --json`: {"reminders" in 28 days,"since","until","share_bp","treated":{"orders","recovered","rate","recovered_money"},"held_out":{..},
 * "reminded":{..} of the treated, "difference":{"difference","low","high","fixed_low","fixed_high","p_value"} of the recovered shares (low and high
 * hold at every look, core/run/lift.h),"money_difference": the same in minor units an order,"recovered_by_reminding": orders,"due_after_s": how old orders are when they begin,
 * "begins": "first-delay" after which people remind, "message" where nobody is reached before the message that leaves by itself (then due_after_s is the mean),
 * "persuasion":{"share","low","high","delay_s"}: of the orders that would be lost, so many are won by a reminder at that age,"reason","needed":
 * reminders in 28 days from which orders are held out,"policy_share_bp": then so many,"needed_orders": in each group,"earlier":[the same of the holdouts before, latest first]}.
 * Orders whose time to pay is over, of the latest holdout that has any; difference is null while there are too few. */
json_t *answer_lift(const struct answer_ask *q, enum answer_error *ret_error);

struct queue_ask { int64_t agent_id; /* whose rows; 0: those in nobody's hands, -1: all */ };
/* GET /stores/{key}/queue and `zhanggui queue --json`: {"at", the data's age,"rows":[{"order","wave","due_at","closes_at","placed_at","amount",
 * "buyer","region","title","reason","last_chance","agent","agent_reason","text":{"code","language","body"}|null,"no_text"}] at most 100, last chances
 * first, then the most valuable,"totals":{"due","amount","last_chance","unhanded"},"due_all": of everybody,"team":[{"id","name","kind","user_id","here",
 * "here_from","chats","limit","due"}],"paid": the latest that were paid after a while,"held":[{"orders","never","until","reason"}] by rule,
 * "young":{"orders","first_due_at"}}. Without a team every row is everybody's. */
json_t *answer_queue(const struct answer_ask *q, const struct queue_ask *ask, enum answer_error *ret_error);
/* What is due and in the hands of somebody else than it should be, for team_hand_out; none: nothing is to be given out. In the arena. */
struct team_due;
bool answer_queue_due(const struct answer_ask *q, struct arena *a, struct team_due **ret, int64_t *ret_n);

enum { ANSWER_BOARD_DAYS = 62 };
struct board_ask { int64_t from_day, to_day; /* as struct review_ask; at most ANSWER_BOARD_DAYS */ };
/* GET /stores/{key}/board and `zhanggui board --json`: {"from","to","at", the data's age,"funnel":{"placed","paid_early","young","closed_early":
 * {"orders","amount"},"due":{deed:{end:{"orders","amount"}}},"crossed"},"specialists":[{"name","agent","reminded","open","unreached","skipped",
 * "recovered":{"orders","amount"},"rate_bp","credited":{attribution:{"orders","amount"}}}],"others":[the same and "asked",
 * "converted":{attribution:{"buyers","rate_bp"}}],"talks_as_of": null where no file ever told who talked with whom}. What each figure means:
 * core/review/reminder_board.h. */
json_t *answer_board(const struct answer_ask *q, const struct board_ask *b, enum answer_error *ret_error);

struct review_ask {
    int64_t from_day, to_day;     /* local days of the store since 1970-01-01, half-open; from < to, at most 800 days */
    bool compare;                 /* with the period of the same length before */
};
/* "2020-02-01" -> days since 1970-01-01 */
bool answer_day_parse(struct text s, int64_t *ret_day);
/* GET /stores/{key}/review and `zhanggui review --json` are the same answer. "enough": the period has at least "min_orders" orders. */
json_t *answer_review(const struct answer_ask *q, const struct review_ask *r, enum answer_error *ret_error);

struct team_view { int64_t day /* local, of the week to be shown; INT64_MIN: today */, user_id /* whose own row it is; 0: nobody's */; bool with_accounts; };
/* GET /stores/{key}/team and `zhanggui team --json`: {"at","today","hour","monday" of the week shown,"me","limit","load_high_bp","load_high","talks_as_of",
 * "talks_age_s","due":{"count","in_line","nobodys","by_rule"},"agents":[{"agent","name","kind","account","own_limit","limit","nicks","state":"here"|"off"|
 * "away","back_at","chats","reminders","load","given_today","week":[hours of each weekday, Monday first],"days":[{"day","hours","by":"painted"|"file"|"week"}],
 * "absences":[{"absence","from","until","why"}]}],"rota":[agent of each hour],"listed":[{"name","role","limit","service"}] in a file but not on the team,
 * "accounts"} */
json_t *answer_team(const struct answer_ask *q, const struct team_view *v, enum answer_error *ret_error);

/* GET /policy and `zhanggui policy show --json` */
json_t *answer_policy(const struct policy *p);

/* GET /stores/{key}/feeds and `zhanggui feed list --json`: feeds, tokens and secrets (never themselves), what was refused, the last events. */
struct feed_last;
json_t *answer_feeds(const struct answer_ask *q, const struct feed_last *last, int last_count, enum answer_error *ret_error);

/* For GET /healthz: one feed. {"store","latest_fact_at","age_s","stale"} */
json_t *answer_feed(const struct answer_ask *q, enum answer_error *ret_error);
#endif
