/* Cells of strangers in a spreadsheet: text stays text. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "web/csv.h"

static char *cell(struct text t)
{
    char *s = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&s, &n);
    csv_text(f, t, ',');
    fclose(f);
    return s;
}

Test(web_csv, formulas_are_disarmed_and_the_rest_is_quoted)
{
    static const struct { const char *in, *out; } rows[] = {
        { "", "\"\"," }, { "abc", "\"abc\"," }, { "a,b", "\"a,b\"," }, { "a\"b", "\"a\"\"b\"," }, { "a\nb", "\"a\nb\"," },
        { "=1+1", "\"'=1+1\"," }, { "+1", "\"'+1\"," }, { "@SUM(A1)", "\"'@SUM(A1)\"," }, { "\t=1", "\"'\t=1\"," }, { "\r=1", "\"'\r=1\"," },
        { "-1+2|cmd", "\"'-1+2|cmd\"," }, { "-12.50", "\"-12.50\"," }, { "-", "\"'-\"," }, { "-1.2.3", "\"'-1.2.3\"," }, { "'x", "\"''x\"," },
        { "＝1+1", "\"'＝1+1\"," }, { "－1", "\"'－1\"," }, { "12", "\"12\"," },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *got = cell(text_from_cstr(rows[i].in));
        cr_assert_str_eq(got, rows[i].out);
        free(got);
    }
    char *nul = cell((struct text){ "\0=1", 3 });
    cr_assert_eq(nul[1], '\'');
    free(nul);
}
