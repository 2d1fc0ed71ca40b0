/* The wordings built in, each in both languages.  They state facts, leave the choice to the buyer, and name how to decline.
 * Occasions, hours and claims follow sellers' practice of Double 11, 2014, less what is unlawful or untrue today: nobody is asked "still
 * want it?", nobody is told of a deadline that the platform does not set, and after 20:00 nobody is told that early payment ships early. */
#include "core/contact/texts.h"

#define W(literal) { literal, sizeof(literal) - 1 }
enum { CHAT = 1 << CHANNEL_CHAT, SMS = 1 << CHANNEL_SMS, EMAIL = 1 << CHANNEL_EMAIL };

/* code, channels, windows, claims, then {title, subject, body} in English and in Chinese */
#define NOTICE(about, word, channels_, windows_, claims_, ten, sen, ben, tzh, szh, bzh) \
    { .code = W(word ".en"), .occasion = about, .language = LANGUAGE_EN, .class = MESSAGE_SERVICE, .windows = windows_, .channels = channels_, \
      .claims = claims_, .title = W(ten), .subject = W(sen), .body = W(ben) }, \
    { .code = W(word ".zh"), .occasion = about, .language = LANGUAGE_ZH, .class = MESSAGE_SERVICE, .windows = windows_, .channels = channels_, \
      .claims = claims_, .title = W(tzh), .subject = W(szh), .body = W(bzh) }
#define SCRIPT(about, word, ten, ben, tzh, bzh) \
    { .code = W(word ".en"), .occasion = OCCASION_SCRIPT, .topic = about, .language = LANGUAGE_EN, .class = MESSAGE_SERVICE, .windows = WINDOW_ANY, \
      .channels = CHAT, .title = W(ten), .body = W(ben) }, \
    { .code = W(word ".zh"), .occasion = OCCASION_SCRIPT, .topic = about, .language = LANGUAGE_ZH, .class = MESSAGE_SERVICE, .windows = WINDOW_ANY, \
      .channels = CHAT, .title = W(tzh), .body = W(bzh) }

