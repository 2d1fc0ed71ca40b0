/* China's provinces, by the names that addresses begin with; written as Tmall's own report writes them, so that every
 * kind of file counts under the same region. */
#include "intake/cell.h"

/* Two characters tell every province apart. */
enum { TELLING = 6 };
#define P(name) { name, sizeof(name) - 1 }
static const struct text provinces[] = {
    P("北京"), P("天津"), P("上海"), P("重庆"), P("河北省"), P("山西省"), P("内蒙古自治区"), P("辽宁省"), P("吉林省"),
    P("黑龙江省"), P("江苏省"), P("浙江省"), P("安徽省"), P("福建省"), P("江西省"), P("山东省"), P("河南省"), P("湖北省"),
    P("湖南省"), P("广东省"), P("广西壮族自治区"), P("海南省"), P("四川省"), P("贵州省"), P("云南省"), P("西藏自治区"), P("陕西省"),
    P("甘肃省"), P("青海省"), P("宁夏回族自治区"), P("新疆维吾尔自治区"), P("香港特别行政区"), P("澳门特别行政区"), P("台湾"),
};
#undef P

struct text province_find(struct text s)
{
    if (text_starts_with(s, TEXT("中国"))) s = text_trim((struct text){ s.ptr + 6, s.len - 6 });
    for (size_t i = 0; s.len >= TELLING && i < sizeof provinces / sizeof provinces[0]; i++)
        if (memcmp(s.ptr, provinces[i].ptr, TELLING) == 0) return provinces[i];
    return TEXT_NONE;
}
