/* People: what buyers write, who they are and what they allowed, their parcels; the shop's own people and their chats. */
#include "core/record/subjects.h"

static const struct record_field reviews_fields[] = {
    { "review_no", "Review number", "评价ID", KIND_CODE, KEY, "评价编号|评论ID|Review ID|review_id" },
    { "order_no", "Order number", "订单编号", KIND_CODE, KEY, "订单号|主订单编号|Order ID|order_id" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID|product_id" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, 0, "SKU|货号" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|宝贝名称|Product name|Product title" },
    { "stars", "Stars", "星级", KIND_COUNT, MARK, "评分|评价星级|打分|Rating|Score|review_score" },
    { "verdict", "Good, middling or bad", "评价结果", KIND_STATUS, MARK, "评价类型|评价等级|好中差评|Verdict" },
    { "text", "What the buyer wrote", "评价内容", KIND_PERSON, MARK, "评论内容|初评内容|评价|评论|Review|Review text|Body|review_comment_message" },
    { "headline", "Headline", "评价标题", KIND_PERSON, 0, "Review title|review_comment_title" },
    { "more", "What the buyer added", "追评内容", KIND_PERSON, 0, "追加评价|追评" },
    { "pictures", "Pictures", "图片数", KIND_COUNT, 0, "晒图数|评价图片数" },
    { "written_at", "Written at", "评价时间", KIND_TIME, WHEN, "评论时间|评价日期|创建时间|Review date|Created at|review_creation_date" },
    { "buyer", "Buyer's account", "买家会员名", KIND_PERSON, 0, "买家昵称|评价人|买家|会员名|用户名|Reviewer|Buyer|Author" },
    { "reply", "Our answer", "回复内容", KIND_PERSON, 0, "卖家回复|解释|商家回复|Reply" },
    { "replied_at", "Answered at", "回复时间", KIND_TIME, 0, "Reply date|review_answer_timestamp" },
    { "options", "Options", "规格", KIND_TEXT, 0, "商品规格|购买规格" },
};
SUBJECT(reviews, "reviews", "Reviews", "评价");

static const struct record_field customers_fields[] = {
    { "customer_no", "Customer number", "客户编号", KIND_CODE, KEY, "客户ID|会员ID|会员编号|Customer ID|customer_unique_id|customer_id" },
    { "buyer", "Buyer's account", "买家会员名", KIND_PERSON, KEY, "会员名|客户昵称|买家昵称|会员昵称|旺旺|旺旺号|Buyer|Username|Customer" },
    { "name", "Name", "姓名", KIND_PERSON, 0, "客户姓名|真实姓名|收货人姓名|Full name|First Name" },
    { "phone", "Phone", "手机", KIND_PERSON, 0, "手机号|手机号码|联系电话|联系手机|电话|Phone number|Mobile" },
    { "email", "E-mail", "邮箱", KIND_PERSON, 0, "电子邮箱|Email|E-mail address" },
    { "address", "Address", "地址", KIND_PERSON, 0, "收货地址|详细地址|Default Address Address1|Address1" },
    { "region", "Province or state", "省份", KIND_TEXT, 0, "省|地区|Province|State|Default Address Province Code|customer_state" },
    { "city", "City", "城市", KIND_TEXT, 0, "市|Default Address City|customer_city" },
    { "level", "Level", "会员等级", KIND_STATUS, MARK, "客户等级|等级|VIP等级|Tier" },
    { "tags", "Tags", "标签", KIND_TEXT, MARK, "客户标签|分组|客户分组|Segment" },
    { "sms_consent", "Allows SMS", "短信授权", KIND_STATUS, MARK, "同意短信|接收短信|允许短信|Accepts SMS Marketing|SMS consent" },
    { "mail_consent", "Allows e-mail", "邮件授权", KIND_STATUS, MARK, "同意邮件|接收邮件|允许邮件|Accepts Email Marketing|Accepts Marketing|Email consent" },
    { "chat_consent", "Allows chat messages", "消息授权", KIND_STATUS, MARK, "同意消息|接收消息|允许群发|Chat consent" },
    { "consent_at", "Allowed at", "授权时间", KIND_TIME, 0, "同意时间|授权日期|Consent date|Consent time" },
    { "consent_by", "How it was allowed", "授权方式", KIND_TEXT, 0, "授权来源|同意方式|Consent source" },
    { "opted_out", "Wants nothing", "拒收", KIND_STATUS, MARK, "退订|黑名单|已退订|Unsubscribed|Opted out|Opt out" },
    { "opted_out_at", "Refused at", "退订时间", KIND_TIME, 0, "拒收时间|Unsubscribed at" },
    { "orders", "Orders", "购买次数", KIND_COUNT, MARK, "交易笔数|订单数|交易次数|Total Orders" },
    { "spent", "Spent", "累计消费", KIND_MONEY, MARK, "交易金额|累计金额|消费金额|交易总额|Total Spent" },
    { "last_order_at", "Last order", "最近购买时间", KIND_TIME, WHEN, "最后交易时间|上次交易时间|最近一次交易|Last order date" },
    { "source", "Came from", "客户来源", KIND_TEXT, 0, "来源|渠道" },
    { "note", "Note", "备注", KIND_PERSON, 0, "客户备注|Remark" },
    { "account", "Account in their orders", "订单中的账号", KIND_PERSON, 0, "" }, /* where orders know a buyer by another number than customers do */
};
SUBJECT(customers, "customers", "Customers and consents", "客户与授权");

