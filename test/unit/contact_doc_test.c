/* The tables of docs/internals/contact.md are those of the program: the rules of contact, those of the plan, the hours that a country shuts.
 *
 * Each source, those of the terms too, has its Chinese.
 *
 * usage: contact_doc_test docs/internals/contact.md    compares, row by row and in their order; a document without any one of them must fail
 *        contact_doc_test                              prints the tables */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/run/reminder_plan.h"

enum { ROWS_MAX = 64, ROW_BYTES = 512, DOC_BYTES = 64 * 1024 };

static const char *decision_word(enum contact_verdict v)
{
    return v == CONTACT_SEND ? "send" : v == CONTACT_HOLD ? "hold" : "never";
}

/* A source that nobody put into Chinese; NULL: there is none. */
static const char *not_in_chinese(void)
{
    struct policy_row terms[POLICY_ROWS_MAX];
    const struct policy p = policy_defaults();
    const int n = policy_rows(&p, terms, POLICY_ROWS_MAX);
    for (int i = 0; i < n; i++)
        if (source_zh(terms[i].source).len == 0) return terms[i].source;
    for (int i = 1; i < PLAN_RULE_COUNT; i++)
        if (source_zh(plan_rule_row((enum plan_rule)i)->source).len == 0) return plan_rule_row((enum plan_rule)i)->source;
    for (int i = 0; i < CONTACT_RULE_COUNT; i++)
        if (source_zh(contact_rule_at(i)->source).len == 0) return contact_rule_at(i)->source;
    return source_zh("Hearsay, 2026-11").len == 0 ? NULL : "a source that is none";
}

static int rows_of_the_code(char rows[ROWS_MAX][ROW_BYTES])
{
    int n = 0, hours;
    const struct country_hours *h = country_hours(&hours);
    for (int i = 1; i < PLAN_RULE_COUNT; i++) {
        const struct plan_rule_row *r = plan_rule_row((enum plan_rule)i);
        snprintf(rows[n++], ROW_BYTES, "| `%s` | %s | %.*s | %s |", r->word, decision_word(r->verdict), (int)r->what_en.len, r->what_en.ptr, r->source);
    }
    for (int i = 0; i < CONTACT_RULE_COUNT; i++) {
        const struct contact_rule_row *r = contact_rule_at(i);
        snprintf(rows[n++], ROW_BYTES, "| `%s` | %s | %.*s | %s |", r->word, decision_word(r->verdict), (int)r->what_en.len, r->what_en.ptr, r->source);
    }
    for (int i = 0; i < hours; i++)
        snprintf(rows[n++], ROW_BYTES, "| %s | %s | %s | %02d:%02d to %02d:%02d | %s |", h[i].country, h[i].from_class == MESSAGE_COMMERCIAL ? "commercial" : "all",
                 channel_word(h[i].channel), h[i].from_min / 60, h[i].from_min % 60, h[i].until_min / 60, h[i].until_min % 60, h[i].source);
    return n;
}

/* The first row that does not follow the one before it in the document, but for the row `left_out`; -1: all do. */
static int missing(const char *doc, char rows[ROWS_MAX][ROW_BYTES], int n, int left_out)
{
    const char *at = doc;
    for (int i = 0; i < n; i++) {
        const char *found = i == left_out ? NULL : strstr(at, rows[i]);
        if (!found) return i;
        at = found + strlen(rows[i]);
    }
    return -1;
}

int main(int argc, char **argv)
{
    static char rows[ROWS_MAX][ROW_BYTES], doc[DOC_BYTES];
    const int n = rows_of_the_code(rows);
    if (argc < 2) {
        for (int i = 0; i < n; i++) puts(rows[i]);
        return 0;
    }
    FILE *in = fopen(argv[1], "r");
    const size_t len = in ? fread(doc, 1, sizeof doc - 1, in) : 0;
    if (in) fclose(in);
    doc[len] = '\0';
    if (not_in_chinese()) {
        fprintf(stderr, "contact_doc_test: this source has no Chinese in source_words.c: %s\n", not_in_chinese());
        return 1;
    }
    const int first = missing(doc, rows, n, -1);
    if (first >= 0) {
        fprintf(stderr, "%s has not, or not here: %s\n", argv[1], rows[first]);
        return 1;
    }
    int in_doc = 0;
    static const char *const decisions[] = { "` | send | ", "` | hold | ", "` | never | " };
    for (int i = 0; i < 3; i++)
        for (const char *at = doc; (at = strstr(at, decisions[i])); at++) in_doc++;
    for (int i = 0; i < n; i++)
        if (missing(doc, rows, n, i) != i) return 1; /* the comparison itself */
    const int rules = PLAN_RULE_COUNT - 1 + CONTACT_RULE_COUNT;
    if (in_doc != rules) fprintf(stderr, "%s has %d rules, the program %d\n", argv[1], in_doc, rules);
    return in_doc == rules ? 0 : 1;
}
