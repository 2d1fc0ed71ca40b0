/* See outbox.h: the table, and what is read off it. */
#include "core/contact/outbox.h"

#define WORDS(literal) { literal, sizeof literal - 1 } /* TEXT() is no constant */
#define STEP(from_, event_, to_, en_, zh_, effect_) { OUTBOX_##from_, OUTBOX_##event_, OUTBOX_##to_, WORDS(en_), WORDS(zh_), WORDS(effect_) }

static const struct outbox_step steps[] = {
    STEP(NONE, PLAN, PLANNED, "An order came in unpaid while reminders are switched on.", "自动催付已开启时，来了一笔未付款订单。", "due when the first wave may begin"),

    STEP(PLANNED, HOLD, PLANNED, "The policy says: not now, but from a certain minute on.", "联系规则要求等到某一时刻之后。", "due at that minute"),
    STEP(PLANNED, REFUSE, DROPPED, "The policy says: never, and why.", "联系规则不允许发送，并给出原因。", "the rule is kept"),
    STEP(PLANNED, CLOSE, DROPPED, "The order was paid, closed, shipped or refunded, or is gone.", "订单已付款、关闭、发货、退款，或已随撤销消失。", "in the commit that learns of it"),
    STEP(PLANNED, LEASE, LEASED, "Its time has come, and on fresh facts the policy says: now.", "时间已到，且按最新数据规则允许现在发送。", "one more try; a contact from now on"),
    STEP(PLANNED, REOPEN, PLANNED, "Something about the order changed: it is decided again.", "订单有变化，重新判断。", "due at once, or when the first wave may begin"),

    STEP(LEASED, RETURN, PLANNED, "Its sending did not begin within two seconds: it is decided again.", "两秒内未能开始发送，重新判断。", "due at once; the try does not count"),
    STEP(LEASED, ACCEPT, SENT, "The other side took it.", "对方已接收。", "the next wave is planned"),
    STEP(LEASED, PUT_OFF, FAILED, "The other side did not take it, for now.", "对方暂时没有接收。", "due when it may be tried again"),
    STEP(LEASED, REJECT, DROPPED, "The other side will never take it, or has refused it too often.", "对方拒收，或多次尝试未成功。", "what it said is kept"),
    STEP(LEASED, LOSE, UNKNOWN, "It was handed over and no answer tells what became of it.", "已交出，但没有答复说明结果。", "shown to a person"),
    STEP(LEASED, STOP, UNKNOWN, "The desk stopped while it was being sent.", "发送过程中掌柜停止运行。", "shown to a person"),

    STEP(FAILED, HOLD, FAILED, "The policy says: not now, but from a certain minute on.", "联系规则要求等到某一时刻之后。", "due at that minute"),
    STEP(FAILED, REFUSE, DROPPED, "The policy says: never, and why.", "联系规则不允许发送，并给出原因。", "the rule is kept"),
    STEP(FAILED, CLOSE, DROPPED, "The order was paid, closed, shipped or refunded, or is gone.", "订单已付款、关闭、发货、退款，或已随撤销消失。", "in the commit that learns of it"),
    STEP(FAILED, LEASE, LEASED, "Its time has come again, and on fresh facts the policy says: now.", "再次到时，且按最新数据规则允许现在发送。", "one more try"),

    STEP(PLANNED, RESTORE, UNKNOWN, "A copy was restored: nobody knows whether it was sent since the copy was made.", "数据由备份恢复，无法确定备份之后是否已发送。", "shown to a person"),
    STEP(LEASED, RESTORE, UNKNOWN, "A copy was restored: nobody knows whether it was sent since the copy was made.", "数据由备份恢复，无法确定备份之后是否已发送。", "shown to a person"),
    STEP(FAILED, RESTORE, UNKNOWN, "A copy was restored: nobody knows whether it was sent since the copy was made.", "数据由备份恢复，无法确定备份之后是否已发送。", "shown to a person"),

    STEP(UNKNOWN, ARRIVED, SENT, "A person, or the gateway's report, says that it arrived.", "由人工或网关回执确认已送达。", "who said so is kept; the next wave is planned"),
    STEP(UNKNOWN, NOT_ARRIVED, DROPPED, "The gateway's report says that it did not arrive.", "网关回执说明未送达。", "the report is kept"),
    STEP(UNKNOWN, AGAIN, PLANNED, "A person says: send it again.", "由人工决定重新发送。", "due at once, and decided like any other"),

    STEP(DROPPED, REOPEN, PLANNED, "The order is open again, and nothing of this wave was ever sent.", "订单重新变为待付款，且本次催付从未发出。", "decided again"),
};

