/* What did they mean?  The nearest known word by edit distance (Damerau: a swap of neighbours counts once). */
#include "cli/cli.h"

enum { WORD_MAX = 32 };

static int least(int a, int b) { return a < b ? a : b; }

static int distance(const char *a, size_t n, const char *b, size_t m)
{
    int row[WORD_MAX + 1][WORD_MAX + 1];

    for (size_t i = 0; i <= n; i++) row[i][0] = (int)i;
    for (size_t j = 0; j <= m; j++) row[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            int d = least(row[i - 1][j], row[i][j - 1]) + 1;
            d = least(d, row[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d = least(d, row[i - 2][j - 2] + 1);
            row[i][j] = d;
        }
    }
    return row[n][m];
}

const char *suggest(const char *word, const char *const *names, int count)
{
    const char *best = NULL;
    size_t n = strlen(word);
    int best_distance;

    if (n == 0 || n > WORD_MAX) return NULL;
    best_distance = (int)(n + 2) / 3 + 1;
    for (int i = 0; i < count; i++) {
        size_t m = strlen(names[i]);
        int d;

        if (m > WORD_MAX) continue;
        d = distance(word, n, names[i], m);
        if (d < best_distance) {
            best_distance = d;
            best = names[i];
        }
    }
    return best;
}
