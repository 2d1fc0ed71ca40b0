/* The importer's side: see importer.h. Read importer_child first: walls, then one question after another until the desk hangs up.
 * Everything it knows comes over the wire; zones, profiles and keys included, so that no file but the one given is needed. */
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/env.h"
#include "desk/importer.h"
#include "desk/importer_pack.h"
#include "os/child.h"
#include "os/os.h"

enum { TOLD_EVERY_US = 100000, ALIVE_EVERY_US = 1000000, CPU_S = 120, CPU_BYTES_PER_S = 4 * 1024 * 1024 };
#define SPILL_BYTES_MAX (2 * LIMIT_UNPACKED_BYTES)

struct importer_side {
    struct env env;
    const struct importer_child_test *test; /* NULL in the shipped program */
    unsigned char *out;                  /* a frame, behind its head */
    struct packer p;
    bool broken;                         /* the desk is gone */
    int64_t told_us;                     /* when it last gave a sign of life */
    struct arena begun;                  /* what ASK_BEGIN told */
    struct profile_set *profiles;
    struct intake_source source;
    int64_t offset;
    struct intake_spill spill;
};

/* ---- frames ---- */

static bool send_all(const void *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t w = write(CHILD_WIRE, (const char *)bytes + done, n - done);
        if (w <= 0) return false;
        done += (size_t)w;
    }
    return true;
}

static bool receive_all(void *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t r = read(CHILD_WIRE, (char *)bytes + done, n - done);
        if (r <= 0) return false;
        done += (size_t)r;
    }
    return true;
}

static void frame_begin(struct importer_side *s)
{
    s->p = (struct packer){ .begin = s->out + sizeof(struct frame_head), .at = s->out + sizeof(struct frame_head), .end = s->out + sizeof(struct frame_head) + FRAME_BYTES_MAX };
}

static void frame_send(struct importer_side *s, enum frame_kind kind)
{
    const size_t len = (size_t)(s->p.at - s->p.begin);
    const struct frame_head head = { (uint32_t)len, (uint32_t)kind };
    memcpy(s->out, &head, sizeof head);
    if (!send_all(s->out, sizeof head + len)) s->broken = true;
    s->told_us = s->env.monotonic_us(s->env.ctx);
}

static void say(struct importer_side *s, enum frame_kind kind)
{
    frame_begin(s);
    frame_send(s, kind);
}

static bool is_time(const struct importer_side *s, int64_t every_us) { return s->env.monotonic_us(s->env.ctx) - s->told_us >= every_us; }

/* Once a second, beside the frame that is being filled: a stretch of a file may give no row. */
static void stay_alive(struct importer_side *s)
{
    if (!is_time(s, ALIVE_EVERY_US)) return;
    const struct frame_head head = { 0, SAID_ALIVE };
    if (!send_all(&head, sizeof head)) s->broken = true;
    s->told_us = s->env.monotonic_us(s->env.ctx);
}

/* ---- the file and the spill ---- */

static ssize_t file_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    struct importer_side *s = ctx;
    stay_alive(s);
    return s->broken ? -1 : s->env.read_at(s->env.ctx, CHILD_FILE, buf, cap, offset);
}

static ssize_t file_read(void *ctx, void *buf, size_t cap)
{
    struct importer_side *s = ctx;
    const ssize_t n = file_read_at(ctx, s->offset, buf, cap);
    if (n > 0) s->offset += n;
    return n;
}

static bool file_rewind(void *ctx)
{
    ((struct importer_side *)ctx)->offset = 0;
    return true;
}

static ssize_t spill_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    struct importer_side *s = ctx;
    stay_alive(s);
    return s->broken ? -1 : s->env.read_at(s->env.ctx, CHILD_SPILL, buf, cap, offset);
}

static bool spill_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    struct importer_side *s = ctx;
    stay_alive(s);
    for (size_t done = 0; done < len && !s->broken;) {
        const ssize_t n = s->env.write_at(s->env.ctx, CHILD_SPILL, (const char *)buf + done, len - done, offset + (int64_t)done);
        if (n <= 0) return false;
        done += (size_t)n;
    }
    return true;
}

/* ---- questions ---- */

static bool begin(struct importer_side *s, struct unpacker *u)
{
    char error[256];
    s->source = (struct intake_source){ .ctx = s, .read = file_read, .rewind = file_rewind, .read_at = file_read_at };
    s->spill = (struct intake_spill){ .ctx = s, .read_at = spill_read_at, .write_at = spill_write_at };
    s->source.name = arena_text(&s->begun, unpack_text(u, FRAME_BYTES_MAX));
    s->source.size = unpack_i64(u);
    s->profiles = profile_set_create(&s->env.memory, error, sizeof error);
    const int64_t count = unpack_i64(u);
    for (int64_t i = 0; s->profiles && i < count && !u->bad; i++) {
        const struct text name = unpack_text(u, FRAME_BYTES_MAX), json = unpack_text(u, FRAME_BYTES_MAX);
        if (!u->bad && !profile_set_find(s->profiles, name)) (void)profile_set_add(s->profiles, json, error, sizeof error);
    }
    return s->profiles && unpack_ends(u);
}

static void answer_parts(struct importer_side *s, struct arena *a, const struct intake_options *opt)
{
    struct intake_parts parts = { 0 };
    frame_begin(s);
    /* house: this is the process apart */
    if (!intake_parts(a, &s->source, opt, &parts)) {
        say(s, SAID_NO_MEMORY);
        return;
    }
    pack_parts(&s->p, &parts);
    frame_send(s, SAID_PARTS);
}

