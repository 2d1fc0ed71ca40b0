/* Campaigns: the sheets sellers plan with, what may be signed up and what was, coupons, and the platform's penalties. */
#include "core/record/subjects.h"

static const struct record_field tasks_fields[] = {
    { "campaign", "Campaign", "活动", KIND_CODE, KEY, "活动名称|大促|项目|Event" },
    { "task_no", "Task number", "任务编号", KIND_CODE, KEY, "编号|序号|No.|Task ID|#" },
    { "task", "Task", "任务", KIND_CODE, KEY | MUST, "事项|工作事项|任务名称|任务内容|工作内容|待办|Todo|Item" },
    { "phase", "Phase", "阶段", KIND_STATUS, MARK, "时期|活动阶段|Stage" },
    { "area", "Area", "板块", KIND_STATUS, MARK, "模块|部门|领域|分类|类别|Category|Department" },
    { "who", "Who", "负责人", KIND_TEXT, MARK, "责任人|执行人|跟进人|人员|Owner|Assignee|Responsible" },
    { "begins", "Begins", "开始时间", KIND_TIME, AHEAD, "开始日期|起始时间|Start|Start date" },
    { "due", "Due", "截止时间", KIND_TIME, AHEAD | WHEN | MARK, "截止日期|完成时间|完成期限|计划完成时间|deadline|DDL|Due date" },
    { "done", "Done", "完成情况", KIND_STATUS, MARK, "状态|是否完成|完成状态|进度|Status|Progress" },
    { "done_at", "Done at", "实际完成时间", KIND_TIME, 0, "完成日期|Completed at|Completed on" },
    { "done_when", "Done when", "完成标准", KIND_TEXT, 0, "验收标准|目标|Definition of done|Criteria" },
    { "priority", "Priority", "优先级", KIND_STATUS, 0, "重要程度" },
    { "note", "Note", "备注", KIND_TEXT, 0, "说明|Remark|Comment" },
};
SUBJECT(tasks, "tasks", "Campaign tasks", "活动任务表");

