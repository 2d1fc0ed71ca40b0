/* The generic profile of a subject, made of the table of its fields: one place tells a field's names for files, pages and exports.
 * Headers are preferred in this order: the field's word, English and Chinese name, then its aliases. */
#include <jansson.h>
#include <stdlib.h>
#include "intake/profile.h"

static void add_name(json_t *columns, struct text name, const char *word)
{
    if (name.len == 0) return;
    char key[128];
    text_copy(key, sizeof key, name);
    if (!json_object_get(columns, key)) json_object_set_new(columns, key, json_string(word));
}

static json_t *columns_of(const struct record_subject *s)
{
    json_t *columns = json_object();
    for (int f = 0; f < s->field_count; f++) {
        const struct record_field *field = &s->fields[f];
        add_name(columns, text_from_cstr(field->zh), field->word);
        add_name(columns, text_from_cstr(field->en), field->word);
        add_name(columns, text_from_cstr(field->word), field->word);
    }
    for (int f = 0; f < s->field_count; f++) { /* another field's own name goes before an alias */
        struct text rest = text_from_cstr(s->fields[f].aliases);
        while (rest.len > 0) add_name(columns, text_cut(rest, '|', &rest), s->fields[f].word);
    }
    return columns;
}

struct text profile_generic(struct arena *a, enum subject subject)
{
    const struct record_subject *s = record_subject(subject);
    json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:b,s:o,s:[s,s,s,s,s],s:{s:s,s:s,s:s,s:s}}", "name", s->word, "en", s->en, "zh", s->zh, "subject", s->word, "guarded", 1,
        "columns", columns_of(s), "summary", "全店汇总值", "全店平均值", "店铺汇总值", "店铺平均值", "合计",
        "peers", "我的", "mine", "同行同层均值", "average", "同行同层平均", "average", "同行同层优秀", "excellent");
    if (j && subject != SUBJECT_TRAFFIC && subject != SUBJECT_PEERS) json_object_del(j, "peers"); /* only their figures are told in the peers' words */
    char *json = j ? json_dumps(j, JSON_COMPACT) : NULL;
    const struct text ret = json ? arena_text(a, text_from_cstr(json)) : TEXT_NONE;
    free(json);
    json_decref(j);
    return ret;
}
