/* See consent.h. Words as platforms and mail tools write them; numbers too. */
#include "core/contact/consent.h"

enum { WORD_MAX = 32 };

static const char *const yes[] = { "yes", "y", "true", "1", "on", "subscribed", "accepted", "granted", "是", "有", "同意", "已同意", "允许", "接受", "接收", "授权", "已授权", "已订阅", "订阅" };
static const char *const no[] = { "no", "n", "false", "0", "off", "unsubscribed", "not subscribed", "not_subscribed", "refused", "denied", "否", "无", "不同意", "未同意", "不允许",
                                  "拒绝", "不接收", "未授权", "取消授权", "退订", "已退订", "未订阅" };
static const char *const out[] = { "yes", "y", "true", "1", "unsubscribed", "opted out", "opted-out", "opt out", "opt-out", "blocked", "是", "退订", "已退订", "拒收", "已拒收", "拒绝",
                                   "黑名单", "拉黑", "已拉黑" };

static bool is_one(struct text word, const char *const *list, size_t n)
{
    char small[WORD_MAX];
    word = text_trim(word);
    if (word.len == 0 || word.len > sizeof small) return false;
    for (size_t i = 0; i < word.len; i++) small[i] = (char)(word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? word.ptr[i] + 32 : word.ptr[i]);
    for (size_t i = 0; i < n; i++)
        if (text_is((struct text){ small, word.len }, list[i])) return true;
    return false;
}

enum consent consent_read(struct text word)
{
    if (is_one(word, yes, sizeof yes / sizeof yes[0])) return CONSENT_GIVEN;
    return is_one(word, no, sizeof no / sizeof no[0]) ? CONSENT_REFUSED : CONSENT_UNTOLD;
}

bool refusal_read(struct text word)
{
    return is_one(word, out, sizeof out / sizeof out[0]);
}