static const struct record_field parcels_fields[] = {
    { "tracking", "Tracking number", "物流单号", KIND_CODE, KEY | MUST, "运单号|快递单号|运单编号|包裹号|面单号|Waybill|Tracking|Tracking no" },
    { "order_no", "Order number", "订单编号", KIND_CODE, 0, "订单号|关联订单|Order|Order ID" },
    { "carrier", "Carrier", "物流公司", KIND_TEXT, MARK, "快递公司|承运商|快递|Courier|Shipping company" },
    { "state", "State", "物流状态", KIND_STATUS, MARK, "状态|包裹状态|运单状态|Status|Tracking status" },
    { "shipped_at", "Shipped at", "发货时间", KIND_TIME, MARK | WHEN, "发货日期|出库时间|Ship date|Shipped" },
    { "collected_at", "Collected at", "揽收时间", KIND_TIME, MARK, "揽件时间|揽收日期|Picked up" },
    { "out_at", "Out for delivery at", "派送时间", KIND_TIME, 0, "派件时间|派送日期" },
    { "delivered_at", "Delivered at", "签收时间", KIND_TIME, MARK, "妥投时间|签收日期|送达时间|Delivered|Delivery date" },
    { "promised_by", "Promised by", "承诺送达时间", KIND_TIME, AHEAD, "预计送达|预计送达时间|Estimated delivery|ETA" },
    { "last_event", "Latest news", "最新物流", KIND_TEXT, 0, "最新轨迹|物流信息|最新动态|Last event" },
    { "last_event_at", "Latest news at", "最新物流时间", KIND_TIME, 0, "轨迹时间|最新时间|Last update" },
    { "trouble", "Trouble", "异常", KIND_STATUS, 0, "异常原因|异常类型|问题件|Exception" },
    { "region", "Province or state", "省份", KIND_TEXT, 0, "目的省|收件省份|省|Province" },
    { "weight_g", "Weight (g)", "重量(克)", KIND_DECIMAL, 0, "重量(g)|Weight" },
    { "fee", "Shipping cost", "运费", KIND_MONEY, 0, "快递费|物流费用|Shipping fee" },
    { "receiver", "Receiver's name", "收货人姓名", KIND_PERSON, 0, "收件人|收货人|收件人姓名|Recipient|Ship to" },
    { "phone", "Phone", "联系手机", KIND_PERSON, 0, "收件人电话|收件人手机|手机|电话|Phone number" },
    { "address", "Address", "收货地址", KIND_PERSON, 0, "收件地址|收件人地址|地址" },
};
SUBJECT(parcels, "parcels", "Parcels and tracking", "包裹与物流");

