/* JSON -> struct profile, and the words in it. See profile.h. The generic profiles are made in profile_generic.c. */
#include "intake/profile.h"
#include <jansson.h>
#include <stdio.h>
#include <strings.h>

/* ---- folding ---- */

struct text header_fold(struct arena *a, struct text header)
{
    static const struct { const char *from; size_t len; char to; } wide[] = {
        { "（", 3, '(' }, { "）", 3, ')' }, { "：", 3, ':' }, { "\xC2\xA0", 2, ' ' }, { "\xE3\x80\x80", 3, ' ' }, { "\n", 1, ' ' }, { "\r", 1, ' ' }, { "\t", 1, ' ' },
    };
    header = text_trim(header);
    char *out = arena_take(a, header.len + 1, 1);
    if (!out) return TEXT_NONE;
    size_t n = 0;
    for (size_t i = 0; i < header.len;) {
        struct text rest = { header.ptr + i, header.len - i };
        char c = rest.ptr[0];
        size_t step = 1;
        for (size_t w = 0; w < sizeof wide / sizeof wide[0]; w++) {
            if (c != wide[w].from[0] || !text_starts_with(rest, (struct text){ wide[w].from, wide[w].len })) continue;
            c = wide[w].to;
            step = wide[w].len;
            break;
        }
        i += step;
        if (c == ' ' && (n == 0 || out[n - 1] == ' ')) continue;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    /* a break before a bracket is layout: 产品信息\n（双击..） */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i] != ' ' || (i + 1 < n && out[i + 1] != '(')) out[kept++] = out[i];
    return (struct text){ out, kept };
}

