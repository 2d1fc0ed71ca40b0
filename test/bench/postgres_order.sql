-- What the writer does for one order with two lines, as PostgreSQL does it best: one function, one round trip, one transaction.
-- The same rows as ours: order number, order, two events with a line each, of which
-- the first also tells the order, two order lines, buyer's cells, customer and its orders,
-- counters by hour, by product and day with the reserved stock; and the same indexes, because the schema is the same.
-- Numbers come from sequences, which never wait. Rows that clients share are
-- touched in the order of their keys (no deadlocks), and the most wanted ones last, so that they are held for the shortest time.
CREATE SEQUENCE order_ids CACHE 100;
INSERT INTO product (merchant_id, store_id, product_key, product_id, sku_code, title, told_as_of_ms, told_rank, told_key)
  SELECT 1, 1, n, n, 'SKU-' || n, 'tea', 0, 0, '' FROM generate_series(0, 999) n; -- p1 and p2 are never equal

CREATE FUNCTION put_order(buyer TEXT, region_ TEXT, paid BOOLEAN, p1 BIGINT, p2 BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  o BIGINT := nextval('order_ids');
  c BIGINT := abs(hashtextextended(buyer, 0));
  placed BIGINT := 1604937600000 + o * 20; -- one after the other, as on the day itself
  hour_start BIGINT := 1604937600000 + o * 20 / 3600000 * 3600000;
  paid_at BIGINT := CASE WHEN paid THEN 1604937600000 + o * 20 + 900 END;
  day_ BIGINT := 18575;
BEGIN
  INSERT INTO order_key VALUES (1, 1, o::TEXT, o);
  INSERT INTO customer (merchant_id, store_id, buyer_hash, customer_id) VALUES (1, 1, c, c) ON CONFLICT DO NOTHING;
  INSERT INTO customer_order (merchant_id, customer_id, order_id) VALUES (1, c, o);
  INSERT INTO orders (merchant_id, order_id, store_id, order_no, placed_at_ms, paid_at_ms, total_minor, paid_minor, pieces, status, pay_kind, exact,
                      region, country, customer_id, pick_until_ms)
    VALUES (1, o, 1, o::TEXT, placed, paid_at, 7500, CASE WHEN paid THEN 7500 END, 3, CASE WHEN paid THEN 2 ELSE 1 END, 1, 31, region_, 'CN', c,
            CASE WHEN paid THEN 9223372036854775807 END);
  INSERT INTO event (merchant_id, order_id, event_no, event_key, as_of_ms, source_rank, placed_at_ms, paid_at_ms, total_minor, paid_minor, pieces,
                     status, pay_kind, region, country, customer_id, first_as_of_ms, fed_first_ms, fed_as_of_ms)
    VALUES (1, o, 1, decode(md5(o::TEXT || 1), 'hex'), placed + 1000, 30, placed, paid_at, 7500, CASE WHEN paid THEN 7500 END, 3,
            CASE WHEN paid THEN 2 ELSE 1 END, 1, region_, 'CN', c, placed + 1000, placed + 1000, placed + 1000),
           (1, o, 2, decode(md5(o::TEXT || 2), 'hex'), placed + 1000, 30, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL,
            placed + 1000, placed + 1000, placed + 1000);
  INSERT INTO event_line (merchant_id, order_id, event_no, line_key, product_id, sku_code, title, pieces, unit_minor, line_minor)
    VALUES (1, o, 1, 1, p1, 'SKU', 'tea', 1, 2500, 2500), (1, o, 2, 2, p2, 'SKU', 'tea', 2, 2500, 5000);
  INSERT INTO order_line (merchant_id, order_id, line_key, product_id, pieces, unit_minor, line_minor)
    VALUES (1, o, 1, p1, 1, 2500, 2500), (1, o, 2, p2, 2, 2500, 5000);
  INSERT INTO person (merchant_id, order_id, event_no, buyer) VALUES (1, o, 1, buyer);
  INSERT INTO counter_product_day SELECT 1, 1, day_, p, 1, q, CASE WHEN paid THEN q ELSE 0 END, CASE WHEN paid THEN q * 2500 ELSE 0 END, CASE WHEN paid THEN q ELSE 0 END
    FROM (VALUES (LEAST(p1, p2), CASE WHEN p1 <= p2 THEN 1 ELSE 2 END), (GREATEST(p1, p2), CASE WHEN p1 <= p2 THEN 2 ELSE 1 END)) v(p, q) ORDER BY p
    ON CONFLICT (merchant_id, store_id, day, product_id) DO UPDATE SET lines = counter_product_day.lines + 1,
      pieces = counter_product_day.pieces + excluded.pieces, paid_pieces = counter_product_day.paid_pieces + excluded.paid_pieces,
      paid_minor = counter_product_day.paid_minor + excluded.paid_minor, reserved = counter_product_day.reserved + excluded.reserved;
  INSERT INTO counter_hour VALUES (1, 1, hour_start, region_, 1, CASE WHEN paid THEN 1 ELSE 0 END, 0, 0, 3, 7500,
                                   CASE WHEN paid THEN 7500 ELSE 0 END, 0, CASE WHEN paid THEN 7500 ELSE 0 END)
    ON CONFLICT (merchant_id, store_id, hour_start_ms, region) DO UPDATE SET orders = counter_hour.orders + 1,
      paid_orders = counter_hour.paid_orders + excluded.paid_orders, pieces = counter_hour.pieces + 3, total_minor = counter_hour.total_minor + 7500,
      paid_minor = counter_hour.paid_minor + excluded.paid_minor, kept_minor = counter_hour.kept_minor + excluded.kept_minor;
END $$;
