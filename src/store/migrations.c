/* The schema. Every key begins with merchant_id. Times are UTC milliseconds; NULL means "no source has told".
 * Types are chosen to mean the same in SQLite and PostgreSQL: BIGINT, TEXT, BYTEA. */
#include "base/text.h"
#include "store/db.h"
#include "store/migrations.h"

#define TABLE(name_, sql_) { name_, SQL(sql_), true }
#define INDEX(name_, sql_) { name_, SQL(sql_), false }
#define COLUMN(name_, sql_) { name_, SQL(sql_), false }
/* Of the feed's range that holds the event, where there is one */
#define FED(column) "(SELECT CASE WHEN a.order_to >= event.order_id THEN a." column " END FROM assertion a WHERE a.merchant_id = event.merchant_id" \
    " AND a.import_id = 0 AND a.event_no = event.event_no AND a.order_from <= event.order_id ORDER BY a.order_from DESC LIMIT 1)"

const struct migration migrations[] = {
    TABLE("0001 merchant",
        "CREATE TABLE merchant (merchant_id BIGINT NOT NULL, name TEXT NOT NULL, created_at_ms BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id))"),
    /* zone, currency, platform are the store's own; home country of its platform where files tell none */
    TABLE("0002 store",
        "CREATE TABLE store (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, store_key TEXT NOT NULL, name TEXT NOT NULL,"
        " platform TEXT NOT NULL, currency TEXT NOT NULL, zone TEXT NOT NULL, country TEXT NOT NULL, demo BIGINT NOT NULL,"
        " created_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id), UNIQUE (merchant_id, store_key))"),
    /* keys of keyed hashes; random, made once */
    TABLE("0003 secret",
        "CREATE TABLE secret (merchant_id BIGINT NOT NULL, name TEXT NOT NULL, value BYTEA NOT NULL, PRIMARY KEY (merchant_id, name))"),
    /* state: 1 running, 2 applied, 3 interrupted, 4 undone */
    TABLE("0004 import",
        "CREATE TABLE import (merchant_id BIGINT NOT NULL, import_id BIGINT NOT NULL, store_id BIGINT NOT NULL, state BIGINT NOT NULL,"
        " user_id BIGINT NOT NULL, started_at_ms BIGINT NOT NULL, ended_at_ms BIGINT, message TEXT, PRIMARY KEY (merchant_id, import_id))"),
    /* zone: of times without an offset, as the import was asked; a resume must read the file the same way */
    TABLE("0005 import_file",
        "CREATE TABLE import_file (merchant_id BIGINT NOT NULL, import_id BIGINT NOT NULL, file_no BIGINT NOT NULL, name TEXT NOT NULL,"
        " path TEXT NOT NULL, profile TEXT NOT NULL, encoding TEXT NOT NULL, zone TEXT NOT NULL, as_of_ms BIGINT NOT NULL, bytes BIGINT NOT NULL,"
        " rows_total BIGINT NOT NULL, rows_done BIGINT NOT NULL, added BIGINT NOT NULL, updated BIGINT NOT NULL,"
        " unchanged BIGINT NOT NULL, quarantined BIGINT NOT NULL, PRIMARY KEY (merchant_id, import_id, file_no))"),
    /* value and raw are personal data: they expire and go with an undo */
    TABLE("0006 quarantine",
        "CREATE TABLE quarantine (merchant_id BIGINT NOT NULL, import_id BIGINT NOT NULL, file_no BIGINT NOT NULL, line BIGINT NOT NULL,"
        " column_no BIGINT NOT NULL, column_name TEXT NOT NULL, code TEXT NOT NULL, value TEXT NOT NULL, what_en TEXT NOT NULL,"
        " what_zh TEXT NOT NULL, remedy_en TEXT NOT NULL, remedy_zh TEXT NOT NULL, raw TEXT NOT NULL,"
        " PRIMARY KEY (merchant_id, import_id, file_no, line))"),
    /* The next free number of a kind: orders, customers, products. Never given out twice, also after an undo. */
    TABLE("0007 sequence",
        "CREATE TABLE sequence (merchant_id BIGINT NOT NULL, name TEXT NOT NULL, next BIGINT NOT NULL, PRIMARY KEY (merchant_id, name))"),
    /* The order number finds the order. */
    TABLE("0008 order_key",
        "CREATE TABLE order_key (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, order_no TEXT NOT NULL, order_id BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, order_no))"),
    /* An order as all standing events together say (core/order/order.h, order_fold). pick_* as there. */
    TABLE("0009 orders",
        "CREATE TABLE orders (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, store_id BIGINT NOT NULL, order_no TEXT NOT NULL,"
        " placed_at_ms BIGINT, paid_at_ms BIGINT, cancelled_at_ms BIGINT, shipped_at_ms BIGINT, delivered_at_ms BIGINT,"
        " refunded_at_ms BIGINT, ship_by_ms BIGINT, total_minor BIGINT, paid_minor BIGINT, refund_minor BIGINT, pieces BIGINT,"
        " status BIGINT NOT NULL, pay_kind BIGINT NOT NULL, exact BIGINT NOT NULL, region TEXT, country TEXT, tracking TEXT,"
        " customer_id BIGINT, pick_until_ms BIGINT, PRIMARY KEY (merchant_id, order_id))"),
    /* lists, the unpaid, a period's customers; most payments come within minutes, and are found here by the order's own time */
    INDEX("0010 orders_placed", "CREATE INDEX orders_placed ON orders (merchant_id, store_id, placed_at_ms, paid_at_ms, customer_id)"),
    /* the other payments (query_store.c, PAID_LATE) */
    INDEX("0011 orders_paid_late", "CREATE INDEX orders_paid_late ON orders (merchant_id, store_id, paid_at_ms)"
        " WHERE (paid_at_ms > COALESCE(placed_at_ms, 0) + 900000 OR paid_at_ms < placed_at_ms)"),
    /* Orders that wait to be picked: the payment gives the pick list its order, the deadline its late ones, without a look at the orders.
     * Those that wait no more stand apart: files tell them in the order of time or at one moment, so they are appended. */
    INDEX("0012 orders_waiting", "CREATE INDEX orders_waiting ON orders (merchant_id, store_id, pick_until_ms, paid_at_ms, ship_by_ms)"
        " WHERE pick_until_ms = 9223372036854775807"),
    INDEX("0012 orders_picked", "CREATE INDEX orders_picked ON orders (merchant_id, store_id, pick_until_ms)"
        " WHERE pick_until_ms < 9223372036854775807"),
    /* One row of a file, or one event of a feed: what it claims about the order as a whole. as_of_ms is kept: the latest of the
     * assertions that stand, and first_as_of_ms: the earliest. An event is here as long as one stands. */
    TABLE("0013 event",
        "CREATE TABLE event (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, event_no BIGINT NOT NULL, event_key BYTEA NOT NULL,"
        " as_of_ms BIGINT NOT NULL, source_rank BIGINT NOT NULL, placed_at_ms BIGINT, paid_at_ms BIGINT,"
        " cancelled_at_ms BIGINT, shipped_at_ms BIGINT, delivered_at_ms BIGINT, refunded_at_ms BIGINT, ship_by_ms BIGINT,"
        " total_minor BIGINT, paid_minor BIGINT, refund_minor BIGINT, pieces BIGINT, status BIGINT NOT NULL, pay_kind BIGINT NOT NULL,"
        " region TEXT, country TEXT, tracking TEXT, customer_id BIGINT, first_as_of_ms BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, order_id, event_no))"),
    /* Which imports say so: import_id asserts event event_no of every order order_from .. order_to that has one, as of as_of_ms
     * and, when files of one import or events of the feed told it before, as early as first_as_of_ms.
     * Rows of one import and event_no never overlap. A file in the order of its order ids takes one row.
     * import_id 0 is the live feed. */
    TABLE("0014 assertion",
        "CREATE TABLE assertion (merchant_id BIGINT NOT NULL, import_id BIGINT NOT NULL, event_no BIGINT NOT NULL,"
        " order_from BIGINT NOT NULL, order_to BIGINT NOT NULL, first_as_of_ms BIGINT NOT NULL, as_of_ms BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, import_id, event_no, order_from))"),
    /* Personal cells, one row an event that has any. */
    TABLE("0015 person",
        "CREATE TABLE person (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, event_no BIGINT NOT NULL, buyer TEXT, name TEXT,"
        " phone TEXT, address TEXT, buyer_note TEXT, seller_note TEXT, email TEXT, PRIMARY KEY (merchant_id, order_id, event_no))"),
    /* buyer_hash: keyed hash of the platform's buyer name or open id (store.h, shop_buyer_hash) */
    TABLE("0016 customer",
        "CREATE TABLE customer (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, buyer_hash BIGINT NOT NULL,"
        " customer_id BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, buyer_hash))"),
    /* The orders that some event gives to a customer. A customer with none is not there. */
    TABLE("0017 customer_order",
        "CREATE TABLE customer_order (merchant_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, customer_id, order_id))"),
    /* product_key: keyed hash of product_no, else sku_code, else title. The words are those of the event with the greatest
     * (as_of, rank, key), named in told_*. uses: lines of events that name it */
    TABLE("0018 product",
        "CREATE TABLE product (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, product_key BIGINT NOT NULL, product_id BIGINT NOT NULL,"
        " product_no TEXT, sku_code TEXT, title TEXT NOT NULL, told_as_of_ms BIGINT NOT NULL, told_rank BIGINT NOT NULL,"
        " told_key BYTEA NOT NULL, uses BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, product_key))"),
    INDEX("0019 product_id", "CREATE UNIQUE INDEX product_by_id ON product (merchant_id, product_id)"),
    /* What an event claims about a line. line_key: keyed hash of sub_no, else (sku_code, title, options), and occurrence */
    TABLE("0020 event_line",
        "CREATE TABLE event_line (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, event_no BIGINT NOT NULL, line_key BIGINT NOT NULL,"
        " product_id BIGINT NOT NULL, product_no TEXT, sku_code TEXT, title TEXT NOT NULL, options TEXT, pieces BIGINT,"
        " unit_minor BIGINT, line_minor BIGINT, refund_minor BIGINT, PRIMARY KEY (merchant_id, order_id, event_no))"),
    INDEX("0021 event_line_product", "CREATE INDEX event_line_product ON event_line (merchant_id, product_id)"),
    /* A line as all standing events together say: each figure is that of the greatest (as_of, rank, key) that tells it. */
    TABLE("0022 order_line",
        "CREATE TABLE order_line (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, line_key BIGINT NOT NULL, product_id BIGINT NOT NULL,"
        " options TEXT, pieces BIGINT, unit_minor BIGINT, line_minor BIGINT, refund_minor BIGINT,"
        " PRIMARY KEY (merchant_id, order_id, line_key))"),
    /* Counters, kept by contribution(after) - contribution(before); a row whose figures are all 0 is deleted. */
    TABLE("0023 counter_hour",
        "CREATE TABLE counter_hour (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, hour_start_ms BIGINT NOT NULL, region TEXT NOT NULL,"
        " orders BIGINT NOT NULL, paid_orders BIGINT NOT NULL, refunded_orders BIGINT NOT NULL, cancelled_orders BIGINT NOT NULL,"
        " pieces BIGINT NOT NULL, total_minor BIGINT NOT NULL, paid_minor BIGINT NOT NULL, refund_minor BIGINT NOT NULL,"
        " kept_minor BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, hour_start_ms, region))"),
    TABLE("0024 counter_product_day",
        "CREATE TABLE counter_product_day (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, day BIGINT NOT NULL, product_id BIGINT NOT NULL,"
        " lines BIGINT NOT NULL, pieces BIGINT NOT NULL, paid_pieces BIGINT NOT NULL, paid_minor BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, day, product_id))"),
    /* Pieces of a product that are promised to buyers: paid (or on delivery), not shipped, refunded or cancelled. */
    TABLE("0025 stock_reserved",
        "CREATE TABLE stock_reserved (merchant_id BIGINT NOT NULL, product_id BIGINT NOT NULL, pieces BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, product_id))"),
    /* What people did about a reminder. outcome: 1 done, 2 skipped, 3 not reached */
    TABLE("0026 reminder_mark",
        "CREATE TABLE reminder_mark (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, wave BIGINT NOT NULL, outcome BIGINT NOT NULL,"
        " reason TEXT NOT NULL, user_id BIGINT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, order_id, wave))"),
    TABLE("0027 campaign",
        "CREATE TABLE campaign (merchant_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name_en TEXT NOT NULL,"
        " name_zh TEXT NOT NULL, build_up_from_ms BIGINT NOT NULL, warm_up_from_ms BIGINT NOT NULL, event_from_ms BIGINT NOT NULL,"
        " event_until_ms BIGINT NOT NULL, review_until_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, campaign_id))"),
    TABLE("0028 traffic_hour",
        "CREATE TABLE traffic_hour (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, hour_start_ms BIGINT NOT NULL,"
        " visitors BIGINT NOT NULL, views BIGINT NOT NULL, favourites BIGINT NOT NULL, carts BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, hour_start_ms))"),
    /* role: 1 owner, 2 operator, 3 service, 4 warehouse */
    TABLE("0029 account",
        "CREATE TABLE account (merchant_id BIGINT NOT NULL, user_id BIGINT NOT NULL, name TEXT NOT NULL, role BIGINT NOT NULL,"
        " password_hash TEXT NOT NULL, disabled BIGINT NOT NULL, created_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, user_id),"
        " UNIQUE (merchant_id, name))"),
    /* Only the hash of the session's id is kept. */
    TABLE("0030 session",
        "CREATE TABLE session (merchant_id BIGINT NOT NULL, session_hash BYTEA NOT NULL, user_id BIGINT NOT NULL, csrf_token TEXT NOT NULL,"
        " created_at_ms BIGINT NOT NULL, seen_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, session_hash))"),
    TABLE("0031 user_profile",
        "CREATE TABLE user_profile (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, name))"),
    /* Append-only, hash-chained: hash = H(previous hash, seq, at, user, verb, subject, digest). subject holds no personal data;
     * digest is a salted hash of what was done; the salt lives in the row it is about or nowhere. */
    TABLE("0032 audit",
        "CREATE TABLE audit (merchant_id BIGINT NOT NULL, seq BIGINT NOT NULL, at_ms BIGINT NOT NULL, user_id BIGINT NOT NULL,"
        " verb TEXT NOT NULL, subject TEXT NOT NULL, digest BYTEA NOT NULL, hash BYTEA NOT NULL, PRIMARY KEY (merchant_id, seq))"),
    /* Files uploaded in the page, kept until imported or expired */
    TABLE("0033 upload",
        "CREATE TABLE upload (merchant_id BIGINT NOT NULL, upload_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name TEXT NOT NULL,"
        " path TEXT NOT NULL, bytes BIGINT NOT NULL, user_id BIGINT NOT NULL, created_at_ms BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, upload_id))"),
    INDEX("0034 orders_unpaid", "CREATE INDEX orders_unpaid ON orders (merchant_id, store_id, placed_at_ms) WHERE paid_at_ms IS NULL"),
    /* The age of a feed is that of its latest fact. Facts that end the wait to be picked are found by orders_picked; the others here. */
    INDEX("0035 orders_shipped", "CREATE INDEX orders_shipped ON orders (merchant_id, store_id, shipped_at_ms)"
        " WHERE shipped_at_ms > COALESCE(pick_until_ms, 0)"),
    INDEX("0036 orders_delivered", "CREATE INDEX orders_delivered ON orders (merchant_id, store_id, delivered_at_ms)"
        " WHERE delivered_at_ms <> COALESCE(shipped_at_ms, 0)"),
    INDEX("0037 orders_cancelled", "CREATE INDEX orders_cancelled ON orders (merchant_id, store_id, cancelled_at_ms)"
        " WHERE cancelled_at_ms > COALESCE(pick_until_ms, 0)"),
    INDEX("0038 orders_refunded", "CREATE INDEX orders_refunded ON orders (merchant_id, store_id, refunded_at_ms)"
        " WHERE refunded_at_ms <> COALESCE(paid_at_ms, 0)"),
    INDEX("0039 reminder_mark_at", "CREATE INDEX reminder_mark_at ON reminder_mark (merchant_id, at_ms)"),
    INDEX("0040 orders_on_delivery", "CREATE INDEX orders_on_delivery ON orders (merchant_id, store_id, pick_until_ms, placed_at_ms)"
        " WHERE pay_kind = 2"),
    /* title: what was bought, of sources that list no lines. balance: of an order in stages, what is still to be paid */
    COLUMN("0041 event.title", "ALTER TABLE event ADD COLUMN title TEXT"),
    COLUMN("0042 event.balance", "ALTER TABLE event ADD COLUMN balance_minor BIGINT"),
    COLUMN("0043 orders.balance", "ALTER TABLE orders ADD COLUMN balance_minor BIGINT"),
    /* extra: postage, tax and discounts of a line beside its amount. sums: 1 total, 2 refund, 4 pieces: the order's own figure is
     * what its lines add up to, where nobody tells it (core/order/order.h, line_sum) */
    COLUMN("0044 event_line.extra", "ALTER TABLE event_line ADD COLUMN extra_minor BIGINT"),
    COLUMN("0045 event_line.sums", "ALTER TABLE event_line ADD COLUMN sums BIGINT NOT NULL DEFAULT 0"),
    COLUMN("0046 order_line.extra", "ALTER TABLE order_line ADD COLUMN extra_minor BIGINT"),
    /* What an event claims about one of several payments (kind 1) or refunds (2) of its order */
    TABLE("0047 event_payment",
        "CREATE TABLE event_payment (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, event_no BIGINT NOT NULL, kind BIGINT NOT NULL,"
        " payment_no TEXT NOT NULL, minor BIGINT NOT NULL, PRIMARY KEY (merchant_id, order_id, event_no))"),
    /* Which table of the file: its name inside an archive, its sheet, and which of the file's parts it was (1 ..) */
    COLUMN("0048 import_file.part_no", "ALTER TABLE import_file ADD COLUMN part_no BIGINT NOT NULL DEFAULT 1"),
    COLUMN("0049 import_file.member", "ALTER TABLE import_file ADD COLUMN member TEXT NOT NULL DEFAULT ''"),
    COLUMN("0050 import_file.sheet", "ALTER TABLE import_file ADD COLUMN sheet TEXT NOT NULL DEFAULT ''"),
    /* What tells the desk by itself: source as in core/feed/feed.h. is_on 0: given up, its figures stay. folder: of a watched folder */
    TABLE("0051 feed",
        "CREATE TABLE feed (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, source BIGINT NOT NULL, made_at_ms BIGINT NOT NULL,"
        " limit_s BIGINT NOT NULL, last_at_ms BIGINT, last_as_of_ms BIGINT, accepted BIGINT NOT NULL, duplicates BIGINT NOT NULL,"
        " refused BIGINT NOT NULL, refused_at_ms BIGINT, is_on BIGINT NOT NULL, folder TEXT, PRIMARY KEY (merchant_id, store_id, source))"),
    /* Events that were taken: a keyed hash of each id, by generations that expire (feed_store.h). */
    TABLE("0052 feed_event",
        "CREATE TABLE feed_event (merchant_id BIGINT NOT NULL, generation BIGINT NOT NULL, store_id BIGINT NOT NULL, source BIGINT NOT NULL,"
        " id_hash BYTEA NOT NULL, PRIMARY KEY (merchant_id, generation, store_id, source, id_hash))"),
    TABLE("0053 feed_refusal",
        "CREATE TABLE feed_refusal (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, refusal_no BIGINT NOT NULL, source BIGINT NOT NULL,"
        " at_ms BIGINT NOT NULL, code TEXT NOT NULL, what_en TEXT NOT NULL, what_zh TEXT NOT NULL, subject TEXT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, refusal_no))"),
    /* Only the hash of a token is kept. */
    TABLE("0054 feed_token",
        "CREATE TABLE feed_token (merchant_id BIGINT NOT NULL, token_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name TEXT NOT NULL,"
        " token_hash BYTEA NOT NULL, made_at_ms BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (merchant_id, token_id))"),
    /* sealed: encrypted with the key beside the database (desk/keys.h) */
    TABLE("0055 feed_secret",
        "CREATE TABLE feed_secret (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, source BIGINT NOT NULL, secret_no BIGINT NOT NULL,"
        " sealed BYTEA NOT NULL, made_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, source, secret_no))"),
    /* Whom and what a person asked to forget, by keyed hash (erase_store.h). kind: 1 buyer, 2 order number, 3 phone, 4 e-mail */
    TABLE("0056 erased",
        "CREATE TABLE erased (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, kind BIGINT NOT NULL, hash BIGINT NOT NULL,"
        " erased_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, kind, hash))"),
    /* A record of any subject but orders, by core/record/record.h: subject, the key and the grain as there; at_ms, as_of_ms and disputed
     * as record_fold says */
    TABLE("0057 record",
        "CREATE TABLE record (merchant_id BIGINT NOT NULL, record_id BIGINT NOT NULL, store_id BIGINT NOT NULL, subject BIGINT NOT NULL,"
        " record_key TEXT NOT NULL, grain BIGINT NOT NULL, at_ms BIGINT NOT NULL, as_of_ms BIGINT NOT NULL, disputed BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, record_id))"),
    INDEX("0058 record_by_key", "CREATE UNIQUE INDEX record_by_key ON record (merchant_id, store_id, subject, record_key)"),
    INDEX("0059 record_by_time", "CREATE INDEX record_by_time ON record (merchant_id, store_id, subject, at_ms, record_id, grain)"),
    INDEX("0060 record_disputed", "CREATE INDEX record_disputed ON record (merchant_id, store_id, subject, at_ms, record_id) WHERE disputed > 0"),
    /* One row of a file: what it claims stands in its cells. as_of_ms and first_as_of_ms as of an event. */
    TABLE("0061 record_event",
        "CREATE TABLE record_event (merchant_id BIGINT NOT NULL, record_id BIGINT NOT NULL, event_no BIGINT NOT NULL, event_key BYTEA NOT NULL,"
        " first_as_of_ms BIGINT NOT NULL, as_of_ms BIGINT NOT NULL, source_rank BIGINT NOT NULL, at_ms BIGINT, PRIMARY KEY (merchant_id, record_id, event_no))"),
    /* field: its number in the subject; a value is a number or a text, by the field's kind */
    TABLE("0062 record_event_cell",
        "CREATE TABLE record_event_cell (merchant_id BIGINT NOT NULL, record_id BIGINT NOT NULL, event_no BIGINT NOT NULL, field BIGINT NOT NULL,"
        " number BIGINT, text TEXT, PRIMARY KEY (merchant_id, record_id, event_no, field))"),
    /* Personal cells apart */
    TABLE("0063 record_person_cell",
        "CREATE TABLE record_person_cell (merchant_id BIGINT NOT NULL, record_id BIGINT NOT NULL, event_no BIGINT NOT NULL, field BIGINT NOT NULL,"
        " text TEXT NOT NULL, PRIMARY KEY (merchant_id, record_id, event_no, field))"),
    /* As table assertion, of records */
    TABLE("0064 record_assertion",
        "CREATE TABLE record_assertion (merchant_id BIGINT NOT NULL, import_id BIGINT NOT NULL, event_no BIGINT NOT NULL, record_from BIGINT NOT NULL,"
        " record_to BIGINT NOT NULL, first_as_of_ms BIGINT NOT NULL, as_of_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, import_id, event_no, record_from))"),
    /* What all standing events together say, and which of them (event_no); of a personal cell only that. disputed: another one as late
     * and of the same rank says something else */
    TABLE("0065 record_cell",
        "CREATE TABLE record_cell (merchant_id BIGINT NOT NULL, record_id BIGINT NOT NULL, field BIGINT NOT NULL, event_no BIGINT NOT NULL,"
        " number BIGINT, text TEXT, disputed BIGINT NOT NULL, PRIMARY KEY (merchant_id, record_id, field))"),
    /* What the owner made of a term of the contact policy; a term that is not here has its default */
    TABLE("0066 policy_term",
        "CREATE TABLE policy_term (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, name))"),
    /* core/record/record.h: what the file's rows tell */
    COLUMN("0067 import_file.subject", "ALTER TABLE import_file ADD COLUMN subject BIGINT NOT NULL DEFAULT 0"),
    /* traffic of an hour is a record like any other */
    COLUMN("0068 no traffic_hour", "DROP TABLE traffic_hour"),
    /* From when to when a share of orders is not reminded about (core/run/lift.h); no end: it runs */
    TABLE("0069 holdout",
        "CREATE TABLE holdout (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, holdout_no BIGINT NOT NULL, share_bp BIGINT NOT NULL,"
        " started_at_ms BIGINT NOT NULL, ended_at_ms BIGINT, PRIMARY KEY (merchant_id, store_id, holdout_no))"),
    /* The header of the table: its delimiter, then the header as a line with that delimiter. A row that was set aside is mended by it */
    COLUMN("0070 import_file.header", "ALTER TABLE import_file ADD COLUMN header TEXT NOT NULL DEFAULT ''"),
    /* The import in which the row went in after all: while that one stands, the row is out of the quarantine */
    COLUMN("0071 quarantine.mended_by", "ALTER TABLE quarantine ADD COLUMN mended_by BIGINT"),
    /* Staff for service (agent_store.h), of the merchant: they serve all its shops. kind: 1 service, 2 reminder specialist; chats_max 0: as
     * the policy says; left_work: 1 works here no more */
    TABLE("0072 agent",
        "CREATE TABLE agent (merchant_id BIGINT NOT NULL, agent_id BIGINT NOT NULL, name TEXT NOT NULL, kind BIGINT NOT NULL, chats_max BIGINT NOT NULL,"
        " user_id BIGINT, left_work BIGINT NOT NULL, made_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, agent_id))"),
    /* What chat tools and files call them */
    TABLE("0073 agent_nick",
        "CREATE TABLE agent_nick (merchant_id BIGINT NOT NULL, nick TEXT NOT NULL, agent_id BIGINT NOT NULL, PRIMARY KEY (merchant_id, nick))"),
    /* Hours of an ordinary week (weekday 0: Monday) and of single days, local to the shop; bit h: works from h:00 to h+1:00 */
    TABLE("0074 agent_week",
        "CREATE TABLE agent_week (merchant_id BIGINT NOT NULL, agent_id BIGINT NOT NULL, weekday BIGINT NOT NULL, hours BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, agent_id, weekday))"),
    TABLE("0075 agent_day",
        "CREATE TABLE agent_day (merchant_id BIGINT NOT NULL, agent_id BIGINT NOT NULL, day BIGINT NOT NULL, hours BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, agent_id, day))"),
    /* no until_ms: nobody knows; why: 1 leave, 2 break, 3 training, 4 other */
    TABLE("0076 agent_absence",
        "CREATE TABLE agent_absence (merchant_id BIGINT NOT NULL, absence_id BIGINT NOT NULL, agent_id BIGINT NOT NULL, from_ms BIGINT NOT NULL,"
        " until_ms BIGINT, why BIGINT NOT NULL, PRIMARY KEY (merchant_id, absence_id))"),
    /* Whose the orders of a local hour are that nobody asked about */
    TABLE("0077 agent_rota",
        "CREATE TABLE agent_rota (merchant_id BIGINT NOT NULL, hour BIGINT NOT NULL, agent_id BIGINT NOT NULL, PRIMARY KEY (merchant_id, hour))"),
    /* In whose hands an order's reminder is since when */
    TABLE("0078 reminder_hand",
        "CREATE TABLE reminder_hand (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, wave BIGINT NOT NULL, agent_id BIGINT NOT NULL,"
        " at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, order_id, wave))"),
    INDEX("0079 reminder_hand_by_time", "CREATE INDEX reminder_hand_by_time ON reminder_hand (merchant_id, at_ms, order_id)"),
    /* When a first reminder was due and how long an order could be paid while a holdout ran; those from before went by the defaults */
    COLUMN("0080 holdout.due", "ALTER TABLE holdout ADD COLUMN due_after_s BIGINT NOT NULL DEFAULT 1800"),
    COLUMN("0081 holdout.window", "ALTER TABLE holdout ADD COLUMN window_s BIGINT NOT NULL DEFAULT 86400"),
    /* Whom not to contact (suppression_store.h): hash of a buyer's name (kind 1), phone (3) or e-mail (4), keyed as those of table erased.
     * stop: 1 opted out, 2 complained, 3 a dispute is open. how: 1 a person told, 2 unsubscribed, 3 answered an SMS, 4 the platform told */
    TABLE("0082 suppression",
        "CREATE TABLE suppression (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, kind BIGINT NOT NULL, hash BIGINT NOT NULL,"
        " stop BIGINT NOT NULL, how BIGINT NOT NULL, user_id BIGINT NOT NULL, at_ms BIGINT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, kind, hash, stop))"),
    /* The ledger of messages that go out by themselves; state and its life as in core/contact/outbox.h. due_at_ms: of one that waits. channel: by
     * which way, 0 while that is not decided; rule: what decided last; tries: times it was leased; text_key: which text was sent; code: the other
     * side's answer, never with a person in it; report: 1 the gateway says it arrived, 2 it did not; user_id: who resolved it. */
    TABLE("0083 outbox",
        "CREATE TABLE outbox (merchant_id BIGINT NOT NULL, order_id BIGINT NOT NULL, wave BIGINT NOT NULL, store_id BIGINT NOT NULL, state BIGINT NOT NULL,"
        " due_at_ms BIGINT, at_ms BIGINT NOT NULL, channel BIGINT NOT NULL, rule TEXT NOT NULL, tries BIGINT NOT NULL, leased_at_ms BIGINT,"
        " sent_at_ms BIGINT, text_key TEXT, code TEXT, report BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (merchant_id, order_id, wave))"),
    INDEX("0084 outbox_due", "CREATE INDEX outbox_due ON outbox (merchant_id, store_id, channel, due_at_ms) WHERE due_at_ms IS NOT NULL"),
    INDEX("0085 outbox_by_state", "CREATE INDEX outbox_by_state ON outbox (merchant_id, store_id, state, at_ms) WHERE due_at_ms IS NULL"),
    /* What the live feed itself says of an event, as first_as_of_ms and as_of_ms of a row of table assertion would; NULL: it does not tell it.
     * Its events are its own, one by one, so they need no ranges; table assertion holds those of imports. */
    COLUMN("0086 event.fed_first", "ALTER TABLE event ADD COLUMN fed_first_ms BIGINT"),
    COLUMN("0087 event.fed_as_of", "ALTER TABLE event ADD COLUMN fed_as_of_ms BIGINT"),
    COLUMN("0088 fed from assertions", "UPDATE event SET fed_first_ms = " FED("first_as_of_ms") ", fed_as_of_ms = " FED("as_of_ms")),
    COLUMN("0089 assertions of imports", "DELETE FROM assertion WHERE import_id = 0"),
    /* Pieces of a product that are promised to buyers, by the day of their orders: paid (or on delivery), not shipped, refunded or cancelled.
     * Their sum over all days is the reserved stock; what was reserved before this column is on day 0. */
    COLUMN("0090 counter_product_day.reserved", "ALTER TABLE counter_product_day ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0"),
    COLUMN("0091 reserved from stock_reserved", "INSERT INTO counter_product_day (merchant_id, store_id, day, product_id, lines, pieces, paid_pieces,"
        " paid_minor, reserved) SELECT r.merchant_id, p.store_id, 0, r.product_id, 0, 0, 0, 0, r.pieces FROM stock_reserved r JOIN product p"
        " ON p.merchant_id = r.merchant_id AND p.product_id = r.product_id"),
    COLUMN("0092 no stock_reserved", "DROP TABLE stock_reserved"),
    /* customers that refuse everything (core/record, customers.opted_out is field 16), among many that do not */
    INDEX("0093 record_refused", "CREATE INDEX record_refused ON record_cell (merchant_id, record_id)"
        " WHERE field = 16 AND text NOT IN ('否', '无', '0', 'no', 'No', 'NO', 'false', 'False', 'N')"),
    /* Lines that name a product are found by event_line_product. told_key is empty while all of them use the same words: then told_* name none
     * (known_store.c). Rows from before keep theirs. */
    COLUMN("0094 no product.uses", "ALTER TABLE product DROP COLUMN uses"),
    /* Ways out for messages (channel_store.h). kind as enum channel_kind, carries as enum channel, sealed: settings, with the desk's key file; how the
     * last send ended: fate as enum channel_fate, 0: none yet. */
    TABLE("0095 channel",
        "CREATE TABLE channel (merchant_id BIGINT NOT NULL, channel_id BIGINT NOT NULL, store_id BIGINT NOT NULL, kind BIGINT NOT NULL, carries BIGINT NOT NULL,"
        " label TEXT NOT NULL, sealed BYTEA NOT NULL, made_at_ms BIGINT NOT NULL, user_id BIGINT NOT NULL, last_at_ms BIGINT, last_fate BIGINT NOT NULL,"
        " last_code TEXT NOT NULL, last_sent_at_ms BIGINT, PRIMARY KEY (merchant_id, channel_id))"),
    /* A shop's own texts, and what it tells about itself once (core/contact/texts.h) */
    TABLE("0096 own_text",
        "CREATE TABLE own_text (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, code TEXT NOT NULL, occasion BIGINT NOT NULL, topic BIGINT NOT NULL,"
        " language BIGINT NOT NULL, class BIGINT NOT NULL, windows BIGINT NOT NULL, channels BIGINT NOT NULL, claims BIGINT NOT NULL, title TEXT NOT NULL,"
        " subject TEXT NOT NULL, body TEXT NOT NULL, is_off BIGINT NOT NULL, changed_at_ms BIGINT NOT NULL, PRIMARY KEY (merchant_id, store_id, code))"),
    TABLE("0097 shop_word",
        "CREATE TABLE shop_word (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
        " PRIMARY KEY (merchant_id, store_id, name))"),
    /* Which text the reminder was, and of which wording: code@hash; NULL: nobody told */
    COLUMN("0098 reminder_mark.text_key", "ALTER TABLE reminder_mark ADD COLUMN text_key TEXT"),
    /* orders_placed in the order of the list, time and then order, so that a page of it begins where the last one ended also within one instant */
    INDEX("0099 no orders_placed by payment", "DROP INDEX orders_placed"),
    INDEX("0100 orders_placed by order", "CREATE INDEX orders_placed ON orders (merchant_id, store_id, placed_at_ms, order_id, paid_at_ms, customer_id)"),
    /* Events that were accepted and are not taken in yet (inbox_store.h); claims as claim_pack.h packs them. set_aside: 1 could not be taken in */
    TABLE("0101 feed_inbox",
        "CREATE TABLE feed_inbox (merchant_id BIGINT NOT NULL, store_id BIGINT NOT NULL, inbox_no BIGINT NOT NULL, source BIGINT NOT NULL,"
        " set_aside BIGINT NOT NULL, claims BYTEA NOT NULL, PRIMARY KEY (merchant_id, store_id, inbox_no))"),
};
const int migration_count = (int)(sizeof migrations / sizeof migrations[0]);
