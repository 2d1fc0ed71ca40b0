/* Another content in the place of the writer's database: seen whole, or refused and nothing changed. */
#include "own_writer.h"

struct replacement { const char *path; bool outside, refuse; };

static bool replace_run(struct store *s, void *arg)
{
    struct replacement *r = arg;
    r->outside = !db_in_transaction(s->db);
    return !r->refuse && db_replace(s->db, r->path);
}

static enum writer_result replace(struct replacement *r) { return writer_call_alone(f.w, replace_run, r); }

static void *replacing_thread(void *arg) { return (void *)(intptr_t)replace(arg); }

/* A closed database with these merchants, and the desk's own with 100 others. */
static void prepare(char other[112], int64_t from, int64_t to)
{
    char kept[sizeof f.path];
    struct writer *own = f.w;
    snprintf(other, 112, "%s/other.db", f.directory);
    memcpy(kept, f.path, sizeof kept);
    snprintf(f.path, sizeof f.path, "%s/other.db", f.directory);
    start();
    for (int64_t id = from; id < to; id++) cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = id }), WRITER_DONE);
    writer_stop(f.w);
    memcpy(f.path, kept, sizeof kept);
    f.w = own;
    for (int64_t id = 0; id < 100; id++) cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = id }), WRITER_DONE);
}

Test(writer, another_content_is_seen_whole_and_told_of)
{
    char other[112];
    prepare(other, 1000, 1010);
    struct store reader;
    char why[256];
    enum db_error error;
    cr_assert(store_open(&reader, &f.env, f.path, DB_READ, &error, why, sizeof why), "%s", why);
    cr_assert(db_begin(reader.db)); /* somebody in the middle of an answer keeps what it began with */
    struct db_stmt *q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 100);
    db_done(q);

    struct replacement r = { .path = other, .refuse = true };
    const uint64_t commits = writer_commits(f.w);
    cr_assert_eq(replace(&r), WRITER_REFUSED);
    cr_assert(r.outside);
    cr_assert_eq(writer_replaced(f.w), 0);
    r.refuse = false;
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, replacing_thread, &r), 0);
    for (int i = 0; i < 20000 && writer_replaced(f.w) == 0; i++) usleep(1000);
    cr_assert_eq(writer_replaced(f.w), commits + 1);
    cr_assert_geq(writer_commits(f.w), commits + 1);
    cr_assert_eq(merchants(0, 10000), 10, "who begins now sees the new");
    q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 100, "who began before sees the old");
    db_done(q);
    db_rollback(reader.db);
    q = db_stmt(reader.db, SQL("SELECT count(*) AS n FROM merchant"));
    cr_assert(db_step(q) == DB_ROW && db_i64(q, "n") == 10, "until it asks anew");
    db_done(q);
    store_close(&reader);
    void *result;
    pthread_join(thread, &result);
    cr_assert_eq((enum writer_result)(intptr_t)result, WRITER_DONE);

    cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = 5 }), WRITER_DONE, "its statements go on");
    cr_assert_eq(writer_call(f.w, put_run, &(struct put){ .id = 1005 }), WRITER_FAILED, "one of the new content is there");
    cr_assert_eq(merchants(0, 10000), 11);
    writer_stop(f.w);
    start();
    cr_assert_eq(merchants(0, 10000), 11);
    unlink(other);
}

Test(writer, another_page_size_is_refused_and_changes_nothing)
{
    char other[112];
    prepare(other, 1000, 1010);
    enum db_error error;
    struct db *db = db_open(&f.env, other, DB_WRITE, &error, NULL, 0);
    cr_assert(db && db_page_bytes(db) > 0);
    const int64_t own = db_page_bytes(db);
    cr_assert(db_page_as(db, own / 2));
    cr_assert_eq(db_page_bytes(db), own / 2);
    db_close(db);
    struct replacement r = { .path = other };
    cr_assert_neq(replace(&r), WRITER_DONE);
    cr_assert(!writer_failed(f.w));
    cr_assert_eq(merchants(0, 10000), 100);
    db = db_open(&f.env, other, DB_WRITE, &error, NULL, 0);
    cr_assert(db && db_page_as(db, 0));
    cr_assert_eq(db_page_bytes(db), own);
    db_close(db);
    cr_assert_eq(replace(&r), WRITER_DONE);
    cr_assert_eq(merchants(0, 10000), 10);
    unlink(other);
}

Test(writer, requests_go_on_around_another_content)
{
    char other[112];
    prepare(other, 100000, 100010);
    pthread_t t[4];
    for (intptr_t i = 0; i < 4; i++) cr_assert_eq(pthread_create(&t[i], NULL, caller_thread, (void *)(i + 1)), 0);
    for (int i = 0; i < 20; i++) cr_assert_eq(replace(&(struct replacement){ .path = other }), WRITER_DONE);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(t[i], &wrong);
        cr_assert_null(wrong);
    }
    cr_assert_eq(merchants(100000, 200000), 10);
    cr_assert_eq(merchants(0, 1000), 0);
    unlink(other);
}