static const struct record_field staff_fields[] = {
    { "staff", "Member of staff", "员工", KIND_CODE, KEY | MUST, "员工姓名|工号|员工编号|账号|子账号|客服昵称|客服|旺旺昵称|花名|Employee|Staff name|Agent" },
    { "name", "Full name", "真实姓名", KIND_PERSON, 0, "姓名|Name" },
    { "role", "Post", "岗位", KIND_STATUS, MARK, "职位|角色|职务|Role|Position|Job" },
    { "team", "Team", "部门", KIND_TEXT, MARK, "小组|组别|班组|Department|Group" },
    { "phone", "Phone", "手机", KIND_PERSON, 0, "电话|联系电话|手机号|Mobile" },
    { "joined", "Since", "入职日期", KIND_DAY, MARK | WHEN, "入职时间|到岗日期|Joined|Hire date|Start date" },
    { "left", "Until", "离职日期", KIND_DAY, AHEAD, "离职时间|Left|End date" },
    { "kind", "Kind of work", "用工类型", KIND_STATUS, MARK, "类型|全职兼职|Employment type" },
    { "hourly_cost", "Cost an hour", "时薪", KIND_MONEY, MARK, "每小时成本|小时工资|Hourly rate|Hourly cost" },
    { "skills", "Can do", "技能", KIND_TEXT, 0, "擅长|Skills" },
    { "chats_at_once", "Chats at once", "同时接待数", KIND_COUNT, 0, "接待上限|最大接待量|Concurrent chats" },
    { "parcels_hour", "Parcels packed an hour", "每小时打包数", KIND_COUNT, 0, "打包效率|Parcels per hour" },
    { "state", "State", "状态", KIND_STATUS, 0, "在职状态|Status" },
};
SUBJECT(staff, "staff", "Staff", "员工");

static const struct record_field shifts_fields[] = {
    { "day", "Day", "日期", KIND_DAY, KEY | MUST | WHEN | AHEAD, "排班日期|上班日期|值班日期|Date" },
    { "staff", "Member of staff", "员工", KIND_CODE, KEY | MUST, "姓名|员工姓名|客服|客服昵称|值班人|人员|账号|Employee|Staff name|Name|Agent" },
    { "shift", "Shift", "班次", KIND_CODE, KEY | MARK, "班别|排班|Shift name" },
    { "begins", "Begins", "上班时间", KIND_CLOCK, MARK, "开始时间|开始|上班|Start|Start time|From" },
    { "ends", "Ends", "下班时间", KIND_CLOCK, MARK, "结束时间|结束|下班|End|End time|Until" },
    { "hours", "Hours", "工时", KIND_DECIMAL, 0, "时长|小时数" },
    { "place", "Place", "岗位", KIND_TEXT, 0, "工作地点|地点|位置|Post|Location" },
    { "work", "Work", "工作内容", KIND_TEXT, 0, "任务|职责|Task|Duty" },
    { "state", "State", "出勤", KIND_STATUS, 0, "状态|出勤状态|Attendance|Status" },
    { "note", "Note", "备注", KIND_TEXT, 0, "说明|Remark" },
};
SUBJECT(shifts, "shifts", "Shifts", "排班");

