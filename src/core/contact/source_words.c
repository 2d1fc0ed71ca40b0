/* Where rules and their numbers come from, in Chinese: the tables tell each source once, in English.  A source without its row here fails
 * contact_doc_test. */
#include "core/contact/contact.h"

#define WORDS(literal) { literal, sizeof(literal) - 1 }

static const struct { const char *source; struct text zh; } sources[] = {
    { "A fact of the order", WORDS("订单本身的事实") },
    { "A person's decision", WORDS("人工决定") },
    { "The platform's balance window, by the campaign", WORDS("平台的尾款支付时段，以活动为准") },
    { "Zhanggui default, 2026-11", WORDS("掌柜默认值，2026 年 11 月") },
    { "Zhanggui default, 2026-11, after the platforms' rules against harassing buyers", WORDS("掌柜默认值，2026 年 11 月，依照各平台禁止骚扰买家的规则") },
    { "Zhanggui default, 2026-11, 23:30 to 1:00 for an event that begins at midnight", WORDS("掌柜默认值，2026 年 11 月；零点开始的活动为 23:30 至 1:00") },
    { "Taobao sellers' practice, Double 11 of 2014", WORDS("淘宝卖家的做法，2014 年双11") },
    { "Taobao sellers' practice, Double 11 of 2014; narrowed by Zhanggui, 2026-11", WORDS("淘宝卖家的做法，2014 年双11；掌柜收窄，2026 年 11 月") },
    { "Taobao sellers' practice, Double 11 of 2014; the hours are Zhanggui's, 2026-11", WORDS("淘宝卖家的做法，2014 年双11；具体时段由掌柜定，2026 年 11 月") },
    { "AliExpress seller summit 2018, sellers' capability model", WORDS("2018 年速卖通商家峰会，商家能力模型") },
    { "AliExpress seller articles, about 2020: three stars or fewer count as bad", WORDS("速卖通卖家文章，约 2020 年：三星及以下算差评") },
    { "PIPL art. 15 and 44 (2021), GDPR art. 21, RFC 8058 (2017); as of 2026-11", WORDS("《个人信息保护法》第十五条、第四十四条（2021），GDPR 第 21 条，RFC 8058（2017）；2026 年 11 月查阅") },
    { "Consumer Protection Law of the PRC art. 29 (2013), SMS service rules of MIIT art. 18 (2015), GDPR art. 6 and 7; as of 2026-11",
      WORDS("《消费者权益保护法》第二十九条（2013），工信部《通信短信息服务管理规定》第十八条（2015），GDPR 第 6、7 条；2026 年 11 月查阅") },
    { "The law of the country; each with its source in the table of hours", WORDS("买家所在国家的法律；各条出处见时段表") },
};

struct text source_zh(const char *source)
{
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (text_is(text_from_cstr(source), sources[i].source)) return sources[i].zh;
    return (struct text){ 0 };
}