static const struct record_field signup_rules_fields[] = {
    { "campaign", "Campaign", "活动名称", KIND_CODE, KEY, "活动|大促|报名活动|Event" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID|Item ID" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, KEY, "SKU编码|SKU ID|SKU|货号" },
    { "category", "Category", "类目", KIND_CODE, KEY, "行业|商品类目|Industry" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|标题|Title" },
    { "price_max", "Price at most", "报名门槛价", KIND_MONEY, MARK, "门槛价|最高报名价|活动价上限|价格门槛|Price threshold|Maximum price" },
    { "base_price", "Lowest price before", "历史最低价", KIND_MONEY, MARK, "最低价|年内最低价|近期最低价|基准价|Base price" },
    { "discount", "Discount asked", "要求折扣", KIND_RATIO, MARK, "折扣要求|折扣门槛|最低折扣|Required discount" },
    { "stock_min", "Stock asked", "要求库存", KIND_COUNT, MARK, "库存门槛|最低库存|报名库存要求|Required stock|Minimum stock" },
    { "stock_by", "Stock counted by", "库存口径", KIND_STATUS, 0, "库存计算方式|Stock basis" },
    { "score_min", "Score at least", "评分门槛", KIND_DECIMAL, MARK, "要求评分|最低评分|DSR要求|Minimum score" },
    { "sales_min", "Sales at least", "销量门槛", KIND_COUNT, MARK, "要求销量|最低销量|Minimum sales" },
    { "commission", "Commission", "佣金比例", KIND_RATIO, 0, "技术服务费率|费率|Commission rate" },
    { "opens", "Sign-up opens", "报名开始时间", KIND_TIME, AHEAD, "报名开始|Sign-up opens at" },
    { "deadline", "Sign-up closes", "报名截止时间", KIND_TIME, AHEAD | WHEN | MARK, "报名截止|报名截止日期|Sign-up deadline" },
    { "rule", "Rule", "规则", KIND_TEXT, 0, "报名规则|要求|说明|Terms" },
};
SUBJECT(signup_rules, "signup_rules", "Sign-up thresholds", "报名门槛");

static const struct record_field signups_fields[] = {
    { "campaign", "Campaign", "活动名称", KIND_CODE, KEY, "活动|大促|报名活动|Event" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|Product ID|Item ID" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, KEY, "SKU编码|SKU ID|SKU|货号" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|标题|Title" },
    { "result", "Result", "报名状态", KIND_STATUS, MUST, "审核状态|报名结果|审核结果|Sign-up status|Sign-up result" },
    { "reason", "Reason", "原因", KIND_TEXT, 0, "失败原因|驳回原因|拒绝原因|Reject reason" },
    { "price", "Campaign price", "活动价", KIND_MONEY, 0, "报名价|活动价格|Deal price|Event price" },
    { "stock", "Campaign stock", "活动库存", KIND_COUNT, 0, "报名库存|报名数量|Event stock" },
    { "tier", "Place", "活动位", KIND_STATUS, 0, "坑位|会场|资源位|Slot" },
    { "asked_at", "Asked at", "报名时间", KIND_TIME, WHEN, "提交时间|Submitted at" },
    { "answered_at", "Answered at", "审核时间", KIND_TIME, 0, "结果时间|Reviewed at" },
    { "begins", "Begins", "活动开始时间", KIND_TIME, AHEAD, "活动开始|Starts at" },
    { "ends", "Ends", "活动结束时间", KIND_TIME, AHEAD, "活动结束|Ends at" },
};
SUBJECT(signups, "signups", "Sign-up results", "报名结果");

static const struct record_field coupons_fields[] = {
    { "code", "Code", "优惠码", KIND_CODE, KEY, "券码|优惠券码|折扣码|优惠券ID|券ID|兑换码|Coupon code|Discount code|Coupon ID" },
    { "name", "Coupon", "优惠券名称", KIND_CODE, KEY, "券名称|优惠券|名称|优惠名称|Coupon name|Discount name" },
    { "day", "Day", "日期", KIND_DAY, KEY | WHEN, "统计日期|数据日期|Date" },
    { "kind", "Kind", "券类型", KIND_STATUS, 0, "优惠类型|优惠券类型|类型|Type|Discount type" },
    { "amount", "Amount", "面额", KIND_MONEY, MARK, "优惠金额|券面额|券面值|抵扣金额|Value|Discount amount" },
    { "rate", "Off", "折扣", KIND_RATIO, 0, "折扣比例|Percent off" },
    { "threshold", "From an order of", "使用门槛", KIND_MONEY, 0, "满减门槛|门槛|满额|Minimum order|Minimum purchase" },
    { "issued", "Issued", "发放数量", KIND_COUNT, MARK, "发行量|发行数量|发放量|总数量|Issued count" },
    { "taken", "Taken", "领取数量", KIND_COUNT, MARK, "领取量|领取张数|已领取|领取数|Claimed" },
    { "redeemed", "Redeemed", "使用数量", KIND_COUNT, MARK, "使用量|使用张数|已使用|核销数量|核销量|Used|Times used" },
    { "redeemed_rate", "Share redeemed", "使用率", KIND_RATIO, 0, "核销率|Redemption rate" },
    { "paid_amount", "Amount of its orders", "用券支付金额", KIND_MONEY, 0, "用券成交金额|引导支付金额|带动成交金额|支付金额|Sales" },
    { "orders", "Orders with it", "用券订单数", KIND_COUNT, 0, "用券笔数|订单数" },
    { "valid_from", "Valid from", "生效时间", KIND_TIME, AHEAD, "开始时间|使用开始时间|有效期开始|Starts at|Start date" },
    { "valid_until", "Valid until", "失效时间", KIND_TIME, AHEAD, "结束时间|使用结束时间|有效期结束|到期时间|Ends at|End date|Expires" },
    { "channel", "Channel", "渠道", KIND_STATUS, 0, "投放渠道|推广渠道" },
    { "state", "State", "状态", KIND_STATUS, 0, "优惠券状态|Status" },
    { "order_no", "Order that redeemed it", "订单编号", KIND_CODE, 0, "核销订单|订单号|Order ID" },
};
SUBJECT(coupons, "coupons", "Coupons and codes", "优惠券与优惠码");

static const struct record_field penalties_fields[] = {
    { "penalty_no", "Penalty number", "违规编号", KIND_CODE, KEY, "违规单号|处罚编号|处罚单号|Case ID" },
    { "at", "At", "违规时间", KIND_TIME, KEY | WHEN, "处罚时间|扣分时间|违规日期|处罚日期|时间|Date" },
    { "kind", "Kind", "违规类型", KIND_CODE, KEY, "处罚类型|违规名称|违规行为|类型|Violation|Violation type" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|违规商品|Product ID" },
    { "points", "Points", "扣分", KIND_DECIMAL, MARK, "违规扣分|扣分值|分值|扣分数|Points deducted" },
    { "total_points", "Points this year", "累计扣分", KIND_DECIMAL, MARK, "年度累计扣分|总扣分|Total points" },
    { "measure", "Measure", "处罚措施", KIND_TEXT, MARK, "处理措施|处罚内容|处罚结果|Penalty|Action" },
    { "reason", "Reason", "违规原因", KIND_TEXT, MARK, "原因|违规说明|处罚原因|Description" },
    { "state", "State", "处理状态", KIND_STATUS, 0, "状态|申诉状态|Status" },
    { "appeal_until", "Appeal until", "申诉截止时间", KIND_TIME, AHEAD, "申诉截止|申诉期限|Appeal deadline" },
    { "ends", "Ends", "处罚结束时间", KIND_TIME, AHEAD, "结束时间|解除时间|Ends at" },
    { "amount", "Amount", "金额", KIND_MONEY, 0, "罚款|赔付金额|扣款金额|Fine" },
};
SUBJECT(penalties, "penalties", "Penalties and points", "违规与扣分");
