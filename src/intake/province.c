/* China's provinces, by the names that addresses begin with; written as Tmall's own report writes them, so that every
 * kind of file counts under the same region. */
#include "intake/cell.h"

static const struct { const char *begins, *name; } provinces[] = {
    { "北京", "北京" }, { "天津", "天津" }, { "上海", "上海" }, { "重庆", "重庆" }, { "河北", "河北省" }, { "山西", "山西省" },
    { "内蒙古", "内蒙古自治区" }, { "辽宁", "辽宁省" }, { "吉林", "吉林省" }, { "黑龙江", "黑龙江省" }, { "江苏", "江苏省" },
    { "浙江", "浙江省" }, { "安徽", "安徽省" }, { "福建", "福建省" }, { "江西", "江西省" }, { "山东", "山东省" },
    { "河南", "河南省" }, { "湖北", "湖北省" }, { "湖南", "湖南省" }, { "广东", "广东省" }, { "广西", "广西壮族自治区" },
    { "海南", "海南省" }, { "四川", "四川省" }, { "贵州", "贵州省" }, { "云南", "云南省" }, { "西藏", "西藏自治区" },
    { "陕西", "陕西省" }, { "甘肃", "甘肃省" }, { "青海", "青海省" }, { "宁夏", "宁夏回族自治区" }, { "新疆", "新疆维吾尔自治区" },
    { "香港", "香港特别行政区" }, { "澳门", "澳门特别行政区" }, { "台湾", "台湾" },
};

struct text province_find(struct text s)
{
    if (text_starts_with(s, TEXT("中国"))) s = text_trim((struct text){ s.ptr + 6, s.len - 6 });
    for (size_t i = 0; i < sizeof provinces / sizeof provinces[0]; i++)
        if (text_starts_with(s, text_from_cstr(provinces[i].begins))) return text_from_cstr(provinces[i].name);
    return TEXT_NONE;
}
