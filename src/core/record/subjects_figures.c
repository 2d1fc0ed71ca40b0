/* Figures of days and hours: the shop's own traffic, its peers', and search words. Traffic and peers tell the same figures
 * in the same words, so that a row marked as the peers' goes there as it stands. */
#include "core/record/subjects.h"

#define FIGURES \
    { "visitors", "Visitors", "访客数", KIND_COUNT, MARK, "商品访客数|预热访客数|活动商品访客数|访客|UV|Unique visitors|Sessions" }, \
    { "views", "Page views", "浏览量", KIND_COUNT, MARK, "商品浏览量|浏览次数|PV|Pageviews|time_pv_count" }, \
    { "item_visitors", "Visitors of items", "商品详情访客数", KIND_COUNT, MARK, "详情页访客数" }, \
    { "item_views", "Views of items", "商品详情浏览量", KIND_COUNT, 0, "详情页浏览量" }, \
    { "views_each", "Views a visitor", "人均浏览量", KIND_DECIMAL, 0, "平均浏览量|Pages per visit" }, \
    { "stay", "Average stay", "平均停留时长", KIND_SECONDS, 0, "平均停留时长(秒)|停留时长|人均停留时长|Average time on page" }, \
    { "bounce", "Bounce rate", "跳失率", KIND_RATIO, 0, "商品详情页跳出率|详情页跳出率|跳出率" }, \
    { "favourites", "People who favour", "收藏人数", KIND_COUNT, MARK, "商品收藏人数|商品收藏买家数|收藏买家数|预热收藏人数|收藏数|Favourites|time_fav_count" }, \
    { "favourite_times", "Times favoured", "收藏次数", KIND_COUNT, 0, "商品收藏次数|预热收藏次数" }, \
    { "shop_favourites", "People who favour the shop", "店铺收藏人数", KIND_COUNT, 0, "店铺收藏买家数|关注店铺人数|新增关注|新增粉丝数" }, \
    { "carts", "People who put into the cart", "加购人数", KIND_COUNT, MARK, "商品加购人数|加购买家数|预热加购人数|加购数|Carts|time_cart_count" }, \
    { "cart_pieces", "Pieces put into carts", "加购件数", KIND_COUNT, 0, "商品加购件数|预热加购件数" }, \
    { "order_buyers", "Buyers who ordered", "下单买家数", KIND_COUNT, 0, "下单人数" }, \
    { "order_pieces", "Pieces ordered", "下单件数", KIND_COUNT, 0, "下单商品件数|下单数量" }, \
    { "order_amount", "Amount ordered", "下单金额", KIND_MONEY, 0, "下单额" }, \
    { "order_rate", "Ordering rate", "下单转化率", KIND_RATIO, 0, "访客下单转化率" }, \
    { "buyers", "Buyers who paid", "支付买家数", KIND_COUNT, MARK, "支付人数|成交人数|成交买家数|活动商品支付买家数|Buyers" }, \
    { "paid_pieces", "Pieces paid", "支付件数", KIND_COUNT, 0, "成交件数|支付商品件数|活动商品支付件数|Units ordered|time_buy_count" }, \
    { "paid_orders", "Orders paid", "支付订单数", KIND_COUNT, 0, "支付父订单数|成交订单数|Orders" }, \
    { "paid_lines", "Lines paid", "支付子订单数", KIND_COUNT, 0, "成交子订单数" }, \
    { "paid_products", "Products sold", "支付商品数", KIND_COUNT, 0, "动销商品数" }, \
    { "paid_amount", "Amount paid", "支付金额", KIND_MONEY, MARK, "成交金额|销售额|活动商品支付金额|Sales|Ordered product sales" }, \
    { "paid_rate", "Paying rate", "支付转化率", KIND_RATIO, 0, "商品支付转化率|成交转化率|转化率|Conversion rate|Unit session percentage|time_buy_rate" }, \
    { "paid_of_ordered", "Share of orders paid", "下单-支付转化率", KIND_RATIO, 0, "下单支付转化率" }, \
    { "average", "Amount a buyer", "客单价", KIND_MONEY, MEAN, "人均支付金额|Average order value" }, \
    { "visitor_value", "Amount a visitor", "UV价值", KIND_DECIMAL, 0, "访客平均价值|访客价值" }, \
    { "cart_rate", "Cart rate", "加购转化率", KIND_RATIO, 0, "访客加购转化率|加购率|time_cart_rate" }, \
    { "favourite_rate", "Favouring rate", "收藏转化率", KIND_RATIO, 0, "访客收藏转化率|收藏率|time_fav_rate" }, \
    { "old_visitors", "Returning visitors", "老访客数", KIND_COUNT, 0, "老访客" }, \
    { "new_visitors", "New visitors", "新访客数", KIND_COUNT, 0, "新访客" }, \
    { "old_buyers", "Returning buyers", "支付老买家数", KIND_COUNT, 0, "老买家数|老客数" }, \
    { "new_buyers", "New buyers", "支付新买家数", KIND_COUNT, 0, "新买家数|新客数" }, \
    { "old_amount", "Amount of returning buyers", "老买家支付金额", KIND_MONEY, 0, "老客支付金额" }, \
    { "refund", "Amount refunded", "成功退款金额", KIND_MONEY, 0, "退款金额|活动申请退款金额" }, \
    { "ads_search", "Paid search (直通车) cost", "直通车消耗", KIND_MONEY, 0, "直通车花费|关键词推广花费" }, \
    { "ads_display", "Display ads (钻展) cost", "钻石展位消耗", KIND_MONEY, 0, "钻展消耗|引力魔方花费|人群推广花费" }, \
    { "ads_affiliate", "Affiliate commission", "淘宝客佣金", KIND_MONEY, 0, "联盟佣金" }, \
    { "reviews", "Reviews", "评价数", KIND_COUNT, 0, "累计评价数" }, \
    { "reviews_pictures", "Reviews with pictures", "有图评价数", KIND_COUNT, 0, "晒图评价数" }, \
    { "reviews_good", "Good reviews", "正面评价数", KIND_COUNT, 0, "好评数" }, \
    { "reviews_bad", "Bad reviews", "负面评价数", KIND_COUNT, 0, "差评数" }, \
    { "reviews_good_old", "Good reviews of returning buyers", "老买家正面评价数", KIND_COUNT, 0, NULL }, \
    { "reviews_bad_old", "Bad reviews of returning buyers", "老买家负面评价数", KIND_COUNT, 0, NULL }, \
    { "parcels_collected", "Parcels collected", "揽收包裹数", KIND_COUNT, 0, NULL }, \
    { "parcels_shipped", "Parcels shipped", "发货包裹数", KIND_COUNT, 0, NULL }, \
    { "parcels_out", "Parcels out for delivery", "派送包裹数", KIND_COUNT, 0, NULL }, \
    { "parcels_signed", "Parcels signed for", "签收成功包裹数", KIND_COUNT, 0, "签收包裹数" }, \
    { "pay_to_sign", "From payment to signature", "平均支付_签收时长(秒)", KIND_SECONDS, 0, "平均支付-签收时长(秒)|支付签收时长" }, \
    { "score_described", "Score: as described", "描述相符评分", KIND_DECIMAL, 0, "描述相符|宝贝描述评分" }, \
    { "score_logistics", "Score: logistics", "物流服务评分", KIND_DECIMAL, 0, "物流服务" }, \
    { "score_service", "Score: service", "服务态度评分", KIND_DECIMAL, 0, "服务态度" }, \
    { "score_rival", "Rival score", "竞争力评分", KIND_DECIMAL, 0, NULL }, \
    { "juhuasuan", "Amount paid in Juhuasuan", "聚划算支付金额", KIND_MONEY, 0, NULL }, \
    { "year_amount", "Amount since 1 January", "年累计支付金额", KIND_MONEY, 0, NULL }, \
    { "month_amount", "Amount this month", "月累计支付金额", KIND_MONEY, 0, NULL }, \
    { "month_pieces", "Pieces this month", "月累计支付件数", KIND_COUNT, 0, NULL }, \
    { "search_rate", "Paying rate from search", "搜索引导支付转化率", KIND_RATIO, 0, NULL }, \
    { "search_visitors", "Visitors from search", "搜索引导访客数", KIND_COUNT, 0, NULL }, \
    { "search_buyers", "Buyers from search", "搜索引导支付买家数", KIND_COUNT, 0, NULL }, \
    { "detail_rate", "Paying rate of the structured page", "结构化详情引导转化率", KIND_RATIO, 0, NULL }, \
    { "detail_share", "Share of sales of the structured page", "结构化详情引导成交占比", KIND_RATIO, 0, NULL }, \
    { "burst", "Burst factor", "爆发系数", KIND_DECIMAL, 0, NULL }, \
    { "spend", "Cost of promotion", "推广花费", KIND_MONEY, 0, "花费|消耗|Ad spend" }, \
    { "exposure", "Exposures", "曝光量", KIND_COUNT, 0, "展现量|曝光次数|Impressions" }, \
    { "clicks", "Clicks", "点击量", KIND_COUNT, 0, "点击次数|点击数" }

