/* The buyers of the demo shop.  Nobody is real: surnames are common ones, given names are phrases of verse, nicks end in numbers that
 * no two buyers share, phones are masked, and the districts and roads do not exist. */
#include "desk/demo_world.h"

static const char *const surnames[] = { "林", "苏", "周", "陈", "沈", "顾", "陆", "叶", "许", "宋", "江", "方", "何", "程", "梁", "唐",
                                        "姚", "温", "秦", "白", "罗", "钟", "邵", "孟" };
static const char *const given[] = { "听雨", "望舒", "知秋", "疏影", "临风", "怀瑾", "清和", "若水", "云起", "向晚", "如初", "见山",
                                     "南枝", "星野", "拾光", "念慈", "乐山", "安禾", "景行", "之遥", "青禾", "归舟", "观澜", "半夏" };
static const char *const nick_first[] = { "小满", "半山", "一盏", "枕石", "漱玉", "慢煮", "山间", "微雨", "清茶", "拾柴", "南窗", "北窗",
                                          "阿禾", "老街", "今日", "白鹭", "听松", "问茶", "晚来", "木槿" };
static const char *const nick_second[] = { "听雨", "不语", "小筑", "时光", "人家", "有茶", "知味", "闲人", "书房", "看云", "同学", "妈妈",
                                           "掌灯", "一壶", "先生", "姑娘", "在路上", "爱喝茶", "的猫", "归来" };
static const char *const districts[] = { "听涛区", "望山区", "揽月区", "疏桐区", "锦溪区", "明远区", "青陌区", "临川新区" };
static const char *const roads[] = { "枕石路", "漱玉街", "拾光大道", "半山路", "观澜路", "采薇街", "鹿鸣路", "听松巷", "映雪路", "渡口街" };
static const char *const estates[] = { "云上花园", "竹里馆", "松间明苑", "半亩方塘", "青禾里", "望江名邸", "南枝公寓", "知春园" };
static const char *const phones[] = { "138", "139", "150", "158", "177", "186", "189", "135" };
static const char *const buyer_notes[] = { "送人的，请不要放价格单", "麻烦包装仔细一点，瓷器怕碎", "请发顺丰，到付补差价也可以", "周末才有人收货",
                                           "发货前请检查盖子有没有缺口", "要新茶，谢谢", "能不能送个小样", "请放快递柜，不要打电话", "生日礼物，帮忙写张贺卡：平安喜乐",
                                           "颜色发深一点的", "尽快发货，出差前要收到" };
static const char *const seller_notes[] = { "[红旗] 加急，今天必须发出", "[红旗] 客户催过一次，优先拣货", "[黄旗] 改地址，按备注新地址发", "[黄旗] 等客户确认颜色再发",
                                            "[绿旗] 已沟通，可正常发货", "[蓝旗] 送礼，不放价签，放贺卡", "[蓝旗] 送试饮装一份", "[紫旗] 老客户，多送茶巾一条" };

#define PICK(p, table) ((table)[prng_below((p), sizeof(table) / sizeof((table)[0]))])

/* A generator of the buyer's own: everything about a buyer follows from it, in a fixed order. */
static struct prng buyer_prng(uint64_t seed, int32_t buyer)
{
    struct prng p;
    prng_seed(&p, seed ^ (uint64_t)buyer * UINT64_C(0x9E3779B97F4A7C15));
    return p;
}

static int choose_region(struct prng *p)
{
    int sum = 0, i = 0;
    for (int k = 0; k < demo_region_count; k++) sum += demo_regions[k].weight;
    int64_t at = (int64_t)prng_below(p, (uint64_t)sum);
    while (at >= demo_regions[i].weight) at -= demo_regions[i++].weight;
    return i;
}

int demo_region_of(uint64_t seed, int32_t buyer)
{
    struct prng p = buyer_prng(seed, buyer);
    return choose_region(&p);
}

void demo_person(struct arena *a, uint64_t seed, const struct demo_order *o, struct person_cells *ret)
{
    struct prng p = buyer_prng(seed, o->buyer), note;
    const struct demo_region *r = &demo_regions[choose_region(&p)];
    int number = (int)((o->buyer * INT64_C(7919) + 120401) % 1000003); /* a prime: no two of a million buyers have the same */
    const char *first = PICK(&p, nick_first), *second = PICK(&p, nick_second);
    *ret = (struct person_cells){ .buyer = arena_printf(a, "%s%s%d", first, second, number) };
    const char *surname = PICK(&p, surnames), *name = PICK(&p, given), *phone = PICK(&p, phones);
    ret->name = arena_printf(a, "%s%s", surname, name);
    ret->phone = arena_printf(a, "%s****%04d", phone, (int)prng_below(&p, 100));
    const char *district = PICK(&p, districts), *road = PICK(&p, roads), *estate = PICK(&p, estates);
    int house = 1 + (int)prng_below(&p, 300), block = 1 + (int)prng_below(&p, 24), room = (1 + (int)prng_below(&p, 26)) * 100 + 1 + (int)prng_below(&p, 4);
    ret->address = arena_printf(a, "%s %s %s %s%d号%s%d幢%d室(000000)", r->region, r->city, district, road, house, estate, block, room);
    prng_seed(&note, seed + (uint64_t)o->number * UINT64_C(0xBF58476D1CE4E5B9));
    if (o->note == NOTE_BUYER || o->note == NOTE_BOTH) ret->buyer_note = text_from_cstr(PICK(&note, buyer_notes));
    if (o->note == NOTE_SELLER || o->note == NOTE_BOTH) ret->seller_note = text_from_cstr(PICK(&note, seller_notes));
}
