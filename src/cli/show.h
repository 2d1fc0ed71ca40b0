/* Reading an answer (src/desk/answer.h) to print it for people. Each gives "-" or 0 where the answer holds null. */
#ifndef ZG_CLI_SHOW_H
#define ZG_CLI_SHOW_H
#include <jansson.h>
#include "cli/cli.h"
#include "desk/answer.h"

struct text show_text(const json_t *o, const char *name);
int64_t show_i64(const json_t *o, const char *name);
struct text show_when(struct cli *c, const json_t *o, const char *name);   /* "2020-02-26 15:00" */
struct text show_money(struct cli *c, const json_t *o, const char *name);  /* "1,234.50 CNY" */
struct text show_words(struct cli *c, const json_t *o, const char *name);  /* {"en","zh"}, or a plain string */
/* How old the data is, in one line; says so when there is none or it is stale. */
void show_age(struct cli *c, const json_t *answer);

/* What an answer is asked with; the store's reading connection is open until ask_end. Not CLI_DONE: said so. */
struct ask { struct store reader; struct shop shop; struct policy policy; struct answer_ask q; };
enum cli_exit ask_begin(struct cli *c, struct ask *a, int64_t now_ms /* INSTANT_NONE: the clock */);
void ask_end(struct ask *a);
/* Ends the asking. True: `answer` is there and to be printed for people. False: *ret_exit says how it ended, in JSON or with what went wrong. */
bool ask_answered(struct cli *c, struct ask *a, json_t *answer, enum answer_error error, enum cli_exit *ret_exit);
enum cli_exit fail_answer(struct cli *c, struct ask *a, enum answer_error error);
#endif