int outbox_steps(const struct outbox_step **ret)
{
    *ret = steps;
    return (int)(sizeof steps / sizeof steps[0]);
}

const struct outbox_step *outbox_step_of(enum outbox_state from, enum outbox_event event)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].from == from && steps[i].event == event) return &steps[i];
    return NULL;
}

bool outbox_waits(enum outbox_state s) { return s == OUTBOX_PLANNED || s == OUTBOX_FAILED; }

/* ---- words ---- */

const char *outbox_state_word(enum outbox_state s)
{
    switch (s) {
    case OUTBOX_NONE: return "none";
    case OUTBOX_PLANNED: return "planned";
    case OUTBOX_LEASED: return "leased";
    case OUTBOX_SENT: return "sent";
    case OUTBOX_FAILED: return "failed";
    case OUTBOX_UNKNOWN: return "unknown";
    case OUTBOX_DROPPED: return "dropped";
    }
    return "none";
}

bool outbox_state_parse(struct text word, enum outbox_state *ret)
{
    for (int s = OUTBOX_PLANNED; s < OUTBOX_STATE_COUNT; s++)
        if (text_is(word, outbox_state_word((enum outbox_state)s))) {
            *ret = (enum outbox_state)s;
            return true;
        }
    return false;
}

struct text outbox_state_text(enum outbox_state s, bool zh)
{
    switch (s) {
    case OUTBOX_NONE: return zh ? TEXT("无") : TEXT("None");
    case OUTBOX_PLANNED: return zh ? TEXT("已计划") : TEXT("Planned");
    case OUTBOX_LEASED: return zh ? TEXT("发送中") : TEXT("Being sent");
    case OUTBOX_SENT: return zh ? TEXT("已发送") : TEXT("Sent");
    case OUTBOX_FAILED: return zh ? TEXT("发送失败，将重试") : TEXT("Failed, to be tried again");
    case OUTBOX_UNKNOWN: return zh ? TEXT("结果不明") : TEXT("Outcome unknown");
    case OUTBOX_DROPPED: return zh ? TEXT("不再发送") : TEXT("Not sent");
    }
    return TEXT_NONE;
}

const char *outbox_event_word(enum outbox_event e)
{
    switch (e) {
    case OUTBOX_PLAN: return "plan";
    case OUTBOX_HOLD: return "hold";
    case OUTBOX_REFUSE: return "refuse";
    case OUTBOX_CLOSE: return "close";
    case OUTBOX_REOPEN: return "reopen";
    case OUTBOX_LEASE: return "lease";
    case OUTBOX_RETURN: return "return";
    case OUTBOX_ACCEPT: return "accept";
    case OUTBOX_PUT_OFF: return "put-off";
    case OUTBOX_REJECT: return "reject";
    case OUTBOX_LOSE: return "lose";
    case OUTBOX_STOP: return "stop";
    case OUTBOX_ARRIVED: return "arrived";
    case OUTBOX_NOT_ARRIVED: return "not-arrived";
    case OUTBOX_AGAIN: return "again";
    case OUTBOX_RESTORE: return "restore";
    }
    return "";
}

struct text outbox_diagram(struct arena *a)
{
    struct text all = TEXT("stateDiagram-v2\n");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const char *from = steps[i].from == OUTBOX_NONE ? "[*]" : outbox_state_word(steps[i].from);
        all = arena_printf(a, "%.*s    %s --> %s: %s\n", (int)all.len, all.ptr, from, outbox_state_word(steps[i].to), outbox_event_word(steps[i].event));
    }
    return all;
}

/* ---- orders ---- */

const char *outbox_order_closed(const struct order *o)
{
    switch (order_state_at(o, INSTANT_MAX)) {
    case ORDER_UNPLACED: return "not-placed";
    case ORDER_UNPAID: return NULL;
    case ORDER_TO_SHIP: return "paid";
    case ORDER_SHIPPED:
    case ORDER_DELIVERED: return "shipped";
    case ORDER_CANCELLED: return "closed";
    case ORDER_REFUNDED: return "refunded";
    case ORDER_ON_DELIVERY: return "on-delivery";
    }
    return NULL;
}
