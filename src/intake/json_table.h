/* A JSON document of orders as a table; see json_table.c. */
#ifndef ZG_INTAKE_JSON_TABLE_H
#define ZG_INTAKE_JSON_TABLE_H
#include "intake/table.h"
/* As table_open. */
bool json_table_open(struct arena *own, const struct intake_source *source, const struct intake_part *part, struct table *ret, struct refusal_facts *ret_why);
#endif
