/* Goods: what the shop sells, what lies where, what others list, who put what into a cart. */
#include "core/record/subjects.h"

static const struct record_field products_fields[] = {
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|商品编码|主商品ID|Product ID|Item ID|asin|Handle|product_id|SPU" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, KEY, "SKU编码|SKU ID|SKU|规格编码|外部系统编号|货号|款号|Variant SKU|seller-sku|Seller SKU" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|宝贝名称|标题|品名|Title|Product name|Name|item-name" },
    { "options", "Options", "规格", KIND_TEXT, 0, "商品属性|销售属性|SKU名称|规格名称|颜色尺码|Variant|Option1 Value" },
    { "category", "Category", "类目", KIND_TEXT, 0, "商品类目|分类|品类|Product Category|product_category_name|Type" },
    { "brand", "Brand", "品牌", KIND_TEXT, 0, "Vendor|Manufacturer" },
    { "state", "State", "商品状态", KIND_STATUS, 0, "上架状态|Status|Published" },
    { "role", "Role", "商品角色", KIND_STATUS, 0, "定位|商品定位|层级|商品层级|Tier" },
    { "price", "Price", "售价", KIND_MONEY, MARK, "价格|一口价|销售价|单价|日常价|SKU价格|Variant Price|Selling price" },
    { "list_price", "List price", "划线价", KIND_MONEY, 0, "吊牌价|原价|市场价|Variant Compare At Price|Compare At Price" },
    { "lowest_price", "Lowest price since 1 January", "年内最低价", KIND_MONEY, 0, "最低价|历史最低价" },
    { "cost", "Cost", "成本", KIND_MONEY, MARK, "成本价|进价|采购价|进货价|单位成本|Cost per item|Unit cost|Purchase price" },
    { "extra_cost", "Other cost apiece", "其他成本", KIND_MONEY, 0, "包装费|包材成本|运费成本|Packing cost" },
    { "commission", "Commission", "佣金比例", KIND_RATIO, 0, "类目佣金|扣点|佣金率|Commission rate" },
    { "stock", "Stock in all", "总库存", KIND_COUNT, MARK, "库存|库存数量|可售库存|商品库存|Quantity|Variant Inventory Qty|Stock quantity" },
    { "reorder_at", "Reorder at", "补货点", KIND_COUNT, 0, "安全库存|库存预警|Reorder point|Safety stock" },
    { "lead_days", "Days to restock", "补货天数", KIND_COUNT, 0, "交期|采购周期|Lead time|Lead days" },
    { "supplier", "Supplier", "供应商", KIND_TEXT, 0, "厂家|货源" },
    { "weight_g", "Weight (g)", "重量(克)", KIND_DECIMAL, 0, "重量(g)|重量|克重|Variant Grams|product_weight_g" },
    { "barcode", "Barcode", "条形码", KIND_CODE, 0, "条码|69码|EAN|UPC|GTIN|Variant Barcode" },
    { "listed_at", "Listed since", "上架时间", KIND_TIME, WHEN, "上新时间|创建时间|发布时间|open-date" },
    { "photos", "Pictures", "图片数", KIND_COUNT, 0, "主图数|product_photos_qty" },
    { "note", "Note", "备注", KIND_TEXT, 0, "说明|Remark" },
};
SUBJECT(products, "products", "Products, SKUs and costs", "商品、SKU 与成本");

