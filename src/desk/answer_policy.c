/* Every default of the rules with its source. */
#include "desk/answer_json.h"

json_t *answer_policy(const struct policy *p)
{
    struct policy_row rows[POLICY_ROWS_MAX];
    int n = policy_rows(p, rows, POLICY_ROWS_MAX);
    json_t *list = json_array(), *o = json_pack("{s:o}", "rows", list);
    if (!o) return NULL;
    for (int i = 0; i < n; i++) {
        json_t *row = json_pack("{s:s, s:I, s:s, s:s, s:o, s:o, s:I, s:I, s:I}", "name", rows[i].name, "value", (json_int_t)rows[i].value, "unit",
                                rows[i].unit, "source", rows[i].source, "source_zh", json_text(source_zh(rows[i].source)), "what", json_words(rows[i].what_en, rows[i].what_zh),
                                "default", (json_int_t)rows[i].by_default, "min", (json_int_t)rows[i].min, "max", (json_int_t)rows[i].max);
        if (json_array_append_new(list, row) != 0) {
            json_decref(o);
            return NULL;
        }
    }
    return o;
}
