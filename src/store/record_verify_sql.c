/* What verify expects of records, and what it finds; see verify_sql.h. In order: cells from what stands, records from their
 * events, events from assertions. No code is shared with record_store.c. */
#include "store/db.h"
#include "store/verify_sql.h"

#define GREATEST "ORDER BY as_of_ms DESC, source_rank DESC, event_key DESC"
#define OF_CELL "OVER (PARTITION BY record_id, field " GREATEST ")"
#define CELLS_OF(table, number, person) \
    "SELECT c.record_id, c.field, c.event_no, " number " AS number, c.text, " person " AS person, e.as_of_ms, e.source_rank, e.event_key" \
    " FROM n JOIN " table " c ON c.merchant_id = $1 AND c.record_id = n.record_id JOIN record_event e ON e.merchant_id = c.merchant_id" \
    " AND e.record_id = c.record_id AND e.event_no = c.event_no WHERE n.events > 1"
/* Of a record that one event tells nothing has to be weighed. */
#define CELLS_ALONE(table, number, text) \
    "SELECT n.record_id AS record_id, c.field AS field, c.event_no AS event_no, " number " AS number, " text " AS text, 0 AS disputed" \
    " FROM n CROSS JOIN " table " c WHERE n.events = 1 AND c.merchant_id = $1 AND c.record_id = n.record_id"
#define WITHOUT_EVENT(table) \
    "SELECT c.record_id, c.event_no, c.field FROM " table " c WHERE c.merchant_id = $1 AND NOT EXISTS (SELECT 1 FROM record_event e" \
    " WHERE e.merchant_id = c.merchant_id AND e.record_id = c.record_id AND e.event_no = c.event_no)"

const struct check record_checks[] = {
    { "record_cell", false, 2, "iiiixi",
      SQL("WITH n AS (SELECT record_id, COUNT(*) AS events FROM record_event WHERE merchant_id = $1 GROUP BY record_id),"
          " told AS (" CELLS_OF("record_event_cell", "c.number", "0") " UNION ALL " CELLS_OF("record_person_cell", "CAST(NULL AS BIGINT)", "1") "),"
          " ranked AS (SELECT told.*, ROW_NUMBER() " OF_CELL " AS place, FIRST_VALUE(number) " OF_CELL " AS won_number, FIRST_VALUE(text) " OF_CELL
          " AS won_text, FIRST_VALUE(as_of_ms) " OF_CELL " AS won_as_of, FIRST_VALUE(source_rank) " OF_CELL " AS won_rank FROM told) "
          CELLS_ALONE("record_event_cell", "c.number", "c.text") " UNION ALL " CELLS_ALONE("record_person_cell", "CAST(NULL AS BIGINT)", "CAST(NULL AS TEXT)") " UNION ALL"
          " SELECT record_id, field, MAX(CASE WHEN place = 1 THEN event_no END) AS event_no, MAX(CASE WHEN place = 1 THEN number END) AS number,"
          " MAX(CASE WHEN place = 1 AND person = 0 THEN text END) AS text, MAX(CASE WHEN as_of_ms = won_as_of AND source_rank = won_rank"
          " AND (COALESCE(number, 0) <> COALESCE(won_number, 0) OR COALESCE(text, '') <> COALESCE(won_text, '')) THEN 1 ELSE 0 END) AS disputed"
          " FROM ranked GROUP BY record_id, field ORDER BY 1, 2"),
      SQL("SELECT record_id, field, event_no, number, text, disputed FROM record_cell WHERE merchant_id = $1 ORDER BY record_id, field"), NULL },
    { "record", false, 1, "iiii",
      SQL("WITH e AS (SELECT record_id, at_ms, as_of_ms, ROW_NUMBER() OVER (PARTITION BY record_id, CASE WHEN at_ms IS NULL THEN 1 ELSE 0 END " GREATEST
          ") AS place FROM record_event WHERE merchant_id = $1),"
          " n AS (SELECT record_id, MAX(as_of_ms) AS as_of_ms, MAX(CASE WHEN place = 1 THEN at_ms END) AS at_ms FROM e GROUP BY record_id)"
          " SELECT n.record_id, COALESCE(n.at_ms, n.as_of_ms) AS at_ms, n.as_of_ms, (SELECT COALESCE(SUM(c.disputed), 0) FROM record_cell c"
          " WHERE c.merchant_id = $1 AND c.record_id = n.record_id) AS disputed FROM n ORDER BY n.record_id"),
      SQL("SELECT record_id, at_ms, as_of_ms, disputed FROM record WHERE merchant_id = $1 ORDER BY record_id"), NULL },
    { "record_event", false, 2, "iiii",
      SQL("SELECT e.record_id, e.event_no, MAX(a.as_of_ms) AS as_of_ms, MIN(a.first_as_of_ms) AS first_as_of_ms FROM record_assertion a"
          " CROSS JOIN record_event e WHERE a.merchant_id = $1 AND e.merchant_id = $1 AND e.record_id >= a.record_from AND e.record_id <= a.record_to"
          " AND e.event_no = a.event_no GROUP BY e.record_id, e.event_no ORDER BY e.record_id, e.event_no"),
      SQL("SELECT record_id, event_no, as_of_ms, first_as_of_ms FROM record_event WHERE merchant_id = $1 ORDER BY record_id, event_no"), NULL },
    { "record_assertion", false, 3, "iii", NULL,
      SQL("SELECT import_id, event_no, record_from FROM (SELECT import_id, event_no, record_from, record_to, LEAD(record_from) OVER"
          " (PARTITION BY import_id, event_no ORDER BY record_from) AS next_from FROM record_assertion WHERE merchant_id = $1) r"
          " WHERE record_to < record_from OR next_from <= record_to"), "ranges that do not overlap" },
    { "record_assertion", false, 1, "i", NULL,
      SQL("SELECT i.import_id FROM import i WHERE i.merchant_id = $1 AND i.state = 4"
          " AND EXISTS (SELECT 1 FROM record_assertion a WHERE a.merchant_id = i.merchant_id AND a.import_id = i.import_id)"), "nothing of an import that was undone" },
    { "record_event_cell", false, 3, "iii", NULL, SQL(WITHOUT_EVENT("record_event_cell")), "no cell of an event that is gone" },
    { "record_person_cell", false, 3, "iii", NULL, SQL(WITHOUT_EVENT("record_person_cell")), "no cell of an event that is gone" },
};
const int record_check_count = (int)(sizeof record_checks / sizeof record_checks[0]);