static const struct wording library[] = {
    /* ---- ordered, not paid: by chat ---- */
    NOTICE(OCCASION_REMIND, "remind-chat-30m", CHAT, WINDOW_ANY, SAYS_CLOSES_30M,
      "Closes after 30 minutes (official event)", "", "Hello, orders of this event have to be paid within 30 minutes, then the platform closes them. Your \"{item}\" is not paid yet. If paying does not work, ask me here.",
      "官方活动 30 分钟关闭", "", "您好，这次活动的订单要在30分钟内付款，超时平台会自动关闭。您拍的「{item}」还没有付款，付款遇到问题可以直接问我。"),
    NOTICE(OCCASION_REMIND, "remind-chat-sold-out", CHAT, WINDOW_RUSH | WINDOW_EVENING, SAYS_STOCK_LOW | SAYS_CLOSES_ON_SOLD_OUT,
      "Low stock, closes when sold out", "", "Hello, \"{item}\" is not paid yet and stock is low: {stock} in stock now. Unpaid orders are closed when sold out. If you would like it, please pay when it suits you; questions are welcome here.",
      "库存不多，售完关闭", "", "您好，您拍的「{item}」还没有付款。这一款库存不多，现在还有{stock}件，卖完后没付款的订单会关闭。想要的话请留意一下，有问题可以直接问我。"),
    NOTICE(OCCASION_REMIND, "remind-chat-stock", CHAT, WINDOW_RUSH | WINDOW_CALM | WINDOW_EVENING, SAYS_STOCK_LOW,
      "Low stock", "", "Hello, \"{item}\" is not paid yet. Stock is low: {stock} in stock now. No need to reply if you have changed your mind.",
      "库存不多", "", "您好，您拍的「{item}」还没有付款。这一款库存不多，现在还有{stock}件。想要的话可以早一点付款，改主意了也没关系，不用回复。"),
    NOTICE(OCCASION_REMIND, "remind-chat-ships", CHAT, WINDOW_CALM, SAYS_SHIPS_BY_PAYMENT,
      "Ships in the order of payment", "", "Hello, \"{item}\" is not paid yet. We ship in the order of payment, so an earlier payment leaves earlier. If anything keeps you from deciding, just ask.",
      "按付款先后发货", "", "您好，您拍的「{item}」还没有付款。我们按付款先后发货，付款早的先寄出。如果还有什么拿不准的，可以直接问我。"),
    NOTICE(OCCASION_REMIND, "remind-chat-sold", CHAT, WINDOW_CALM, SAYS_SOLD_COUNT,
      "How many were sold", "", "Hello, \"{item}\" is not paid yet. More than {sold} have been sold; I can tell you about material and size if that helps you decide.",
      "已售件数", "", "您好，您拍的「{item}」还没有付款。这一款已经卖出{sold}多件，材质、尺码方面有想了解的，可以直接问我。"),
    NOTICE(OCCASION_REMIND, "remind-chat-until", CHAT, WINDOW_ANY, 0,
      "Until when it can be paid", "", "Hello, \"{item}\" is not paid yet. The platform keeps the order open until {until}. If paying does not work, ask me here; if you have changed your mind, no need to reply.",
      "付款截止时间", "", "您好，您拍的「{item}」还没有付款，平台会为您保留到{until}。付款遇到问题可以直接问我；改主意了也没关系，不用回复。"),
    NOTICE(OCCASION_REMIND, "remind-chat", CHAT, WINDOW_ANY, 0,
      "Not paid yet", "", "Hello, \"{item}\" ({amount}) is not paid yet. If paying does not work, ask me here; if you have changed your mind, no need to reply.",
      "还没有付款", "", "您好，您拍的「{item}」还没有付款，金额是{amount}。付款遇到问题可以直接问我；改主意了也没关系，不用回复。"),
    NOTICE(OCCASION_REMIND, "remind-chat-short", CHAT, WINDOW_ANY, 0,
      "Not paid yet, short", "", "Hello, an order of yours is not paid yet. If paying does not work, ask me here; if you have changed your mind, no need to reply.",
      "还没有付款（简短）", "", "您好，您有一笔订单还没有付款。付款遇到问题可以直接问我；改主意了也没关系，不用回复。"),

    /* ---- ordered, not paid: by SMS; no title of goods, it is nobody else's business what was bought ---- */
    NOTICE(OCCASION_REMIND, "remind-sms-stock", SMS, WINDOW_RUSH | WINDOW_CALM | WINDOW_EVENING, SAYS_STOCK_LOW,
      "Low stock", "", "Your order is not paid yet and stock is low, {stock} in stock. You can pay on the order page, or ignore this.",
      "库存不多", "", "您有一笔订单还没有付款，所拍商品库存不多，现有{stock}件。可到订单页付款，不需要请忽略。"),
    NOTICE(OCCASION_REMIND, "remind-sms-ships", SMS, WINDOW_CALM, SAYS_SHIPS_BY_PAYMENT,
      "Ships in the order of payment", "", "Your order is not paid yet. We ship in the order of payment. You can pay on the order page, or ignore this.",
      "按付款先后发货", "", "您有一笔订单还没有付款，本店按付款先后发货。可到订单页付款，不需要请忽略。"),
    NOTICE(OCCASION_REMIND, "remind-sms-until", SMS, WINDOW_ANY, 0,
      "Until when it can be paid", "", "Your order is not paid yet and stays open until {until}. You can pay on the order page, or ignore this.",
      "付款截止时间", "", "您有一笔订单还没有付款，平台为您保留到{until}。可到订单页付款，不需要请忽略。"),
    NOTICE(OCCASION_REMIND, "remind-sms", SMS, WINDOW_ANY, 0,
      "Not paid yet", "", "An order of yours is not paid yet. You can pay on the order page, or ignore this.",
      "还没有付款", "", "您有一笔订单还没有付款。可到订单页付款，不需要请忽略。"),

    /* ---- ordered, not paid: by e-mail ---- */
    NOTICE(OCCASION_REMIND, "remind-email-until", EMAIL, WINDOW_ANY, 0,
      "Until when it can be paid", "Your order at {shop} is not paid yet", "Hello,\n\nyour order {order} is not paid yet:\n\n  {item}\n  {amount}\n\nIt stays open until {until} and can be paid on the order page. If something went wrong with paying, just answer this mail. If you have changed your mind, you can cancel the order or let it close.",
      "付款截止时间", "您在{shop}的订单还没有付款", "您好：\n\n您的订单 {order} 还没有付款。\n\n  {item}\n  {amount}\n\n平台会为您保留到{until}，在此之前可以在订单页付款。付款遇到问题，直接回复这封邮件就好；如果改主意了，可以取消订单，也可以不理会。"),
    NOTICE(OCCASION_REMIND, "remind-email", EMAIL, WINDOW_ANY, 0,
      "Not paid yet", "Your order at {shop} is not paid yet", "Hello,\n\nyour order {order} is not paid yet. You can pay on the order page. If something went wrong with paying, just answer this mail. If you have changed your mind, you can cancel the order; you need not do anything else.",
      "还没有付款", "您在{shop}的订单还没有付款", "您好：\n\n您的订单 {order} 还没有付款，可以在订单页付款。付款遇到问题，直接回复这封邮件就好；如果改主意了，可以取消订单，不需要再做别的。"),

    /* ---- the day after the event ---- */
    NOTICE(OCCASION_REMIND_LAST, "last-chat-packed", CHAT, WINDOW_DAY_AFTER, SAYS_PACKED,
      "Packed already", "", "Hello, your \"{item}\" from yesterday is packed and can leave as soon as it is paid. If you have changed your mind, one word is enough and we put it back.",
      "已经打包", "", "您好，您昨天拍的「{item}」已经打包好了，付款后就可以寄出。如果改主意了，跟我说一声，我们放回去就行。"),
    NOTICE(OCCASION_REMIND_LAST, "last-chat-until", CHAT, WINDOW_DAY_AFTER, 0,
      "Open until", "", "Hello, your order from yesterday, \"{item}\", stays open until {until}. You can pay on the order page, or cancel it there; no need to reply.",
      "保留到几点", "", "您好，您昨天拍的「{item}」订单还在，平台保留到{until}。在订单页可以付款；改主意了也可以在那里取消，不用回复。"),
    NOTICE(OCCASION_REMIND_LAST, "last-chat", CHAT, WINDOW_ANY, 0,
      "Still open", "", "Hello, an order of yours from the event is still open. You can pay on the order page, or cancel it there; this is the last message about it.",
      "订单还在", "", "您好，您在活动中拍下的订单还没有付款，现在仍然可以在订单页付款，也可以取消。这件事我们不会再打扰您。"),
    NOTICE(OCCASION_REMIND_LAST, "last-sms-until", SMS, WINDOW_ANY, 0,
      "Open until", "", "Your order from the event is open until {until}. Pay or cancel on the order page. This is our last message about it.",
      "保留到几点", "", "您活动中的订单还没有付款，平台保留到{until}。可到订单页付款或取消，我们不再另行提醒。"),
    NOTICE(OCCASION_REMIND_LAST, "last-sms", SMS, WINDOW_ANY, 0,
      "Still open", "", "Your order from the event is still open. Pay or cancel on the order page. This is our last message about it.",
      "订单还在", "", "您活动中的订单还没有付款，现在仍可到订单页付款或取消，我们不再另行提醒。"),
    NOTICE(OCCASION_REMIND_LAST, "last-email", EMAIL, WINDOW_ANY, 0,
      "Still open", "Your order at {shop} is still open", "Hello,\n\nyour order {order} from the event is not paid yet. You can still pay on the order page, or cancel it there. This is our last message about it.",
      "订单还在", "您在{shop}的订单还可以付款", "您好：\n\n您在活动中拍下的订单 {order} 还没有付款，现在仍然可以在订单页付款，也可以取消。这件事我们不会再打扰您。"),

    /* ---- presale: the balance ---- */
    NOTICE(OCCASION_BALANCE, "balance-chat-until", CHAT, WINDOW_ANY, 0,
      "Balance, until when", "", "Hello, the balance of your presale order \"{item}\" can be paid now: {amount}, until {until}. If paying does not work, ask me here.",
      "付尾款，截止时间", "", "您好，您预订的「{item}」可以付尾款了，金额是{amount}，{until}前都可以付。付款遇到问题可以直接问我。"),
    NOTICE(OCCASION_BALANCE, "balance-chat", CHAT, WINDOW_ANY, 0,
      "Balance", "", "Hello, the balance of your presale order can be paid now on the order page. If paying does not work, ask me here.",
      "付尾款", "", "您好，您预订的商品可以付尾款了，在订单页就能付。付款遇到问题可以直接问我。"),
    NOTICE(OCCASION_BALANCE, "balance-sms-until", SMS, WINDOW_ANY, 0,
      "Balance, until when", "", "The balance of your presale order, {amount}, can be paid on the order page until {until}.",
      "付尾款，截止时间", "", "您的预售订单可以付尾款了，金额{amount}，{until}前到订单页付款即可。"),
    NOTICE(OCCASION_BALANCE, "balance-sms", SMS, WINDOW_ANY, 0,
      "Balance", "", "The balance of your presale order can be paid now on the order page.",
      "付尾款", "", "您的预售订单可以付尾款了，到订单页付款即可。"),
    NOTICE(OCCASION_BALANCE, "balance-email", EMAIL, WINDOW_ANY, 0,
      "Balance", "The balance of your order at {shop} can be paid", "Hello,\n\nthe balance of your presale order {order} can be paid now on the order page. If something is unclear, just answer this mail.",
      "付尾款", "您在{shop}的预售订单可以付尾款了", "您好：\n\n您的预售订单 {order} 可以付尾款了，在订单页付款即可。有不清楚的地方，直接回复这封邮件就好。"),

    /* ---- under way ---- */
    NOTICE(OCCASION_SHIPPED, "shipped", CHAT, WINDOW_ANY, 0,
      "Shipped", "", "Hello, your order is on its way, tracking number {tracking}. You can follow it on the order page. If anything is wrong when it comes, tell me here.",
      "已发货", "", "您好，您的订单已经寄出，运单号{tracking}，在订单里可以看到物流。收到后有任何问题，直接找我就好。"),
    NOTICE(OCCASION_SHIPPED, "shipped-sms", SMS, WINDOW_ANY, 0,
      "Shipped", "", "Your order is on its way, tracking number {tracking}. You can follow it on the order page.",
      "已发货", "", "您的订单已寄出，运单号{tracking}，可在订单页查看物流。"),
    NOTICE(OCCASION_SHIPPED, "shipped-email", EMAIL, WINDOW_ANY, 0,
      "Shipped", "Your order at {shop} is on its way", "Hello,\n\nyour order {order} is on its way, tracking number {tracking}. You can follow it on the order page. If anything is wrong when it comes, just answer this mail.",
      "已发货", "您在{shop}的订单已经寄出", "您好：\n\n您的订单 {order} 已经寄出，运单号 {tracking}，在订单页可以看到物流。收到后有任何问题，直接回复这封邮件就好。"),
    NOTICE(OCCASION_ARRIVED, "arrived", CHAT | SMS, WINDOW_ANY, 0,
      "Arrived nearby", "", "Your parcel {tracking} has arrived in your area. Please look at it when you take it; if it is damaged, tell us before you sign.",
      "已到附近", "", "您的包裹{tracking}已到达您所在的地区。签收时请看一下外箱，如有破损请先联系我们。"),
    NOTICE(OCCASION_SIGNED, "signed", CHAT | SMS, WINDOW_ANY, 0,
      "Delivered", "", "Your parcel is shown as delivered. If you do not have it, or something is wrong with it, tell us and we look after it.",
      "已签收", "", "物流显示您的包裹已签收。如果没有收到，或者东西有问题，请告诉我们，我们来处理。"),

    /* ---- scripts: the nine that must exist before an event ---- */
    SCRIPT(TOPIC_CARRIER, "script-carrier",
      "Carrier", "We send with {carrier}. If that carrier is inconvenient where you live, tell me before you pay and I look what else is possible.",
      "默认快递", "您好，本店默认发{carrier}。如果您那边收件不方便，付款前告诉我，我看看能不能换。"),
    SCRIPT(TOPIC_SHIPS_WHEN, "script-ships-when",
      "Dispatch time", "Your parcel leaves within {ships_within} after the payment. You get the tracking number as soon as it has left, and can see it on the order page.",
      "发货时间", "您好，付款后{ships_within}内发货。寄出后会有物流信息，在订单里可以看到；如果赶时间，请先告诉我。"),
    SCRIPT(TOPIC_SIZE, "script-size",
      "Size choice", "The size table is {size_where}. Tell me your height, weight and usual size and I tell you what I would choose; between two sizes I tell you the difference and you decide.",
      "尺码选择", "您好，尺码表在{size_where}。方便的话告诉我身高、体重和平时穿的码，我帮您参考；两个码之间拿不准时，我把差别说清楚，由您来定。"),
    SCRIPT(TOPIC_FREIGHT, "script-freight",
      "Freight for returns", "Within {return_days} days you can return or exchange what can still be sold. Where it is not our fault, {return_freight}. Faults and wrong goods: we pay the freight.",
      "退换运费", "您好，签收后{return_days}天内，不影响再次销售的都可以退换。不是质量问题的，{return_freight}；质量问题或发错货，来回运费都由本店承担。"),
    SCRIPT(TOPIC_WRONG_ORDER, "script-wrong-order",
      "Order mistakes: item or address", "If the item or the address is wrong, please ask for a refund and order again. Wait a moment before you do: I check that stock and offer are still there, so that you lose nothing.",
      "改单改址", "您好，拍错了或者地址写错了，请先申请退款再重新下单。重拍之前您先等我一下，我帮您看看库存和优惠还在不在，免得您吃亏。"),
    SCRIPT(TOPIC_BATCH, "script-batch",
      "Batch differences", "Batches differ a little: {batch_note}. If yours is not as the page says, send me a photo and we go by the return rules.",
      "批次差异", "您好，不同批次会有一点差别：{batch_note}。收到后如果觉得和页面说的不一样，请拍照给我看看，我们按退换规则处理。"),
    SCRIPT(TOPIC_STOCK, "script-stock",
      "Stock of a variant", "I look up the stock of that variant for you now and tell you the number as it stands. It is kept for you once the order is paid.",
      "现货库存", "您好，我现在就去查您问的这一款，查到多少如实告诉您。付款之后就会给您留好货。"),
    SCRIPT(TOPIC_ARRIVES_WHEN, "script-arrives-when",
      "Arrival time", "After dispatch it usually takes {arrives_days} days; the tracking shows where it is. If you need it by a certain day, tell me, and I say honestly whether it can be done.",
      "多久能到", "您好，寄出后一般{arrives_days}天到，具体看物流信息。如果有急用，请告诉我日期，来不及我会直说。"),
    SCRIPT(TOPIC_COUPON, "script-coupon",
      "Coupon use", "{coupon_rule}. You see the reduced amount before you pay; if it is not taken off, do not pay yet and send me a screenshot.",
      "优惠券使用", "您好，{coupon_rule}。付款前能看到减完的金额，如果没有减，请先不要付款，截图给我看看。"),

    /* ---- scripts: what else is asked every day ---- */
    SCRIPT(TOPIC_GREETING, "script-greeting",
      "Welcome", "Hello, welcome to {shop}. Tell me which item you are looking at, and I tell you what is good about it and for whom it is not.",
      "欢迎语", "您好，欢迎来到{shop}。您在看哪一款？我会如实介绍，不合适的也会告诉您。"),
    SCRIPT(TOPIC_AWAY, "script-away",
      "Away", "Thank you for writing. Somebody answers from {service_hours}; leave your question and we answer in the order of the messages. Dispatch, returns and sizes are explained on the item's page.",
      "自动回复", "您好，客服时间是{service_hours}。请先留言，我们上线后按先后顺序回复。发货、退换和尺码，商品页里都有说明。"),
    SCRIPT(TOPIC_PAYING, "script-paying",
      "Paying does not work", "It is mostly a limit or the connection: try another card or another way of paying. Please pay on this platform's own page only; we never ask you to pay outside the platform.",
      "付款问题", "您好，付款不成功多半是限额或网络的原因，可以换一张卡或换一种方式再试。请只在平台的付款页付款，我们不会让您转账到别处。"),
    SCRIPT(TOPIC_INVOICE, "script-invoice",
      "Invoice", "Yes, you can have an invoice: {invoice_how}. Please check the name and the tax number before you send them.",
      "发票", "您好，可以开发票，{invoice_how}。请核对好抬头和税号再提交。"),
    SCRIPT(TOPIC_PARCEL, "script-parcel",
      "Tracking, not received", "I look into your parcel now. If it shows as delivered and you do not have it, please ask at home, at the door and at the pick-up point; if it is not there, tell me and I take it up with the carrier.",
      "查物流、没收到", "您好，我现在就查这一单的物流。如果显示已签收而您没有收到，请先问问家人、门卫或驿站；都没有的话告诉我，我去找快递核实，由我们负责处理。"),
    SCRIPT(TOPIC_DAMAGED, "script-damaged",
      "Damaged", "I am sorry that it reached you like this; that is our responsibility. Please send me a photo of the box and of the damage. Would you like a new one, a refund, or a part of it back?",
      "破损", "非常抱歉，东西这样到您手里是我们的责任。请把外箱和破损的地方拍给我，您希望补发、换货还是退款？您说一声，我来办。"),
    SCRIPT(TOPIC_REFUND, "script-refund",
      "Refund", "I see your request. Once it is checked I agree to it; the money goes back the way it came, and how fast depends on your bank.",
      "退款进度", "您好，退款申请我看到了，核实后就会同意。钱按原路退回，到账快慢要看付款渠道。"),
    SCRIPT(TOPIC_PRICE, "script-price",
      "Price", "The price on the page is the price for everybody, and the coupons that can be used are shown there. I would rather tell you openly than promise something.",
      "议价", "您好，页面上的价格对每位买家都一样，能用的优惠也都标在页面上了。不能再少，还请您理解。"),
    SCRIPT(TOPIC_OFF_PLATFORM, "script-off-platform",
      "Other messengers", "Thank you for your trust. Let us talk and pay here: if something goes wrong, the platform has the record, and you are protected.",
      "想加微信", "谢谢您的信任。为了您的权益有保障，我们就在平台上沟通和付款吧，万一有问题，平台能查到记录。"),
    SCRIPT(TOPIC_REVIEW, "script-review",
      "Opinion", "How do you like it? Write in a review what is good and what is not; it helps other buyers. If something is wrong, tell me here and I look after it.",
      "邀请评价", "您好，东西用着怎么样？好的和不好的都欢迎写在评价里，对别的买家有帮助。有不满意的地方，也可以直接告诉我，我来处理。"),
    SCRIPT(TOPIC_THANKS, "script-thanks",
      "Goodbye and thanks", "Thank you. If anything comes up later, you find me here.",
      "结束语", "谢谢您。后面有任何问题，随时来找我。"),
    SCRIPT(TOPIC_SOLD_OUT, "script-sold-out",
      "Unavailable after all", "I am sorry: what you ordered is out of stock, and the page should have said so. Would you like another one, or the full refund? I do either at once.",
      "缺货说明", "很抱歉，您拍的这一款没有货了，是我们没有及时下架。您看是换一款，还是全额退款？我马上给您办。"),
};

const struct wording *wording_library(int *ret_n)
{
    *ret_n = (int)(sizeof library / sizeof library[0]);
    return library;
}