static const struct record_field stock_fields[] = {
    { "location", "Location", "仓库", KIND_CODE, KEY, "仓库名称|库位|货位|地点|门店|仓位|存放地|Warehouse" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY, "宝贝ID|商品编号|商品编码|Product ID|Item ID|product_id" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, KEY, "SKU编码|SKU ID|SKU|规格编码|货号|款号|Seller SKU" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|标题|品名|Title|Product name|Name" },
    { "options", "Options", "规格", KIND_TEXT, 0, "商品属性|SKU名称|规格名称|Variant" },
    { "on_hand", "On hand", "在库数量", KIND_COUNT, MARK, "实物库存|实际库存|现有库存|库存数量|库存数|库存|在库|实盘数量|盘点数量|结存|On hand quantity|Quantity" },
    { "reserved", "Reserved", "占用数量", KIND_COUNT, 0, "占用库存|预占库存|锁定库存|冻结库存|Committed|Allocated" },
    { "available", "Available", "可用数量", KIND_COUNT, MARK, "可用库存|可售库存|可售数量|Sellable" },
    { "on_way", "On the way", "在途数量", KIND_COUNT, 0, "在途库存|采购在途|在途|Incoming|In transit" },
    { "reorder_at", "Reorder at", "安全库存", KIND_COUNT, 0, "补货点|库存预警|最低库存|Reorder point|Safety stock" },
    { "counted_at", "Counted at", "盘点时间", KIND_TIME, WHEN, "盘点日期|库存时间|更新时间|日期|Count date|Updated at|As of" },
    { "note", "Note", "备注", KIND_TEXT, 0, "说明|Remark" },
};
SUBJECT(stock, "stock", "Stock per location", "各仓库存");

static const struct record_field listings_fields[] = {
    { "day", "Day", "日期", KIND_DAY, KEY | MUST | WHEN, "update_time|采集日期|采集时间|抓取日期|更新日期|统计日期|Date" },
    { "shop", "Shop", "店名", KIND_CODE, KEY, "店铺|店铺名称|店铺名|卖家|竞店|Seller|Shop name|Store" },
    { "item_no", "Item number", "商品ID", KIND_CODE, KEY | MUST, "id|宝贝ID|商品编号|竞品ID|Item ID|Product ID" },
    { "title", "Title", "商品标题", KIND_TEXT, 0, "标题|宝贝标题|商品名称|宝贝名称|竞品标题|Product title|Name" },
    { "price", "Price", "价格", KIND_MONEY, MARK, "售价|页面价|到手价|一口价|Current price" },
    { "list_price", "List price", "划线价", KIND_MONEY, 0, "原价|吊牌价|Was price" },
    { "sale_count", "Sold, as the page counts", "销量", KIND_COUNT, MARK, "月销量|累计销量|付款人数|已售|收货人数|Sold" },
    { "comment_count", "Reviews, as the page counts", "评论数", KIND_COUNT, MARK, "评价数|累计评价|评论量|Reviews|Ratings" },
    { "place", "Place in the result list", "排名", KIND_COUNT, 0, "搜索排名|位置|名次|Rank|Position" },
    { "word", "Search word", "搜索词", KIND_TEXT, 0, "关键词|Keyword" },
    { "offer", "Offer", "活动信息", KIND_TEXT, 0, "促销信息|优惠|促销|Promotion" },
    { "url", "Link", "链接", KIND_TEXT, 0, "商品链接|宝贝链接|网址|URL" },
};
SUBJECT(listings, "listings", "Others' listings by day", "竞品页面（按日）");

static const struct record_field interest_fields[] = {
    { "day", "Day", "日期", KIND_DAY, KEY | WHEN, "统计日期|数据日期|Date" },
    { "product_no", "Product number", "商品ID", KIND_CODE, KEY | MUST, "宝贝ID|商品编号|Product ID|Item ID|product_id" },
    { "sku_code", "Merchant's code", "商家编码", KIND_CODE, KEY, "SKU编码|SKU|货号|Seller SKU" },
    { "title", "Product title", "商品名称", KIND_TEXT, 0, "商品标题|宝贝标题|标题|Title|Product name" },
    { "cart_people", "People with it in the cart", "加购人数", KIND_COUNT, MARK, "商品加购人数|加购买家数|预热加购人数|Carts|Added to cart" },
    { "cart_pieces", "Pieces in carts", "加购件数", KIND_COUNT, MARK, "商品加购件数|购物车件数|预热加购件数|Cart pieces" },
    { "favourites", "People who favour it", "收藏人数", KIND_COUNT, MARK, "商品收藏人数|收藏买家数|商品收藏买家数|预热收藏人数|Favourites|Favorites|Wishlist" },
    { "favourite_times", "Times favoured", "收藏次数", KIND_COUNT, 0, "商品收藏次数|预热收藏次数" },
    { "target", "Target", "目标", KIND_COUNT, 0, "加购目标|收藏加购目标|目标数" },
};
SUBJECT(interest, "interest", "Carts and favourites per product", "商品加购与收藏");

static const struct record_field suppliers_fields[] = {
    { "supplier_no", "Supplier number", "供应商编号", KIND_CODE, KEY, "供应商ID|供货商编号|卖家ID|Supplier ID|Vendor number|seller_id" },
    { "name", "Supplier", "供应商", KIND_TEXT, KEY, "供应商名称|供货商|厂家|Supplier name|Vendor" },
    { "contact", "Contact", "联系人", KIND_PERSON, 0, "联络人|Contact person" },
    { "phone", "Phone", "电话", KIND_PERSON, 0, "联系电话|手机|Phone number" },
    { "region", "Province or state", "省份", KIND_TEXT, 0, "省|地区|Province|seller_state" },
    { "city", "City", "城市", KIND_TEXT, 0, "市|seller_city" },
    { "lead_days", "Days to deliver", "供货周期(天)", KIND_COUNT, MARK, "到货周期|交期|交货天数|Lead time|Lead days" },
    { "least_pieces", "Least order", "起订量", KIND_COUNT, MARK, "最小起订量|MOQ|Minimum order" },
    { "terms", "Terms", "结算方式", KIND_TEXT, MARK, "账期|付款方式|Payment terms" },
    { "state", "State", "合作状态", KIND_STATUS, MARK, "状态|Status" },
    { "note", "Note", "备注", KIND_TEXT, 0, "说明|Remark" },
};
SUBJECT(suppliers, "suppliers", "Suppliers", "供应商");
