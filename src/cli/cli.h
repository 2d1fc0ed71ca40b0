/* The command line: what every verb is given, and how it speaks.
 *
 * Read in this order: cli.h (this), verbs.c (the table of verbs: it drives dispatch and --help), options.c (reading the
 * words of a command), speak.c (sentences, money, errors), table.c (columns for people), then one file per verb.
 * A verb decides nothing about the business: it asks src/desk and prints the answer. */
#ifndef ZG_CLI_H
#define ZG_CLI_H
#include <stdio.h>
#include "base/arena.h"
#include "base/env.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/text.h"

enum cli_exit { CLI_DONE = 0, CLI_COULD_NOT = 1, CLI_WRONG_USE = 2 };

/* One thing said in both languages; static. */
struct words { const char *en, *zh; };

struct option {
    const char *name;   /* without the dashes */
    const char *value;  /* what stands for its value in the usage, as "FILE"; NULL: a switch */
    bool required;
    struct words what;
};
enum { CLI_OPTIONS_MAX = 16 };

struct cli;
struct verb {
    const char *name;        /* "today", or two words: "import undo" */
    const char *operands;    /* as the usage shows them: "FILE..."; NULL: none */
    const char *example;
    struct words summary;
    const struct option *options; /* ends with a row without a name */
    int operands_min, operands_max;
    enum cli_exit (*run)(struct cli *c);
};

struct cli {
    const struct env *env;
    const struct verb *verb;                 /* NULL while the command is still being read */
    struct arena arena;                      /* lives as long as the command */
    bool zh, json, out_tty, err_tty, color;
    bool json_started;                       /* something of the JSON answer is already written */
    const char *values[CLI_OPTIONS_MAX];     /* by row of verb->options; a switch that is set holds "" */
    const char *const *operands;
    int operand_count;
    FILE *out, *err;
};

/* ---- verbs.c ---- */
extern const struct verb verbs[];
extern const int verb_count;
/* The whole command line, from its words to its exit code. */
enum cli_exit cli_main(const struct env *env, int argc, const char *const *argv);
/* The verb whose name begins the words, and how many words it took (1 or 2); NULL when none. */
const struct verb *verb_find(const char *const *words, int count, int *ret_used);

/* ---- options.c ---- */
/* Options that every verb takes: --json, --lang, --help. */
extern const struct option common_options[];
/* --lang and --json, wherever they stand: so that even the error of the first word is said as asked. */
void options_foresee(struct cli *c, const char *const *words, int count);
/* Fills c->values, c->operands and the common options from the words after the verb. On wrong use it has said so and
 * returns false. *ret_help: --help was among them. */
bool options_read(struct cli *c, const char *const *words, int count, bool *ret_help);
const char *cli_value(const struct cli *c, const char *option);  /* NULL when not given; the verb must have the option */
bool cli_has(const struct cli *c, const char *option); /* the verb has such an option */
bool cli_switch(const struct cli *c, const char *option);
/* The database: --db, else $ZHANGGUI_DB, else ~/.local/share/zhanggui/shop.db; NULL when there is no home either. */
const char *cli_db_path(struct cli *c);
/* An instant from an ISO 8601 option; INSTANT_NONE when not given. False: said so (wrong use). */
bool cli_instant(struct cli *c, const char *option, int64_t *ret_at_ms);
/* A calendar day "2020-02-01" as days since 1970; false: said so (wrong use). */
bool cli_day(struct cli *c, const char *option, int64_t *ret_day);
/* A whole number between low and high; `fallback` when not given. */
bool cli_number(struct cli *c, const char *option, int64_t low, int64_t high, int64_t fallback, int64_t *ret);

/* The next line of standard input without its end, NUL-terminated: what must not stand on a command line, where everybody on the machine could see it. False: there is
 * none, it is empty, or it has no room in `to`; then all of it has been read over. */
bool cli_line(struct cli *c, char *to, size_t size);

/* ---- speak.c ---- */
bool cli_lang_is_zh(const char *lc_all, const char *lc_messages, const char *lang);
/* One sentence on standard error. Both formats take the same arguments. With --json the same goes to standard output as
 * {"error":{"code","en","zh"}}, unless part of an answer is there already. Returns `exit`. */
enum cli_exit cli_fail(struct cli *c, enum cli_exit exit, const char *code, const char *en, const char *zh, ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6)));
enum cli_exit cli_fail_text(struct cli *c, enum cli_exit exit, const char *code, struct text en, struct text zh);
/* The whole answer as one line of JSON; takes `answer` (NULL: memory ran out, said so). */
struct json_t;
enum cli_exit cli_json(struct cli *c, struct json_t *answer);
/* What stands in a file must not steer the terminal: control characters, also those of two bytes (U+0080 to U+009F), are written as spaces. */
void cli_put(FILE *to, struct text s);
/* A line on standard error, as errors stand there, that ends nothing. */
void cli_warn(struct cli *c, const char *en, const char *zh, ...) __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
/* A line on standard output in the language of the command. */
void cli_say(struct cli *c, const char *en, const char *zh, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
const char *cli_pick(const struct cli *c, struct words w);
struct text cli_pick_text(const struct cli *c, struct text en, struct text zh);
struct text cli_count(struct cli *c, int64_t n);                    /* "28,010" */
struct text cli_money(struct cli *c, int64_t minor, struct currency currency); /* "2,995,760.61" */
struct text cli_share(struct cli *c, int64_t basis_points);         /* "86.0 %" */
struct text cli_age(struct cli *c, int64_t seconds);                /* "3 h 20 min" */
struct text cli_when(struct cli *c, int64_t at_ms, const struct zone *z); /* "2020-02-26 15:00" */
const char *cli_cstr(struct cli *c, struct text t);                 /* NUL-terminated, in the arena */

/* A line on standard error that is written over while it grows; silent where nobody watches. */
struct progress { struct cli *c; int64_t last_us, start_us; bool shown; };
void progress_begin(struct progress *p, struct cli *c);
/* At most ten times a second on a terminal. */
void progress_show(struct progress *p, const char *en, const char *zh, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void progress_end(struct progress *p);

/* ---- suggest.c ---- */
/* The name nearest to `word`, or NULL when none is near enough to be meant (edit distance above a third of it). */
const char *suggest(const char *word, const char *const *names, int count);

/* ---- table.c ---- */
/* Rows of cells, printed aligned: a Chinese character is two columns wide. Texts must live until table_print. */
enum { TABLE_COLUMNS_MAX = 10 };
struct table {
    struct cli *c;
    int columns;
    struct { const char *head; bool right; } column[TABLE_COLUMNS_MAX];
    struct text *cells;
    int rows, rows_max;
};
void table_begin(struct table *t, struct cli *c, int rows_max);
void table_column(struct table *t, struct words head, bool right);
/* The next row; one cell per column. Rows above rows_max are a programmer's error. */
void table_row(struct table *t, const struct text *cells);
void table_print(const struct table *t);
int text_columns(struct text s); /* columns of a terminal that s takes */

/* ---- help.c ---- */
void help_all(struct cli *c, FILE *to);
void help_verb(struct cli *c, const struct verb *v, FILE *to);
#endif