static const struct record_field traffic_fields[] = {
    { "day", "Day", "统计日期", KIND_DAY, KEY | MUST | WHEN, "日期|数据日期|Date|Day date" },
    { "hour", "Hour", "小时", KIND_HOUR, KEY, "时段|时间段|统计小时|Hour of day" },
    { "source", "Source", "流量来源", KIND_CODE, KEY, "来源|来源名称|渠道|流量渠道|Traffic source|Channel" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID|Item ID|(Parent) ASIN|ASIN" },
    { "terminal", "Device", "终端", KIND_CODE, KEY | PART, "设备|终端类型|Device type" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|Title|Product name" },
    { "sku_code", "Merchant's code", "货号", KIND_CODE, 0, "商家编码|SKU" },
    { "main_product_no", "Main product number", "主商品ID", KIND_CODE, 0, NULL },
    { "product_kind", "Kind of product", "商品类型", KIND_STATUS, 0, NULL },
    { "state", "State", "商品状态", KIND_STATUS, 0, NULL },
    { "tags", "Tags", "商品标签", KIND_TEXT, 0, NULL },
    FIGURES,
};
SUBJECT(traffic, "traffic", "Traffic per day, hour, source, item", "流量（按日、小时、来源、商品）");

static const struct record_field peers_fields[] = {
    { "day", "Day", "统计日期", KIND_DAY, KEY | MUST | WHEN, "日期|数据日期|Date" },
    { "band", "Who", "对比对象", KIND_CODE, KEY | MUST, "对比|同行|类型|分组|层级|Peer group|Peers" },
    { "source", "Source", "流量来源", KIND_CODE, KEY, "来源|来源名称|渠道|Channel" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID" },
    { "terminal", "Device", "终端", KIND_CODE, KEY | PART, "设备|终端类型" },
    { "hour", "Hour", "小时", KIND_HOUR, KEY, "时段|时间段" },
    FIGURES,
};
SUBJECT(peers, "peers", "Peers' figures", "同行数据");

static const struct record_field search_words_fields[] = {
    { "word", "Search word", "搜索词", KIND_CODE, KEY | MUST, "关键词|搜索关键词|引流词|词|Search term|Keyword|Search query" },
    { "day", "Day", "日期", KIND_DAY, KEY | WHEN, "统计日期|数据日期|Date" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|Title" },
    { "exposure", "Exposures", "曝光量", KIND_COUNT, MARK, "展现量|曝光次数|搜索曝光|搜索人气|Impressions" },
    { "clicks", "Clicks", "点击量", KIND_COUNT, MARK, "点击次数|点击数|搜索点击" },
    { "click_rate", "Click rate", "点击率", KIND_RATIO, 0, "CTR" },
    { "visitors", "Visitors", "访客数", KIND_COUNT, MARK, "引导访客数|搜索访客数|带来的访客数" },
    { "carts", "People who put into the cart", "加购人数", KIND_COUNT, 0, "引导加购人数" },
    { "favourites", "People who favour", "收藏人数", KIND_COUNT, 0, "引导收藏人数" },
    { "buyers", "Buyers who paid", "支付买家数", KIND_COUNT, 0, "引导支付买家数|引导下单买家数|成交人数" },
    { "paid_pieces", "Pieces paid", "支付件数", KIND_COUNT, 0, "引导支付件数|成交件数" },
    { "paid_amount", "Amount paid", "支付金额", KIND_MONEY, 0, "引导支付金额|成交金额" },
    { "paid_rate", "Paying rate", "支付转化率", KIND_RATIO, 0, "引导支付转化率|转化率|成交转化率|Conversion rate" },
    { "place", "Rank", "排名", KIND_DECIMAL, 0, "平均排名|搜索排名|平均展现排名|Average position" },
    { "spend", "Cost", "花费", KIND_MONEY, 0, "消耗|Spend" },
    { "click_price", "Cost a click", "平均点击花费", KIND_MONEY, MEAN, "点击单价|CPC" },
};
SUBJECT(search_words, "search_words", "Search words", "搜索词");
