/* How a send ended, in words: the one place of every code and sentence. */
#include <stdio.h>
#include "channel/link.h"

static const struct { const char *code, *en, *zh; } whys[CHANNEL_WHYS] = {
    [WHY_SENT] = { "sent", "It was taken over.", "对方已接收。" },
    [WHY_MESSAGE] = { "message", "The message cannot be sent as it is: an empty or broken text, or a bad address or number.", "消息无法按现状发送：内容为空或有误，或者地址、号码不正确。" },
    [WHY_MEMORY] = { "memory", "There was not enough memory to send it.", "内存不足，未能发送。" },
    [WHY_FOLDER] = { "folder", "It could not be written into the folder.", "无法写入该文件夹。" },
};

void outcome_set(struct channel_outcome *ret, enum channel_fate fate, enum channel_why why)
{
    ret->fate = fate;
    snprintf(ret->code, sizeof ret->code, "%s", whys[why].code);
    snprintf(ret->en, sizeof ret->en, "%s", whys[why].en);
    snprintf(ret->zh, sizeof ret->zh, "%s", whys[why].zh);
}

void outcome_retry(const struct channel_link *link, const struct channel_message *m, struct channel_outcome *ret, enum channel_why why)
{
    outcome_set(ret, CHANNEL_FAILED, why);
    ret->retry_at_ms = link->env->now_ms(link->env->ctx) + channel_backoff_ms(m->attempt, m->id);
}

/* FNV-1a (Fowler, Noll, Vo): spreads, hides nothing. */
static uint64_t hash_of(struct text id, int attempt)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t)attempt;
    for (size_t i = 0; i < id.len; i++) h = (h ^ (unsigned char)id.ptr[i]) * UINT64_C(1099511628211);
    return h ^ (h >> 29);
}

int64_t channel_backoff_ms(int attempt, struct text id)
{
    const int doublings = attempt < 0 ? 0 : attempt > 7 ? 7 : attempt;
    const int64_t wait_ms = (INT64_C(30) << doublings) * MS_PER_S, base_ms = wait_ms < MS_PER_HOUR ? wait_ms : MS_PER_HOUR;
    return base_ms + (int64_t)(hash_of(id, attempt) % (uint64_t)(base_ms / 4));
}

const char *channel_fate_word(enum channel_fate fate)
{
    switch (fate) {
    case CHANNEL_SENT: return "sent";
    case CHANNEL_FAILED: return "failed";
    case CHANNEL_UNKNOWN: return "unknown";
    }
    return NULL;
}
