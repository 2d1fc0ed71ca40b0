/* Channels from a shell: settings as the first line of standard input (JSON as settings_read takes it), then a message a line; how each ended is
 * printed as a line. A line {"sleep_ms":N} waits, so that a test can let time pass on one open channel.
 *
 *   channel_drive            {"fate","began","retry_s": -1: never,"reply","code","en","zh","ms"}
 *   channel_drive --early    the control: says "failed" where all had left and no answer came, as a channel would that knows no "unknown" */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "channel/channel.h"
#include "channel/settings.h"
#include "os/os.h"
#include "os/process.h"

static void print(json_t *what)
{
    json_dumpf(what, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(what);
}

static struct text member(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

static void send_one(const struct env *env, struct channel_link *link, const json_t *o, bool early)
{
    struct channel_outcome out;
    const struct channel_message m = { .id = member(o, "id"), .class = MESSAGE_SERVICE, .to = member(o, "to"), .subject = member(o, "subject"), .body = member(o, "body"),
                                       .unsubscribe_url = member(o, "unsubscribe_url"), .report_url = member(o, "report_url"),
                                       .attempt = (int)json_integer_value(json_object_get(o, "attempt")), .urgent = json_is_true(json_object_get(o, "urgent")) };
    const int64_t began_us = env->monotonic_us(env->ctx);
    enum channel_fate fate = channel_send(link, &m, &out);
    const int64_t ms = (env->monotonic_us(env->ctx) - began_us) / 1000;
    if (early && fate == CHANNEL_UNKNOWN) fate = CHANNEL_FAILED;
    const int64_t retry_s = out.retry_at_ms == INSTANT_NONE ? -1 : (out.retry_at_ms - env->now_ms(env->ctx) + 999) / MS_PER_S;
    print(json_pack("{s:s,s:b,s:I,s:i,s:s,s:s,s:s,s:I}", "fate", channel_fate_word(fate), "began", out.began, "retry_s", (json_int_t)retry_s, "reply", out.reply, "code", out.code,
                    "en", out.en, "zh", out.zh, "ms", (json_int_t)ms));
}

int main(int argc, char **argv)
{
    static char line[256 * 1024];
    struct env env;
    struct channel_settings settings;
    struct settings_fault fault;
    const bool early = argc > 1 && strcmp(argv[1], "--early") == 0;
    os_pipe_prepare();
    if (!os_env_init(&env) || !fgets(line, sizeof line, stdin)) return 2;
    json_t *told = json_loads(line, 0, NULL);
    const bool ok = settings_read(told, &settings, &fault);
    json_decref(told);
    if (!ok) {
        print(json_pack("{s:s,s:s,s:s}", "field", fault.field, "en", fault.en, "zh", fault.zh));
        os_env_release(&env);
        return 1;
    }
    struct channel_link *link = channel_open(&env, &settings);
    while (link && fgets(line, sizeof line, stdin)) {
        json_t *o = json_loads(line, 0, NULL);
        const json_int_t sleep_ms = json_integer_value(json_object_get(o, "sleep_ms"));
        if (sleep_ms > 0) usleep((useconds_t)sleep_ms * 1000);
        else send_one(&env, link, o, early);
        json_decref(o);
    }
    channel_close(link);
    settings_wipe(&settings);
    os_env_release(&env);
    return link ? 0 : 2;
}
