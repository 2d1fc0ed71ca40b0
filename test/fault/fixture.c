/* See fixture.h. */
#include "fixture.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "crash_vfs.h"

void fault_die(const char *what, const char *why)
{
    fprintf(stderr, "fault test: %s: %s\n", what, why);
    exit(1);
}

void fault_path(const struct fault_place *p, const char *name, char ret[FAULT_PATH])
{
    snprintf(ret, FAULT_PATH, "%s/%s", p->directory, name);
}

/* Numbers that begin with a 9: no order of the ledger's has one. Some rows are bad and go to the quarantine. */
static void write_csv(const struct fault_place *p)
{
    FILE *f = fopen(p->csv, "w");
    if (!f) fault_die(p->csv, "cannot be written");
    fprintf(f, "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n");
    for (int i = 0; i < FAULT_FILE_ROWS; i++)
        fprintf(f, "%d,%s%d.%02d,%d.00,浙江省,2020-02-%02d 10:%02d:00,%s,0\n", 900000000 + i, i % FAULT_BAD_ROW_EVERY == 5 ? "bad" : "", 10 + i % 90,
                i % 100, i % 3 ? 10 : 0, 1 + i % 28, i % 60, i % 3 ? "2020-02-29 11:00:00" : "");
    fclose(f);
}

void fault_place_make(struct fault_place *p)
{
    struct desk_message m = { 0 };
    struct store s;
    enum db_error error;
    char why[256];
    if (!crash_vfs_register() || !os_env_init(&p->env)) fault_die("set-up", "no memory");
    p->env.sqlite_vfs = CRASH_VFS_NAME;
    p->env.importer = TEST_IMPORTER;
    memcpy(p->directory, "/tmp/zg-fault-XXXXXX", sizeof "/tmp/zg-fault-XXXXXX");
    if (!mkdtemp(p->directory)) fault_die(p->directory, "cannot be made");
    fault_path(p, "base.db", p->base);
    fault_path(p, "shop.db", p->path);
    fault_path(p, "orders.csv", p->csv);
    write_csv(p);
    struct desk *d = desk_open(&p->env, p->base, DESK_COMMAND, true, &m);
    const struct shop_new n = { TEXT("s"), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    if (!d || desk_shop_create(d, &n, 0, &m) != DESK_DONE) fault_die("init", m.en);
    desk_close(d);
    if (!store_open(&s, &p->env, p->base, DB_WRITE, &error, why, sizeof why)) fault_die("init", why);
    if (shop_find(&s, TEXT("s"), &p->shop) != SHOP_OK) fault_die("init", "no shop");
    store_close(&s);
}

void fault_place_remove(struct fault_place *p)
{
    DIR *d = opendir(p->directory);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlinkat(dirfd(d), e->d_name, 0);
    if (d) closedir(d);
    rmdir(p->directory);
    crash_vfs_clear();
    os_env_release(&p->env);
}
