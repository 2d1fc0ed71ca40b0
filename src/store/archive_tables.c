/* The tables of an archive; see archive_store.h. Each with what its columns hold, how the rows of one shop are found, and how one is
 * put back: $1 merchant, then, where the table has it, $2 store, then the columns in their order.
 *
 * Columns: i a number, t a text, b bytes; numbers that are given out anew in another desk: I import, O order, C customer, P product, R record,
 * K campaign, U user; 0 and n are not taken over from another desk but put back as 0 and as NULL.
 *
 * A table or column of the schema that is neither here nor among those left out fails test/store/archive_test.c. */
#include "store/archive_store.h"

#pragma GCC diagnostic ignored "-Woverlength-strings" /* one query is one string */

const struct archive_table archive_tables[] = {
    { "import", "IiUiit", true,
      SQL("SELECT x.import_id, x.state, x.user_id, x.started_at_ms, x.ended_at_ms, x.message"
          " FROM import x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO import (merchant_id, store_id, import_id, state, user_id, started_at_ms, ended_at_ms, message)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") },
    { "import_file", "Iitttttiiiiiiiiittit", false,
      SQL("SELECT x.import_id, x.file_no, x.name, x.path, x.profile, x.encoding, x.zone, x.as_of_ms, x.bytes, x.rows_total, x.rows_done, x.added, x.updated, "
          "x.unchanged, x.quarantined, x.part_no, x.member, x.sheet, x.subject, x.header"
          " FROM import i JOIN import_file x ON x.merchant_id = i.merchant_id AND x.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
      SQL("INSERT INTO import_file (merchant_id, import_id, file_no, name, path, profile, encoding, zone, as_of_ms, bytes, rows_total, rows_done, added, "
          "updated, unchanged, quarantined, part_no, member, sheet, subject, header)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)") },
    { "quarantine", "IiiittttttttI", false,
      SQL("SELECT x.import_id, x.file_no, x.line, x.column_no, x.column_name, x.code, x.value, x.what_en, x.what_zh, x.remedy_en, x.remedy_zh, x.raw, x.mended_by"
          " FROM import i JOIN quarantine x ON x.merchant_id = i.merchant_id AND x.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
      SQL("INSERT INTO quarantine (merchant_id, import_id, file_no, line, column_no, column_name, code, value, what_en, what_zh, remedy_en, remedy_zh, raw, mended_by)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)") },
    { "order_key", "tO", true,
      SQL("SELECT x.order_no, x.order_id"
          " FROM order_key x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO order_key (merchant_id, store_id, order_no, order_id)"
          " VALUES ($1, $2, $3, $4)") },
    { "orders", "OtiiiiiiiiiiiiiitttCii", true,
      SQL("SELECT x.order_id, x.order_no, x.placed_at_ms, x.paid_at_ms, x.cancelled_at_ms, x.shipped_at_ms, x.delivered_at_ms, x.refunded_at_ms, x.ship_by_ms, "
          "x.total_minor, x.paid_minor, x.refund_minor, x.pieces, x.status, x.pay_kind, x.exact, x.region, x.country, x.tracking, x.customer_id, "
          "x.pick_until_ms, x.balance_minor"
          " FROM orders x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO orders (merchant_id, store_id, order_id, order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, "
          "refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact, region, country, tracking, customer_id, "
          "pick_until_ms, balance_minor)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)") },
    { "event", "OibiiiiiiiiiiiiiiitttCitiii", false,
      SQL("SELECT x.order_id, x.event_no, x.event_key, x.as_of_ms, x.source_rank, x.placed_at_ms, x.paid_at_ms, x.cancelled_at_ms, x.shipped_at_ms, "
          "x.delivered_at_ms, x.refunded_at_ms, x.ship_by_ms, x.total_minor, x.paid_minor, x.refund_minor, x.pieces, x.status, x.pay_kind, x.region, x.country, "
          "x.tracking, x.customer_id, x.first_as_of_ms, x.title, x.balance_minor, x.fed_first_ms, x.fed_as_of_ms"
          " FROM orders o JOIN event x ON x.merchant_id = o.merchant_id AND x.order_id = o.order_id WHERE o.merchant_id = $1 AND o.store_id = $2"),
      SQL("INSERT INTO event (merchant_id, order_id, event_no, event_key, as_of_ms, source_rank, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, "
          "delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, region, country, tracking, customer_id, "
          "first_as_of_ms, title, balance_minor, fed_first_ms, fed_as_of_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)") },
    { "assertion", "IiOOii", false,
      SQL("SELECT x.import_id, x.event_no, x.order_from, x.order_to, x.first_as_of_ms, x.as_of_ms"
          " FROM import i JOIN assertion x ON x.merchant_id = i.merchant_id AND x.import_id = i.import_id WHERE i.merchant_id = $1 AND i.store_id = $2"),
      SQL("INSERT INTO assertion (merchant_id, import_id, event_no, order_from, order_to, first_as_of_ms, as_of_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7)") },
    { "person", "Oittttttt", false,
      SQL("SELECT x.order_id, x.event_no, x.buyer, x.name, x.phone, x.address, x.buyer_note, x.seller_note, x.email"
          " FROM orders o JOIN person x ON x.merchant_id = o.merchant_id AND x.order_id = o.order_id WHERE o.merchant_id = $1 AND o.store_id = $2"),
      SQL("INSERT INTO person (merchant_id, order_id, event_no, buyer, name, phone, address, buyer_note, seller_note, email)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)") },
    { "customer", "iC", true,
      SQL("SELECT x.buyer_hash, x.customer_id"
          " FROM customer x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO customer (merchant_id, store_id, buyer_hash, customer_id)"
          " VALUES ($1, $2, $3, $4)") },
    { "customer_order", "CO", false,
      SQL("SELECT x.customer_id, x.order_id"
          " FROM customer c JOIN customer_order x ON x.merchant_id = c.merchant_id AND x.customer_id = c.customer_id WHERE c.merchant_id = $1 AND"
          " c.store_id = $2"),
      SQL("INSERT INTO customer_order (merchant_id, customer_id, order_id)"
          " VALUES ($1, $2, $3)") },
    { "product", "iPtttiib", true,
      SQL("SELECT x.product_key, x.product_id, x.product_no, x.sku_code, x.title, x.told_as_of_ms, x.told_rank, x.told_key"
          " FROM product x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO product (merchant_id, store_id, product_key, product_id, product_no, sku_code, title, told_as_of_ms, told_rank, told_key)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)") },
    { "event_line", "OiiPttttiiiiii", false,
      SQL("SELECT x.order_id, x.event_no, x.line_key, x.product_id, x.product_no, x.sku_code, x.title, x.options, x.pieces, x.unit_minor, x.line_minor, "
          "x.refund_minor, x.extra_minor, x.sums"
          " FROM orders o JOIN event_line x ON x.merchant_id = o.merchant_id AND x.order_id = o.order_id WHERE o.merchant_id = $1 AND o.store_id = $2"),
      SQL("INSERT INTO event_line (merchant_id, order_id, event_no, line_key, product_id, product_no, sku_code, title, options, pieces, unit_minor, line_minor, "
          "refund_minor, extra_minor, sums)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)") },
    { "event_payment", "Oiiti", false,
      SQL("SELECT x.order_id, x.event_no, x.kind, x.payment_no, x.minor"
          " FROM orders o JOIN event_payment x ON x.merchant_id = o.merchant_id AND x.order_id = o.order_id WHERE o.merchant_id = $1 AND o.store_id = $2"),
      SQL("INSERT INTO event_payment (merchant_id, order_id, event_no, kind, payment_no, minor)"
          " VALUES ($1, $2, $3, $4, $5, $6)") },
    { "order_line", "OiPtiiiii", false,
      SQL("SELECT x.order_id, x.line_key, x.product_id, x.options, x.pieces, x.unit_minor, x.line_minor, x.refund_minor, x.extra_minor"
          " FROM orders o JOIN order_line x ON x.merchant_id = o.merchant_id AND x.order_id = o.order_id WHERE o.merchant_id = $1 AND o.store_id = $2"),
      SQL("INSERT INTO order_line (merchant_id, order_id, line_key, product_id, options, pieces, unit_minor, line_minor, refund_minor, extra_minor)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)") },
    { "counter_hour", "itiiiiiiiii", true,
      SQL("SELECT x.hour_start_ms, x.region, x.orders, x.paid_orders, x.refunded_orders, x.cancelled_orders, x.pieces, x.total_minor, x.paid_minor, "
          "x.refund_minor, x.kept_minor"
          " FROM counter_hour x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO counter_hour (merchant_id, store_id, hour_start_ms, region, orders, paid_orders, refunded_orders, cancelled_orders, pieces, total_minor, "
          "paid_minor, refund_minor, kept_minor)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)") },
    { "counter_product_day", "iPiiiii", true,
      SQL("SELECT x.day, x.product_id, x.lines, x.pieces, x.paid_pieces, x.paid_minor, x.reserved"
          " FROM counter_product_day x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO counter_product_day (merchant_id, store_id, day, product_id, lines, pieces, paid_pieces, paid_minor, reserved)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)") },
    { "reminder_mark", "OiitUit", false,
      SQL("SELECT x.order_id, x.wave, x.outcome, x.reason, x.user_id, x.at_ms, x.text_key"
          " FROM reminder_mark x WHERE x.merchant_id = $1 AND x.order_id IN (SELECT k.order_id FROM order_key k WHERE k.merchant_id = $1 AND k.store_id"
          " = $2)"),
      SQL("INSERT INTO reminder_mark (merchant_id, order_id, wave, outcome, reason, user_id, at_ms, text_key)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") },
    { "outbox", "OiiiiitiiittiU", true,
      SQL("SELECT x.order_id, x.wave, x.state, x.due_at_ms, x.at_ms, x.channel, x.rule, x.tries, x.leased_at_ms, x.sent_at_ms, x.text_key, x.code, x.report, x.user_id"
          " FROM outbox x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO outbox (merchant_id, store_id, order_id, wave, state, due_at_ms, at_ms, channel, rule, tries, leased_at_ms, sent_at_ms, text_key, code, report, user_id)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)") },
    { "campaign", "Kttiiiii", true,
      SQL("SELECT x.campaign_id, x.name_en, x.name_zh, x.build_up_from_ms, x.warm_up_from_ms, x.event_from_ms, x.event_until_ms, x.review_until_ms"
          " FROM campaign x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO campaign (merchant_id, store_id, campaign_id, name_en, name_zh, build_up_from_ms, warm_up_from_ms, event_from_ms, event_until_ms, "
          "review_until_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)") },
    { "user_profile", "tt", true,
      SQL("SELECT x.name, x.json"
          " FROM user_profile x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO user_profile (merchant_id, store_id, name, json)"
          " VALUES ($1, $2, $3, $4)") },
    { "policy_term", "ti", true,
      SQL("SELECT x.name, x.value"
          " FROM policy_term x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO policy_term (merchant_id, store_id, name, value)"
          " VALUES ($1, $2, $3, $4)") },
    { "own_text", "tiiiiiiitttii", true,
      SQL("SELECT x.code, x.occasion, x.topic, x.language, x.class, x.windows, x.channels, x.claims, x.title, x.subject, x.body, x.is_off, x.changed_at_ms"
          " FROM own_text x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO own_text (merchant_id, store_id, code, occasion, topic, language, class, windows, channels, claims, title, subject, body, is_off, changed_at_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)") },
    { "shop_word", "tt", true,
      SQL("SELECT x.name, x.value"
          " FROM shop_word x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO shop_word (merchant_id, store_id, name, value)"
          " VALUES ($1, $2, $3, $4)") },
    { "holdout", "iiiiii", true,
      SQL("SELECT x.holdout_no, x.share_bp, x.started_at_ms, x.ended_at_ms, x.due_after_s, x.window_s"
          " FROM holdout x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO holdout (merchant_id, store_id, holdout_no, share_bp, started_at_ms, ended_at_ms, due_after_s, window_s)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") },
    { "erased", "iii", true,
      SQL("SELECT x.kind, x.hash, x.erased_at_ms"
          " FROM erased x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO erased (merchant_id, store_id, kind, hash, erased_at_ms)"
          " VALUES ($1, $2, $3, $4, $5)"
          " ON CONFLICT (merchant_id, store_id, kind, hash) DO NOTHING") },
    { "suppression", "iiiiUi", true,
      SQL("SELECT x.kind, x.hash, x.stop, x.how, x.user_id, x.at_ms"
          " FROM suppression x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO suppression (merchant_id, store_id, kind, hash, stop, how, user_id, at_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
          " ON CONFLICT (merchant_id, store_id, kind, hash, stop) DO NOTHING") },
    { "feed", "iiiiiiiii0n", true,
      SQL("SELECT x.source, x.made_at_ms, x.limit_s, x.last_at_ms, x.last_as_of_ms, x.accepted, x.duplicates, x.refused, x.refused_at_ms, x.is_on, x.folder"
          " FROM feed x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO feed (merchant_id, store_id, source, made_at_ms, limit_s, last_at_ms, last_as_of_ms, accepted, duplicates, refused, refused_at_ms, is_on, "
          "folder)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)") },
    { "feed_event", "iib", true,
      SQL("SELECT x.generation, x.source, x.id_hash"
          " FROM feed_event x WHERE x.merchant_id = $1 AND x.store_id = $2"
          /* ids only spare work; with those of events that are not taken in their orders would be missing */
          " AND NOT EXISTS (SELECT 1 FROM feed_inbox i WHERE i.merchant_id = $1 AND i.store_id = $2)"),
      SQL("INSERT INTO feed_event (merchant_id, store_id, generation, source, id_hash)"
          " VALUES ($1, $2, $3, $4, $5)") },
    { "feed_refusal", "iiitttt", true,
      SQL("SELECT x.refusal_no, x.source, x.at_ms, x.code, x.what_en, x.what_zh, x.subject"
          " FROM feed_refusal x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO feed_refusal (merchant_id, store_id, refusal_no, source, at_ms, code, what_en, what_zh, subject)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)") },
    { "record", "Ritiiii", true,
      SQL("SELECT x.record_id, x.subject, x.record_key, x.grain, x.at_ms, x.as_of_ms, x.disputed"
          " FROM record x WHERE x.merchant_id = $1 AND x.store_id = $2"),
      SQL("INSERT INTO record (merchant_id, store_id, record_id, subject, record_key, grain, at_ms, as_of_ms, disputed)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)") },
    { "record_event", "Ribiiii", false,
      SQL("SELECT x.record_id, x.event_no, x.event_key, x.first_as_of_ms, x.as_of_ms, x.source_rank, x.at_ms"
          " FROM record r JOIN record_event x ON x.merchant_id = r.merchant_id AND x.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2"),
      SQL("INSERT INTO record_event (merchant_id, record_id, event_no, event_key, first_as_of_ms, as_of_ms, source_rank, at_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") },
    { "record_event_cell", "Riiit", false,
      SQL("SELECT x.record_id, x.event_no, x.field, x.number, x.text"
          " FROM record r JOIN record_event_cell x ON x.merchant_id = r.merchant_id AND x.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2"),
      SQL("INSERT INTO record_event_cell (merchant_id, record_id, event_no, field, number, text)"
          " VALUES ($1, $2, $3, $4, $5, $6)") },
    { "record_person_cell", "Riit", false,
      SQL("SELECT x.record_id, x.event_no, x.field, x.text"
          " FROM record r JOIN record_person_cell x ON x.merchant_id = r.merchant_id AND x.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2"),
      SQL("INSERT INTO record_person_cell (merchant_id, record_id, event_no, field, text)"
          " VALUES ($1, $2, $3, $4, $5)") },
    { "record_assertion", "IiRRii", false,
      SQL("SELECT x.import_id, x.event_no, x.record_from, x.record_to, x.first_as_of_ms, x.as_of_ms"
          " FROM record_assertion x WHERE x.merchant_id = $1 AND (EXISTS (SELECT 1 FROM import i WHERE i.merchant_id = x.merchant_id AND i.import_id ="
          " x.import_id AND i.store_id = $2) OR (x.import_id = 0 AND EXISTS (SELECT 1 FROM record r WHERE r.merchant_id = x.merchant_id AND r.record_id ="
          " x.record_from AND r.store_id = $2)))"),
      SQL("INSERT INTO record_assertion (merchant_id, import_id, event_no, record_from, record_to, first_as_of_ms, as_of_ms)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7)") },
    { "record_cell", "Riiiti", false,
      SQL("SELECT x.record_id, x.field, x.event_no, x.number, x.text, x.disputed"
          " FROM record r JOIN record_cell x ON x.merchant_id = r.merchant_id AND x.record_id = r.record_id WHERE r.merchant_id = $1 AND r.store_id = $2"),
      SQL("INSERT INTO record_cell (merchant_id, record_id, field, event_no, number, text, disputed)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7)") },
};
const int archive_table_count = (int)(sizeof archive_tables / sizeof archive_tables[0]);

const struct archive_left_out archive_left_out[] = {
    { "schema_migration", "the archive's manifest tells the schema" },
    { "merchant", "its name stands in the manifest" },
    { "store", "its row stands in the manifest" },
    { "secret", "the key of the keyed hashes stands in the manifest; the others are the desk's own" },
    { "sequence", "numbers are given out anew; where the shop stood stands in the manifest" },
    { "account", "people of a desk sign in at that desk" },
    { "session", "people of a desk sign in at that desk" },
    { "audit", "the chain of deeds is the desk's; the reading of an archive is a deed of the new one" },
    { "upload", "files that wait to be imported stay where they are" },
    { "feed_token", "who may tell a desk something is told by that desk" },
    { "feed_secret", "sealed with the key of another desk" },
    { "feed_inbox", "not taken in yet; sent again, another desk takes them, as their ids are left out too" },
    { "channel", "sealed with the key of another desk" },
    { "agent", "the team is the merchant's, serves all its shops and signs in at a desk, as accounts do" },
    { "agent_nick", "of the team" },
    { "agent_week", "of the team" },
    { "agent_day", "of the team" },
    { "agent_absence", "of the team" },
    { "agent_rota", "of the team" },
    { "reminder_hand", "in the hands of that team" },
};
const int archive_left_out_count = (int)(sizeof archive_left_out / sizeof archive_left_out[0]);