static const struct record_field chats_fields[] = {
    { "day", "Day", "日期", KIND_DAY, KEY | MUST | WHEN, "统计日期|数据日期|Date" },
    { "hour", "Hour", "小时", KIND_HOUR, KEY, "时段|时间段" },
    { "staff", "Member of staff", "客服", KIND_CODE, KEY, "客服昵称|旺旺|旺旺昵称|子账号|客服账号|客服姓名|员工|姓名|Agent|Staff name" },
    { "consulted", "People who wrote", "咨询人数", KIND_COUNT, MARK, "咨询量|咨询买家数|Enquiries" },
    { "received", "People answered", "接待人数", KIND_COUNT, MARK, "已接待人数|接待量|接待买家数|Received" },
    { "asked", "People who asked to buy", "询单人数", KIND_COUNT, MARK, "询单量|询单买家数" },
    { "ordered", "Of them ordered", "下单人数", KIND_COUNT, 0, "询单下单人数|客服下单人数" },
    { "paid", "Of them paid", "支付人数", KIND_COUNT, 0, "客服销售人数|询单支付人数|询单付款人数" },
    { "converted", "Share that paid", "询单转化率", KIND_RATIO, MARK, "询单支付转化率|询单付款转化率|客服转化率" },
    { "first_reply", "First answer after", "平均首响时长", KIND_SECONDS, MARK, "首次响应时长|全天首响时长|首响时长|平均首次响应时长|平均首次响应时长(秒)|首次响应时长(秒)|First response time" },
    { "reply", "Answers after", "平均响应时长", KIND_SECONDS, MARK, "平均响应时长(秒)|全天平响时长|平响时长|响应时长|Response time" },
    { "reply_rate", "Share answered", "旺旺回复率", KIND_RATIO, 0, "回复率|应答率|接通率|Reply rate" },
    { "quick_rate", "Share answered within 30 s", "30秒响应率", KIND_RATIO, 0, "30秒应答率|30s应答率" },
    { "three_min_rate", "Share answered within 3 min", "3分钟回复率", KIND_RATIO, 0, "全天3分钟回复率|三分钟回复率|3分钟人工回复率" },
    { "satisfied", "Satisfied", "客户满意率", KIND_RATIO, MARK, "满意率|全天满意率|客户满意比|满意度|Satisfaction" },
    { "ratings", "Ratings", "有效评价数", KIND_COUNT, 0, "评价数|评价量" },
    { "transferred", "Handed on", "转出会话量", KIND_COUNT, 0, "转出人数|转出量|Transferred" },
    { "sales", "Sales", "客服销售额", KIND_MONEY, MARK, "客服询单支付额|客服支付金额|销售额|询单支付金额|Sales amount" },
    { "sales_share", "Share of all sales", "客服销售占比", KIND_RATIO, 0, "销售占比" },
    { "average", "Amount a buyer", "客服销售客单价", KIND_MONEY, MEAN, "客服客单价|客单价" },
    { "refund", "Amount refunded", "成功退款金额", KIND_MONEY, 0, "退款金额" },
    { "net_sales", "Net sales", "净销售额", KIND_MONEY, 0, NULL },
    { "on_duty", "People on duty", "当班人数", KIND_COUNT, 0, "值班人数|在线客服数|Agents on duty" },
    { "login_hours", "Hours logged in", "登录时长", KIND_DECIMAL, 0, "登录小时数|在线时长|Login hours" },
    { "service_hours", "Hours of service", "服务时长", KIND_DECIMAL, 0, "接待时长" },
    { "messages", "Messages", "消息数", KIND_COUNT, 0, "总消息数|客服消息数|Messages sent" },
};
SUBJECT(chats, "chats", "Chat figures", "客服数据");

/* The buyer first: the beginning of the key finds a buyer's chats. */
static const struct record_field talks_fields[] = {
    { "buyer", "Buyer's account", "买家会员名", KIND_PERSON, KEY | MUST, "买家昵称|客户昵称|买家|会员名|买家旺旺|客户|Buyer|Customer|Customer name" },
    { "staff", "Member of staff", "客服", KIND_CODE, KEY | MUST, "客服昵称|接待客服|客服旺旺|子账号|客服账号|客服姓名|Agent|Staff name|Assignee" },
    { "began_at", "Began at", "会话开始时间", KIND_TIME, KEY | MUST | MARK | WHEN, "接待开始时间|开始接待时间|首次咨询时间|会话时间|接待时间|Started at|Chat started|Conversation started" },
    { "ended_at", "Ended at", "会话结束时间", KIND_TIME, 0, "接待结束时间|结束接待时间|关闭时间|Closed at|Chat ended|Conversation ended" },
    { "last_at", "Last message at", "最后消息时间", KIND_TIME, 0, "最后回复时间|最近消息时间|末次消息时间|Last message|Last reply at" },
    { "messages", "Messages", "消息数", KIND_COUNT, 0, "会话消息数|总消息数|Message count" },
    { "order_no", "Order number", "订单编号", KIND_CODE, 0, "订单号|关联订单|Order|Order ID" },
    { "about", "About", "会话类型", KIND_STATUS, 0, "咨询类型|售前售后|Topic|Category" },
};
SUBJECT(talks, "talks", "Chats with buyers", "接待明细");
