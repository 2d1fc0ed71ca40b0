/* Claims -> record; see record.h. A first import folds one claim for most of its rows: that copies straight through. */
#include <assert.h>
#include "core/record/record.h"

int record_claim_compare(const struct record_claim *a, const struct record_claim *b)
{
    if (a->as_of_ms != b->as_of_ms) return a->as_of_ms > b->as_of_ms ? 1 : -1;
    if (a->rank != b->rank) return a->rank > b->rank ? 1 : -1;
    return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
}

static bool same_value(int64_t number, struct text text, const struct record_value *v)
{
    return number == v->number && text_eq(text, v->text);
}

static void take(const struct record_claim *claims, size_t i, const struct record_value *v, struct record_cell *cell)
{
    if (cell->field == 0 || record_claim_compare(&claims[i], &claims[cell->claim]) > 0)
        *cell = (struct record_cell){ .field = v->field, .number = v->number, .text = v->text, .claim = i };
}

/* Whether a claim as late and of the same rank as the one that won tells something else. */
static void dispute(const struct record_claim *claims, size_t i, const struct record_value *v, struct record_cell *cell)
{
    const struct record_claim *won = &claims[cell->claim];
    if (claims[i].as_of_ms == won->as_of_ms && claims[i].rank == won->rank && !same_value(cell->number, cell->text, v)) cell->disputed = true;
}

void record_fold(const struct record_claim *claims, size_t n, struct record *ret)
{
    assert(n > 0);
    struct record_cell by_field[RECORD_FIELDS_MAX + 1];
    const struct record_claim *dated = NULL;
    int fields = 0;
    ret->as_of_ms = claims[0].as_of_ms;
    ret->disputed = ret->cell_count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct record_claim *c = &claims[i];
        if (c->as_of_ms > ret->as_of_ms) ret->as_of_ms = c->as_of_ms;
        if (c->at_ms != CLAIM_NONE && (!dated || record_claim_compare(c, dated) > 0)) dated = c;
        for (int v = 0; v < c->value_count; v++) {
            const int f = c->values[v].field;
            assert(f > 0 && f <= RECORD_FIELDS_MAX);
            for (; fields < f; fields++) by_field[fields + 1].field = 0;
            take(claims, i, &c->values[v], &by_field[f]);
        }
    }
    for (size_t i = 0; n > 1 && i < n; i++)
        for (int v = 0; v < claims[i].value_count; v++) dispute(claims, i, &claims[i].values[v], &by_field[claims[i].values[v].field]);
    for (int f = 1; f <= fields; f++) {
        if (by_field[f].field == 0) continue;
        ret->disputed += by_field[f].disputed;
        ret->cells[ret->cell_count++] = by_field[f];
    }
    ret->at_ms = dated ? dated->at_ms : ret->as_of_ms;
}

bool record_cell_same(const struct record_cell *a, const struct record_cell *b)
{
    return a->field == b->field && a->number == b->number && text_eq(a->text, b->text) && a->disputed == b->disputed;
}
