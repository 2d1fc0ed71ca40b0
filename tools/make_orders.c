/* Makes a Taobao-like order list for tests and benchmarks: 16 columns, CRLF, order numbers as ="...", phones with an
 * apostrophe, quotes, commas and line breaks inside cells; the same seed gives the same bytes. Nobody in it is real.
 *
 *     make_orders --orders 2000000 --seed 1 > orders.csv             about 450 MB, UTF-8
 *     make_orders --orders 2000000 --seed 1 | iconv -t GB18030       the same, as the platform writes it
 *     make_orders --orders 1000 --seed 1 --later                     the same orders, exported a week later */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/instant.h"
#include "base/prng.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PICK(p, a) ((a)[prng_below((p), COUNT(a))])

static const char *const family[] = { "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭" };
static const char *const given[] = { "样一", "例二", "试三", "虚四", "构五", "假六", "拟七", "造八", "编九", "空十" };
static const char *const place[] = {
    "浙江省 杭州市", "江苏省 南京市", "广东省 深圳市", "上海 上海市", "北京 北京市", "四川省 成都市", "湖北省 武汉市", "山东省 青岛市", "福建省 厦门市",
    "新疆维吾尔自治区 喀什地区", "河南省 郑州市", "辽宁省 大连市",
};
static const char *const title[] = { "羊毛围巾", "长袖衬衫", "保温杯", "加湿器", "跑步鞋", "耳机", "马克杯", "面膜30片", "猫砂", "小方包" };
static const char *const note[] = {
    "请尽快发货", "送人的,请包好看一点,谢谢", "工作日送,周末不在", "要发票,抬头写\"\"某某公司\"\"", "放门卫\r\n电话联系", "不要放驿站,\"\"送货上门\"\"\n先打电话", "颜色要浅一点",
};

struct row { uint64_t number; int64_t placed_s, paid_s; int64_t minor, refund_minor; int pieces; const char *status; };

static struct row make_row(struct prng *p, uint64_t i, bool later)
{
    struct row r = { .number = UINT64_C(300000000000000000) + i * 37 + prng_below(p, 37), .pieces = (int)prng_below(p, 3) + 1 };
    uint64_t fate = prng_below(p, 100), delay_s = prng_below(p, 600), moves_on = prng_below(p, 2);

    r.placed_s = 1577836800 + (int64_t)(i * 7 + prng_below(p, 600)); /* from 2020-01-01, one about every seven seconds */
    r.minor = (int64_t)(900 + prng_below(p, 60000));
    r.paid_s = fate < 14 ? 0 : r.placed_s + 5 + (int64_t)delay_s;
    if (fate < 14) r.status = later ? "交易关闭" : "等待买家付款";
    else if (fate < 40) r.status = later && moves_on ? "卖家已发货，等待买家确认" : "买家已付款，等待卖家发货";
    else if (fate < 60) r.status = later && moves_on ? "交易成功" : "卖家已发货，等待买家确认";
    else if (fate < 92) r.status = "交易成功";
    else {
        r.status = "交易关闭";
        r.refund_minor = r.minor;
    }
    return r;
}

static void civil_text(int64_t at_s, char out[24])
{
    int64_t local_s = at_s + 8 * 3600, day = local_s / 86400, s = local_s % 86400;
    int y, m, d;

    out[0] = '\0';
    if (at_s == 0) return;
    civil_from_days(day, &y, &m, &d);
    snprintf(out, 24, "%04d-%02d-%02d %02d:%02d:%02d", y, m, d, (int)(s / 3600), (int)(s % 3600 / 60), (int)(s % 60));
}

static void print_row(struct prng *p, const struct row *r, uint64_t i)
{
    char placed[24], paid[24];
    const char *say = prng_below(p, 5) == 0 ? PICK(p, note) : "", *first = PICK(p, family), *last = PICK(p, given);
    const char *where = PICK(p, place), *what = PICK(p, title);
    uint64_t buyer = prng_below(p, i / 2 + 1);
    int house = (int)prng_below(p, 999) + 1, post = (int)prng_below(p, 999999), phone = (int)prng_below(p, 100000000);
    int64_t got = r->paid_s ? r->minor : 0;

    civil_text(r->placed_s, placed);
    civil_text(r->paid_s, paid);
    printf("=\"%" PRIu64 "\",\"buyer_%" PRIu64 "\",\"%" PRId64 ".%02d\",\"0.00\",\"%" PRId64 ".%02d\",\"%" PRId64 ".%02d\",\"%s\",\"%s\",",
           r->number, buyer, r->minor / 100, (int)(r->minor % 100), r->minor / 100, (int)(r->minor % 100), got / 100, (int)(got % 100),
           r->status, say);
    printf("\"%s%s\",\"%s %d号(%06d)\",\"'170%08d\",\"%s\",\"%s\",\"%s\",\"%d\",\"%" PRId64 ".%02d\"\r\n", first, last, where, house,
           post, phone, placed, paid, what, r->pieces, r->refund_minor / 100, (int)(r->refund_minor % 100));
}

int main(int argc, char **argv)
{
    uint64_t orders = 1000, seed = 1;
    bool later = false;
    struct prng shape, words;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--later") == 0) later = true;
        else if (i + 1 < argc && strcmp(argv[i], "--orders") == 0) orders = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) seed = strtoull(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: make_orders [--orders N] [--seed N] [--later] > FILE\n");
            return 2;
        }
    }
    prng_seed(&shape, seed);
    prng_seed(&words, ~seed);
    fputs("\"订单编号\",\"买家会员名\",\"买家应付货款\",\"买家应付邮费\",\"总金额\",\"买家实际支付金额\",\"订单状态\",\"买家留言\",\"收货人姓名\",\"收货地址 \","
          "\"联系手机\",\"订单创建时间\",\"订单付款时间 \",\"宝贝标题 \",\"宝贝总数量\",\"退款金额\"\r\n", stdout);
    for (uint64_t i = 0; i < orders; i++) {
        struct row r = make_row(&shape, i, later);
        print_row(&words, &r, i);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