struct text word_fold(struct text word, char *out, size_t cap)
{
    size_t n = 0;
    word = text_trim(word);
    for (size_t i = 0; i < word.len && n < cap; i++) {
        char c = word.ptr[i];
        if (c == ' ' || c == '\t') continue;
        if (word.len - i >= 3 && memcmp(word.ptr + i, "，", 3) == 0) {
            c = ',';
            i += 2;
        }
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return (struct text){ out, n };
}

/* The slot of a folded header: its own, or the empty one where it would stand. The index is at most a quarter full. */
static uint16_t *index_slot(const struct profile *p, struct text folded)
{
    uint32_t h = 2166136261; /* FNV-1a */
    for (size_t i = 0; i < folded.len; i++) h = (h ^ (unsigned char)folded.ptr[i]) * 16777619;
    for (uint32_t at = h;; at++) {
        uint16_t *slot = &p->index[at % PROFILE_INDEX];
        if (*slot == 0 || text_eq(p->columns[*slot - 1].folded, folded)) return slot;
    }
}

const struct profile_column *profile_column_find(const struct profile *p, struct text folded_header)
{
    uint16_t slot = *index_slot(p, folded_header);
    return slot > 0 ? &p->columns[slot - 1] : NULL;
}

bool status_find(const struct status_words *w, struct text word, enum order_status *ret)
{
    char folded[256];
    struct text f = word_fold(word, folded, sizeof folded);
    for (int i = 0; i < w->count; i++) {
        if (!text_eq(w->words[i].folded, f)) continue;
        *ret = w->words[i].status;
        return true;
    }
    return false;
}

bool word_list_holds(const struct word_list *w, struct text folded)
{
    for (int i = 0; i < w->count; i++)
        if (text_eq(w->words[i], folded)) return true;
    return false;
}

bool word_list_has(const struct word_list *w, struct text word)
{
    char folded[256];
    return word_list_holds(w, word_fold(word, folded, sizeof folded));
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* A short ASCII word (COD) stands by itself in a sentence, not within another (code). */
static bool stands_in(struct text word, struct text sentence)
{
    for (size_t i = 0; i + word.len <= sentence.len; i++) {
        if (strncasecmp(sentence.ptr + i, word.ptr, word.len) != 0) continue;
        bool from = i == 0 || !is_letter(sentence.ptr[i - 1]), to = i + word.len == sentence.len || !is_letter(sentence.ptr[i + word.len]);
        if (from && to) return true;
    }
    return false;
}

bool word_list_within(const struct word_list *w, struct text sentence)
{
    if (w->count == 0 || sentence.len == 0) return false;
    char folded[4096];
    struct text f = word_fold(sentence, folded, sizeof folded);
    for (int i = 0; i < w->count; i++) {
        struct text word = w->words[i];
        if (word.len <= 4 && is_letter(word.ptr[0]) ? stands_in(word, sentence) : text_contains(f, word)) return true;
    }
    return false;
}

/* ---- fields ---- */

struct intake_field profile_field(const struct profile *p, int field)
{
    if (p->subject == SUBJECT_ORDERS) return *field_about((enum field)field);
    const struct record_field *f = record_field(p->subject, field);
    return (struct intake_field){ f->word, f->en, f->zh, record_kind_word(f->kind), (f->flags & FIELD_IS_MUST) != 0 };
}

bool profile_lacks_marks(const struct profile *p, const bool has[PROFILE_FIELDS_MAX])
{
    if (p->subject == SUBJECT_ORDERS) return false;
    /* a profile that names the columns it must have needs no mark beside them */
    bool key = false, mark = record_field_flagged(p->subject, FIELD_IS_MARK) == 0 || (!p->generic && p->required_count >= 2);
    for (int f = 1; f <= record_subject(p->subject)->field_count; f++) {
        const int flags = record_field(p->subject, f)->flags;
        key = key || (has[f] && (flags & FIELD_IS_KEY));
        mark = mark || (has[f] && (flags & FIELD_IS_MARK));
    }
    return !key || !mark;
}

/* ---- JSON ---- */

struct parse { struct arena *a; struct profile *p; char *error; size_t error_size; };

static bool bad(struct parse *ps, const char *what, const char *which)
{
    snprintf(ps->error, ps->error_size, "%s: %.80s", what, which);
    text_mend_cut(ps->error);
    return false;
}

static struct text json_text(json_t *j) { return (struct text){ json_string_value(j), json_string_length(j) }; }

static bool parse_text(struct parse *ps, const char *key, json_t *j, size_t max, struct text *ret)
{
    if (!json_is_string(j) || json_string_length(j) > max) return bad(ps, "a short text is expected", key);
    *ret = arena_text(ps->a, json_text(j));
    return true;
}

static bool parse_currency(struct parse *ps, const char *key, json_t *j, struct currency *ret)
{
    return (json_is_string(j) && currency_parse(json_text(j), ret)) || bad(ps, "the code of a currency is expected, as CNY", key);
}

/* "visitors@pc": the part's place + 1, taken off the word; 0 without. */
static bool parse_part(struct parse *ps, struct text *word, int *ret)
{
    struct profile *p = ps->p;
    struct text name;
    *ret = 0;
    const struct text field = text_cut(*word, '@', &name);
    if (name.len == 0) return true;
    if (p->subject == SUBJECT_ORDERS || record_field_flagged(p->subject, FIELD_IS_PART) == 0) return bad(ps, "rows of this subject have no parts", "@");
    for (int i = 0; i < p->part_count && *ret == 0; i++)
        if (text_eq(p->parts[i], name)) *ret = i + 1;
    if (*ret == 0 && p->part_count == RECORD_PARTS_MAX) return bad(ps, "a row has too many parts", "@");
    if (*ret == 0) {
        p->parts[p->part_count] = arena_text(ps->a, name);
        *ret = ++p->part_count;
    }
    *word = field;
    return true;
}

static int find_field(const struct profile *p, struct text word)
{
    return p->subject == SUBJECT_ORDERS ? (int)field_find(word) : record_field_find(p->subject, word);
}

static bool parse_column(struct parse *ps, const char *header, json_t *j, struct profile_column *ret)
{
    *ret = (struct profile_column){ .folded = header_fold(ps->a, text_from_cstr(header)) };
    if (ret->folded.len == 0) return bad(ps, "a column without a name", header);
    bool many = json_is_array(j);
    size_t n = many ? json_array_size(j) : 1;
    if (n > PROFILE_FIELDS_PER_COLUMN) return bad(ps, "a column tells too many fields", header);
    for (size_t i = 0; i < n; i++) {
        json_t *word = many ? json_array_get(j, i) : j;
        if (!json_is_string(word)) return bad(ps, "a column must name a field", header);
        if (json_string_length(word) == 0) continue; /* known, not used */
        struct text name = json_text(word);
        int part;
        if (!parse_part(ps, &name, &part)) return false;
        int f = find_field(ps->p, name);
        if (f == 0) return bad(ps, "there is no such field", json_string_value(word));
        ret->parts[ret->field_count] = part;
        ret->fields[ret->field_count++] = f;
    }
    return true;
}

static bool parse_columns(struct parse *ps, json_t *j)
{
    size_t n = json_is_object(j) ? json_object_size(j) : 0;
    if (n == 0 || n > PROFILE_COLUMNS_MAX) return bad(ps, "columns must map 1 to 512 headers", "columns");
    struct profile_column *columns = ARENA_ARRAY(ps->a, struct profile_column, n);
    ps->p->index = ARENA_ARRAY(ps->a, uint16_t, PROFILE_INDEX);
    if (!columns || !ps->p->index) return true; /* the arena's failure is looked at once, at the end */
    int count = 0;
    const char *header;
    json_t *value;
    json_object_foreach(j, header, value)
    {
        if (!parse_column(ps, header, value, &columns[count])) return false;
        count++;
    }
    ps->p->columns = columns;
    ps->p->column_count = count;
    for (int i = 0; i < count; i++) {
        uint16_t *slot = index_slot(ps->p, columns[i].folded);
        if (*slot == 0) *slot = (uint16_t)(i + 1); /* two headers that fold alike: the first */
    }
    return true;
}

static bool parse_required(struct parse *ps, json_t *j)
{
    for (size_t i = 0; i < json_array_size(j); i++) {
        json_t *word = json_array_get(j, i);
        int f = json_is_string(word) ? find_field(ps->p, json_text(word)) : 0;
        if (f == 0) return bad(ps, "there is no such field", "required");
        ps->p->required[f] = true;
    }
    return json_is_array(j) || bad(ps, "a list is expected", "required");
}

static bool parse_status(struct parse *ps, const char *key, json_t *j, struct status_words *ret)
{
    static const struct { const char *word; enum order_status status; } meanings[] = {
        { "none", STATUS_NONE }, { "unpaid", STATUS_UNPAID }, { "paid", STATUS_PAID }, { "shipped", STATUS_SHIPPED },
        { "delivered", STATUS_DELIVERED }, { "closed", STATUS_CLOSED }, { "deposit_paid", STATUS_DEPOSIT_PAID },
    };
    size_t n = json_object_size(j);
    if (!json_is_object(j) || n > PROFILE_WORDS_MAX) return bad(ps, "a table of words is expected", key);
    struct status_word *words = ARENA_ARRAY(ps->a, struct status_word, n + 1);
    if (!words) return true;
    const char *word;
    json_t *value;
    int count = 0;
    json_object_foreach(j, word, value)
    {
        size_t m = 0;
        while (m < sizeof meanings / sizeof meanings[0] && !(json_is_string(value) && text_is(json_text(value), meanings[m].word))) m++;
        if (m == sizeof meanings / sizeof meanings[0]) return bad(ps, "a status word must mean unpaid, paid, shipped, delivered, closed, deposit_paid or none", word);
        char folded[256];
        words[count++] = (struct status_word){ arena_text(ps->a, word_fold(text_from_cstr(word), folded, sizeof folded)), meanings[m].status };
    }
    *ret = (struct status_words){ words, count };
    return true;
}

static bool parse_words(struct parse *ps, const char *key, json_t *j, struct word_list *ret)
{
    size_t n = json_array_size(j);
    if (!json_is_array(j) || n > PROFILE_WORDS_MAX) return bad(ps, "a list of words is expected", key);
    struct text *words = ARENA_ARRAY(ps->a, struct text, n + 1);
    if (!words) return true;
    for (size_t i = 0; i < n; i++) {
        json_t *word = json_array_get(j, i);
        char folded[256];
        if (!json_is_string(word) || json_string_length(word) == 0) return bad(ps, "a list of words is expected", key);
        words[i] = arena_text(ps->a, word_fold(json_text(word), folded, sizeof folded));
    }
    *ret = (struct word_list){ words, (int)n };
    return true;
}

static bool parse_peers(struct parse *ps, const char *key, json_t *j, struct peer_words *ret)
{
    static const char *const bands[] = { "mine", "average", "excellent" };
    const size_t n = json_object_size(j);
    if (!json_is_object(j) || n > PROFILE_WORDS_MAX) return bad(ps, "a table of words is expected", key);
    struct peer_word *words = ARENA_ARRAY(ps->a, struct peer_word, n + 1);
    if (!words) return true;
    const char *word;
    json_t *value;
    int count = 0;
    json_object_foreach(j, word, value)
    {
        size_t b = 0;
        while (b < sizeof bands / sizeof bands[0] && !(json_is_string(value) && text_is(json_text(value), bands[b]))) b++;
        if (b == sizeof bands / sizeof bands[0]) return bad(ps, "peers must be mine, average or excellent", word);
        char folded[256];
        words[count++] = (struct peer_word){ arena_text(ps->a, word_fold(text_from_cstr(word), folded, sizeof folded)), text_from_cstr(bands[b]) };
    }
    *ret = (struct peer_words){ words, count };
    return true;
}

static bool parse_subject(struct parse *ps, json_t *j)
{
    if (!j) return true;
    if (!json_is_string(j) || !subject_find(json_text(j), &ps->p->subject)) return bad(ps, "there is no such subject", json_is_string(j) ? json_string_value(j) : "");
    return true;
}

static bool parse_choice(struct parse *ps, const char *key, json_t *j, const char *no, const char *yes, bool *ret)
{
    struct text t = json_text(j);
    if (!json_is_string(j) || !(text_is(t, yes) || text_is(t, no))) return bad(ps, "one of two words is expected", key);
    *ret = text_is(t, yes);
    return true;
}

static bool parse_key(struct parse *ps, const char *key, json_t *j)
{
    struct profile *p = ps->p;
    struct text k = text_from_cstr(key);
    bool choice = false;
    if (text_is(k, "name")) return parse_text(ps, key, j, PROFILE_NAME_BYTES, &p->name);
    if (text_is(k, "en")) return parse_text(ps, key, j, 200, &p->en);
    if (text_is(k, "zh")) return parse_text(ps, key, j, 200, &p->zh);
    if (text_is(k, "platform")) return parse_text(ps, key, j, 32, &p->platform);
    if (text_is(k, "zone")) return json_is_null(j) || parse_text(ps, key, j, 47, &p->zone);
    if (text_is(k, "currency")) return parse_currency(ps, key, j, &p->currency);
    if (text_is(k, "subject")) return true; /* read first: columns depend on it */
    if (text_is(k, "summary")) return parse_words(ps, key, j, &p->summary);
    if (text_is(k, "peers")) return parse_peers(ps, key, j, &p->peers);
    if (text_is(k, "columns")) return parse_columns(ps, j);
    if (text_is(k, "required")) return parse_required(ps, j);
    if (text_is(k, "status")) return parse_status(ps, key, j, &p->status);
    if (text_is(k, "ship_status")) return parse_status(ps, key, j, &p->ship_status);
    if (text_is(k, "no_refund")) return parse_words(ps, key, j, &p->no_refund);
    if (text_is(k, "open_reasons")) return parse_words(ps, key, j, &p->open_reasons);
    if (text_is(k, "deposit_words")) return parse_words(ps, key, j, &p->deposit_words);
    if (text_is(k, "balance_words")) return parse_words(ps, key, j, &p->balance_words);
    if (text_is(k, "on_delivery")) return parse_words(ps, key, j, &p->on_delivery);
    if (text_is(k, "paid")) return parse_choice(ps, key, j, "gross", "net-of-refund", &p->paid_is_net);
    if (text_is(k, "region")) {
        if (!parse_choice(ps, key, j, "as-is", "province", &choice)) return false;
        p->region = choice ? REGION_PROVINCE : REGION_AS_IS;
        return true;
    }
    if (text_is(k, "guarded")) {
        p->guarded = json_is_true(j);
        return json_is_boolean(j) || bad(ps, "true or false is expected", key);
    }
    if (text_is(k, "closed_paid_is_refunded")) {
        p->closed_paid_is_refunded = json_is_true(j);
        return json_is_boolean(j) || bad(ps, "true or false is expected", key);
    }
    const char *what = "";
    switch (order_rule_parse(ps->a, key, j, &p->rules, &what)) {
    case RULE_READ: return true;
    case RULE_BAD: return bad(ps, what, key);
    case RULE_UNKNOWN: break;
    }
    return bad(ps, "a profile has no such part", key);
}

static bool check(struct parse *ps)
{
    struct profile *p = ps->p;
    if (p->name.len == 0) return bad(ps, "a profile needs a name", "name");
    for (size_t i = 0; i < p->name.len; i++)
        if ((unsigned char)p->name.ptr[i] < 0x20) return bad(ps, "the name holds a control character", "name");
    bool mapped[PROFILE_FIELDS_MAX] = { false };
    for (int i = 0; i < p->column_count; i++)
        for (int f = 0; f < p->columns[i].field_count; f++) mapped[p->columns[i].fields[f]] = true;
    if (p->subject == SUBJECT_ORDERS) p->required[FIELD_ORDER_NO] = true;
    for (int f = 1; p->subject != SUBJECT_ORDERS && f <= record_subject(p->subject)->field_count; f++)
        if (record_field(p->subject, f)->flags & FIELD_IS_MUST) p->required[f] = true;
    for (int f = 1; f < PROFILE_FIELDS_MAX; f++) {
        if (!p->required[f]) continue;
        if (!mapped[f]) return bad(ps, "no column is mapped to", profile_field(p, f).word);
        p->required_count++;
    }
    if (profile_lacks_marks(p, mapped)) return bad(ps, "no column tells what a record is known by, or what it says", subject_word(p->subject));
    if (p->en.len == 0) p->en = p->name;
    if (p->zh.len == 0) p->zh = p->name;
    return true;
}

bool profile_parse(struct arena *a, struct text json, struct profile *ret, char *ret_error, size_t error_size)
{
    struct profile p = { .region = REGION_AS_IS };
    struct parse ps = { a, &p, ret_error, error_size };
    json_error_t error;
    bool ok = false;
    if (json.len > LIMIT_JSON_BYTES) return bad(&ps, "the profile is too large", "more than 1 MiB");
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &error);
    if (!root || !json_is_object(root)) {
        bad(&ps, "this is no JSON object", root ? "" : error.text);
        goto out;
    }
    const char *key;
    json_t *value;
    if (!parse_subject(&ps, json_object_get(root, "subject"))) goto out;
    json_object_foreach(root, key, value)
    {
        if (!parse_key(&ps, key, value)) goto out;
    }
    p.json = arena_text(a, json);
    if (!check(&ps)) goto out;
    if (a->failed) {
        bad(&ps, "memory ran out", "profile");
        goto out;
    }
    *ret = p;
    ok = true;
out:
    json_decref(root);
    return ok;
}