static bool tell_progress(void *ctx, int64_t done, int64_t all)
{
    struct importer_side *s = ctx;
    if (!is_time(s, TOLD_EVERY_US)) return !s->broken;
    frame_begin(s);
    pack_i64(&s->p, done);
    pack_i64(&s->p, all);
    frame_send(s, SAID_PROGRESS);
    return !s->broken;
}

static void answer_scan(struct importer_side *s, struct arena *a, const struct intake_options *opt)
{
    struct intake_scan_result *scan = ARENA_NEW(a, struct intake_scan_result);
    /* house: this is the process apart */
    const bool ok = scan && intake_scan(a, s->profiles, &s->source, opt, tell_progress, s, scan);
    frame_begin(s);
    if (ok) pack_scan(&s->p, scan);
    frame_send(s, ok && !s->p.full ? SAID_SCAN : SAID_NO_MEMORY);
}

static void rows_begin(struct importer_side *s, const struct intake_reader *reader, struct arena *batch)
{
    frame_begin(s);
    pack_i64(&s->p, reader ? intake_reader_bytes(reader) : 0);
    arena_clear(batch);
}

static void answer_rows(struct importer_side *s, struct arena *a, const struct intake_options *opt, struct unpacker *u)
{
    struct intake_scan_result *scan = ARENA_NEW(a, struct intake_scan_result);
    const int64_t most = unpack_i64(u);
    const bool known = scan && unpack_scan(u, scan);
    /* house: this is the process apart */
    struct intake_reader *reader = known ? intake_reader_open(&s->env.memory, &s->source, opt, scan) : NULL;
    enum intake_row_kind kind = reader ? ROW_CLAIM : ROW_ERROR;
    struct arena batch;
    arena_init(&batch, &s->env.memory, 0);
    rows_begin(s, reader, &batch);
    for (int64_t rows = 0; kind != ROW_END && kind != ROW_ERROR && !s->broken;) {
        struct intake_row claim;
        struct intake_fault fault;
        kind = most > 0 && rows >= most ? ROW_END : intake_reader_next(reader, &batch, &claim, &fault);
        if (kind == ROW_CLAIM) pack_row(&s->p, &claim, intake_reader_line(reader));
        if (kind == ROW_FAULT) pack_fault(&s->p, &fault);
        rows += kind == ROW_FAULT || (kind == ROW_CLAIM && !claim.more);
        if (s->p.full) kind = ROW_ERROR;
        if (kind != ROW_END && kind != ROW_ERROR && s->p.at - s->p.begin < FRAME_ROWS_BYTES) continue;
        frame_send(s, SAID_ROWS);
        if (s->test) s->test->rows_sent(CHILD_FILE);
        rows_begin(s, reader, &batch);
    }
    say(s, kind == ROW_END ? SAID_ROWS_END : SAID_ROWS_FAILED);
    if (reader) intake_reader_close(reader);
    arena_release(&batch);
}

static bool answer(struct importer_side *s, struct arena *a, uint32_t kind, struct unpacker *u)
{
    struct intake_options opt = { .spill = &s->spill };
    if (kind == ASK_BEGIN) return !s->profiles && begin(s, u);
    if (!s->profiles || !unpack_options(u, a, &opt)) return false;
    if (kind == ASK_PARTS) answer_parts(s, a, &opt);
    else if (kind == ASK_SCAN) answer_scan(s, a, &opt);
    else if (kind == ASK_ROWS) answer_rows(s, a, &opt, u);
    else return false;
    return !s->broken;
}

/* The next question, and its answer; false: the desk is gone, or speaks another language. */
static bool question(struct importer_side *s)
{
    struct frame_head head;
    struct arena a;
    if (!receive_all(&head, sizeof head)) return false;
    arena_init(&a, &s->env.memory, 0);
    unsigned char *in = arena_take(&a, head.len, 1);
    const bool ok = in && receive_all(in, head.len) &&
                    answer(s, &a, head.kind, &(struct unpacker){ .at = in, .end = in + head.len, .about = s->profiles });
    arena_release(&a);
    return ok;
}

/* ---- from begin to end ---- */

static bool walls(const struct importer_child_test *test, struct sandbox_state *ret)
{
    struct stat st = { 0 };
    const char *failed;
    (void)fstat(CHILD_FILE, &st);
    const struct sandbox_plan plan = {
        .memory_bytes = IMPORTER_MEMORY_BYTES, .cpu_s = CPU_S + (int64_t)st.st_size / CPU_BYTES_PER_S, .file_bytes = SPILL_BYTES_MAX,
    };
    *ret = (struct sandbox_state){ 0 };
    return (test && test->without_walls) || sandbox_enter(&plan, ret, &failed);
}

int importer_child(const struct importer_child_test *test)
{
    struct importer_side s = { .test = test };
    struct sandbox_state state;
    child_begin();
    if (!os_env_init(&s.env)) return IMPORTER_EXIT_NO_MEMORY;
    json_object_seed(0); /* jansson asks the system for it, by opening a file */
    if (!walls(test, &state)) {
        os_env_release(&s.env);
        return IMPORTER_EXIT_UNCONFINED;
    }
    const struct arena_source *memory = &s.env.memory;
    s.out = memory->take(memory->ctx, sizeof(struct frame_head) + FRAME_BYTES_MAX);
    arena_init(&s.begun, memory, 0);
    if (!s.out) {
        os_env_release(&s.env);
        return IMPORTER_EXIT_NO_MEMORY;
    }
    frame_begin(&s);
    pack_i64(&s.p, state.landlock_abi);
    pack_i64(&s.p, state.seccomp);
    frame_send(&s, SAID_HELLO);
    if (test) test->started(CHILD_FILE);
    while (question(&s)) {}
    return 0;
}
