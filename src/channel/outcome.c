/* How a send ended, in words: the one place of every code and sentence. */
#include <stdio.h>
#include "channel/link.h"

static const struct { const char *code, *en, *zh; } whys[CHANNEL_WHYS] = {
    [WHY_SENT] = { "sent", "It was taken over.", "对方已接收。" },
    [WHY_MESSAGE] = { "message", "The message cannot be sent as it is: an empty or broken text, or a bad address or number.", "消息无法按现状发送：内容为空或有误，或者地址、号码不正确。" },
    [WHY_MEMORY] = { "memory", "There was not enough memory to send it.", "内存不足，未能发送。" },
    [WHY_FOLDER] = { "folder", "It could not be written into the folder.", "无法写入该文件夹。" },
    [WHY_RESOLVE] = { "resolve", "The name of the server is not known; is this machine connected, is the name right?", "找不到服务器；请检查网络连接和服务器名称。" },
    [WHY_CONNECT] = { "connect", "The server does not take connections.", "服务器拒绝连接。" },
    [WHY_TLS] = { "tls", "No safe connection: the server offers no encryption, or its certificate is not trusted.", "无法建立安全连接：服务器不支持加密，或证书不可信。" },
    [WHY_BROKEN] = { "broken", "The connection broke before the message was whole; nothing was taken over.", "消息尚未传完，连接中断；对方没有接收。" },
    [WHY_SLOW] = { "slow", "The server was too slow to take the message; nothing was taken over.", "服务器响应太慢，消息未传完；对方没有接收。" },
    [WHY_LOGIN] = { "login", "The server does not take this user name and password.", "服务器不接受此用户名和密码。" },
    [WHY_LATER] = { "later", "The server asks to try again later.", "服务器要求稍后再试。" },
    [WHY_PACE] = { "pace", "The robot may speak 20 times a minute; this waits for its turn.", "机器人每分钟最多发 20 条，此条排队等候。" },
    [WHY_REFUSED_ADDRESS] = { "refused-address", "The server does not take messages for this address or number.", "服务器不接受发往此地址或号码的消息。" },
    [WHY_REFUSED_SENDER] = { "refused-sender", "The server does not take messages from this sender.", "服务器不接受此发件人。" },
    [WHY_REFUSED] = { "refused", "The server refuses this message.", "服务器拒收这条消息。" },
    [WHY_SIGNATURE] = { "signature", "The robot refuses: its address, its secret or its safety settings do not fit.", "机器人拒绝：地址、加签密钥或安全设置不符。" },
    [WHY_ADDRESS_OF_SERVICE] = { "service", "At this address there is no such service.", "该地址没有所需的服务。" },
    [WHY_LOST] = { "lost", "The whole message had left, then the connection broke without an answer: it may have been taken over, or not.", "消息已全部发出，随后连接中断、没有答复：对方可能已接收，也可能没有。" },
    [WHY_SILENT] = { "silent", "The whole message had left, and no answer came in time: it may have been taken over, or not.", "消息已全部发出，但未及时得到答复：对方可能已接收，也可能没有。" },
    [WHY_GARBLED] = { "garbled", "The whole message had left, and the answer makes no sense: it may have been taken over, or not.", "消息已全部发出，但答复无法理解：对方可能已接收，也可能没有。" },
    [WHY_GATEWAY] = { "gateway", "The whole message had left, and a gateway in between does not know what became of it.", "消息已全部发出，但中间网关不知道结果。" },
};

const char *channel_code_text(struct text code, bool zh)
{
    for (int i = 0; i < CHANNEL_WHYS; i++)
        if (text_is(code, whys[i].code)) return zh ? whys[i].zh : whys[i].en;
    return NULL;
}

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

void outcome_retry_after(const struct channel_link *link, struct channel_outcome *ret, enum channel_why why, int64_t after_ms)
{
    outcome_set(ret, CHANNEL_FAILED, why);
    ret->retry_at_ms = link->env->now_ms(link->env->ctx) + (after_ms < 0 ? 0 : after_ms > MS_PER_DAY ? MS_PER_DAY : after_ms);
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
