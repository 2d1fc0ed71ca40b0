/* See json_scalar.h. */
#include "intake/json_scalar.h"
#include <stdio.h>

struct text json_scalar(struct arena *a, const json_t *v)
{
    char number[40];
    switch (json_typeof(v)) {
    case JSON_STRING: return (struct text){ json_string_value(v), json_string_length(v) };
    case JSON_INTEGER: return arena_printf(a, "%lld", (long long)json_integer_value(v));
    case JSON_REAL: snprintf(number, sizeof number, "%.15g", json_real_value(v)); return arena_text(a, text_from_cstr(number));
    case JSON_TRUE: return TEXT("true");
    case JSON_FALSE: return TEXT("false");
    case JSON_NULL: case JSON_OBJECT: case JSON_ARRAY: break;
    }
    return TEXT_NONE;
}
