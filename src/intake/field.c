/* The table of fields; see field.h. */
#include "intake/field.h"

const struct intake_field intake_fields[] = {
    { "order_no", "Order number", "订单编号", "text", true },
    { "placed_at", "Order time", "下单时间", "time", false },
    { "paid_at", "Payment time", "付款时间", "time", false },
    { "cancelled_at", "Cancellation time", "取消时间", "time", false },
    { "shipped_at", "Shipping time", "发货时间", "time", false },
    { "delivered_at", "Delivery time", "确认收货时间", "time", false },
    { "refunded_at", "Refund time", "退款时间", "time", false },
    { "ship_by", "Ship by", "发货期限", "time", false },
    { "total", "Order amount", "订单金额", "money", false },
    { "paid", "Amount paid", "实付金额", "money", false },
    { "refund", "Amount refunded", "退款金额", "money", false },
    { "pieces", "Pieces in the order", "宝贝总数量", "count", false },
    { "status", "Status", "订单状态", "status", false },
    { "ship_status", "Shipping status", "发货状态", "status", false },
    { "close_reason", "Why it was closed", "关闭原因", "text", false },
    { "stages", "Presale stages", "分阶段信息", "text", false },
    { "pay_method", "Payment or shipping method", "支付或运送方式", "text", false },
    { "tracking", "Tracking number", "物流单号", "text", false },
    { "region", "Province or state", "省份", "text", false },
    { "country", "Country (two letters)", "国家（两位代码）", "text", false },
    { "address", "Address", "收货地址", "person", false },
    { "buyer", "Buyer's account", "买家会员名", "person", false },
    { "name", "Receiver's name", "收货人姓名", "person", false },
    { "phone", "Phone", "联系手机", "person", false },
    { "email", "E-mail", "邮箱", "person", false },
    { "buyer_note", "Buyer's note", "买家留言", "person", false },
    { "seller_note", "Seller's note", "卖家备注", "person", false },
    { "store_name", "Shop name", "店铺名称", "text", false },
    { "currency", "Currency", "币种", "text", false },
    { "sub_no", "Line number", "子订单编号", "text", false },
    { "product_no", "Product number", "商品ID", "text", false },
    { "sku_code", "Merchant's code", "商家编码", "text", false },
    { "title", "Product title", "商品标题", "text", false },
    { "options", "Options", "商品属性", "text", false },
    { "line_pieces", "Pieces of the line", "购买数量", "count", false },
    { "unit", "Unit price", "单价", "money", false },
    { "line_total", "Amount of the line", "子订单金额", "money", false },
    { "line_refund", "Refund of the line", "子订单退款金额", "money", false },
    { "updated_at", "Last changed", "最后更新时间", "time", false },
    { "order_title", "What was bought (whole order)", "宝贝标题（整单）", "text", false },
    { "line_extra", "Postage and tax of the line", "子订单邮费和税", "money", false },
    { "items", "All items in one cell", "产品信息（一格多行）", "text", false },
    { "payment_no", "Payment number", "支付序号", "text", false },
    { "payment", "Amount of one payment", "单笔支付金额", "money", false },
};
_Static_assert(sizeof intake_fields / sizeof intake_fields[0] == FIELD_COUNT - 1, "a row for each field");
const int intake_field_count = FIELD_COUNT - 1;

enum field field_find(struct text word)
{
    for (int i = 0; i < intake_field_count; i++)
        if (text_is(word, intake_fields[i].word)) return (enum field)(i + 1);
    return FIELD_NONE;
}

bool field_is_code(enum field f)
{
    const char *kind = field_about(f)->kind;
    if (strcmp(kind, "text") != 0 && strcmp(kind, "person") != 0) return true;
    return f == FIELD_ORDER_NO || f == FIELD_TRACKING || f == FIELD_PHONE || f == FIELD_SUB_NO || f == FIELD_PRODUCT_NO || f == FIELD_SKU_CODE ||
           f == FIELD_PAYMENT_NO;
}
