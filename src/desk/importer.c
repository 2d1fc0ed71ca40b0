/* The desk's side of the importer; see importer.h. From the top: the process, frames, questions, rows, what is said about it. */
#include "desk/importer.h"
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include "desk/files.h"
#include "desk/importer_pack.h"
#include "desk/source.h"
#include "os/child.h"

enum { SLICE_MS = 100, END_WAIT_MS = 1000, IN_BYTES_FIRST = 512 * 1024 };

struct importer {
    struct importer_ask ask;
    int file;                            /* -1: not open */
    struct file_spill spill;
    struct child child;
    bool runs, begun, met;               /* it was told what to read; its hello is read */
    struct sandbox_state state;
    enum importer_fault fault;
    unsigned char *in;                   /* what has come: in[at .. filled) */
    size_t in_size, at, filled;
    struct unpacker rows;                /* of the frame at hand, which lies in `in` */
    bool reads, reads_orders;            /* rows are being given; of orders */
    int64_t line, bytes;                 /* of the row last given; of the frame */
};

/* ---- the process ---- */

struct importer *importer_open(const struct importer_ask *ask)
{
    const struct env *env = ask->env;
    struct importer *im = env->memory.take(env->memory.ctx, sizeof *im);
    unsigned char *in = env->memory.take(env->memory.ctx, IN_BYTES_FIRST);
    if (!im || !in) {
        if (im) env->memory.give(env->memory.ctx, im, sizeof *im);
        if (in) env->memory.give(env->memory.ctx, in, IN_BYTES_FIRST);
        return NULL;
    }
    *im = (struct importer){ .ask = *ask, .file = -1, .in = in, .in_size = IN_BYTES_FIRST };
    (void)file_spill_of(&im->spill, env, ask->spill_beside);
    return im;
}

/* How it ended, as far as that is its own doing. */
static enum importer_fault fault_of(const struct child_end *end)
{
    if (end->signal == SIGSYS) return IMPORTER_STOPPED;
    if (end->signal == SIGXCPU) return IMPORTER_SLOW;
    if (end->exited && end->code == IMPORTER_EXIT_UNCONFINED) return IMPORTER_UNCONFINED;
    if (end->exited && end->code == IMPORTER_EXIT_NO_MEMORY) return IMPORTER_NO_MEMORY;
    if (end->exited && end->code == 127) return IMPORTER_NOT_STARTED;
    return IMPORTER_DIED;
}

/* Ends the process. IMPORTER_WELL: it is not needed any more; IMPORTER_DIED: it hung up, and how it ended tells why. */
static void stop(struct importer *im, enum importer_fault why)
{
    struct child_end end;
    if (im->runs) {
        child_finish(&im->child, why == IMPORTER_DIED ? END_WAIT_MS : 0, &end);
        if (why == IMPORTER_DIED) why = fault_of(&end);
    }
    im->runs = im->begun = im->met = im->reads = false;
    im->fault = why;
    im->at = im->filled = 0;
    if (im->file >= 0) im->ask.env->close(im->ask.env->ctx, im->file);
    im->file = -1;
    file_spill_close(&im->spill);
}

void importer_close(struct importer *im)
{
    if (!im) return;
    const struct env *env = im->ask.env;
    stop(im, IMPORTER_WELL);
    env->memory.give(env->memory.ctx, im->in, im->in_size);
    env->memory.give(env->memory.ctx, im, sizeof *im);
}

int64_t importer_line(const struct importer *im) { return im->line; }
int64_t importer_bytes(const struct importer *im) { return im->bytes; }
int64_t importer_file_bytes(const struct importer *im) { return im->file < 0 ? -1 : file_bytes(im->file); }
enum importer_fault importer_fault(const struct importer *im) { return im->fault; }

/* ---- frames ---- */

/* After an exchange that moved n bytes, or none in its slice of time. True: go on. False: the process was stopped. */
static bool moved(struct importer *im, ssize_t n, int *silent_ms)
{
    enum importer_fault why = IMPORTER_WELL;
    *silent_ms = n > 0 ? 0 : *silent_ms + SLICE_MS;
    if (n <= 0 && n != CHILD_LATE) why = IMPORTER_DIED;
    else if (n <= 0 && im->ask.stop && im->ask.stop(im->ask.stop_ctx)) why = IMPORTER_ENDED;
    else if (*silent_ms >= (im->ask.silent_ms ? im->ask.silent_ms : IMPORTER_SILENT_MS)) why = IMPORTER_SILENT;
    if (why != IMPORTER_WELL) stop(im, why);
    return why == IMPORTER_WELL;
}

static bool put(struct importer *im, const void *bytes, size_t len)
{
    int silent_ms = 0;
    for (size_t done = 0; done < len;) {
        const ssize_t n = child_write(&im->child, (const char *)bytes + done, len - done, SLICE_MS);
        if (!moved(im, n, &silent_ms)) return false;
        if (n > 0) done += (size_t)n;
    }
    return true;
}

static bool ask(struct importer *im, enum frame_kind kind, const struct packer *p)
{
    const struct frame_head head = { (uint32_t)(p->at - p->begin), (uint32_t)kind };
    if (p->full) stop(im, IMPORTER_NONSENSE);
    return !p->full && put(im, &head, sizeof head) && put(im, p->begin, head.len);
}

/* Room behind what is there for a frame of so many bytes in all. */
static bool make_room(struct importer *im, size_t need)
{
    const struct env *env = im->ask.env;
    if (im->at > 0) memmove(im->in, im->in + im->at, im->filled - im->at);
    im->filled -= im->at;
    im->at = 0;
    if (need <= im->in_size) return true;
    unsigned char *more = env->memory.take(env->memory.ctx, need);
    if (!more) return false;
    memcpy(more, im->in, im->filled);
    env->memory.give(env->memory.ctx, im->in, im->in_size);
    im->in = more;
    im->in_size = need;
    return true;
}

/* Until `need` bytes of the frame at im->at are there. */
static bool fill(struct importer *im, size_t need)
{
    int silent_ms = 0;
    if (im->filled - im->at < need && im->in_size - im->at < need && !make_room(im, need)) {
        stop(im, IMPORTER_NO_MEMORY);
        return false;
    }
    while (im->filled - im->at < need) {
        const ssize_t n = child_read(&im->child, im->in + im->filled, im->in_size - im->filled, SLICE_MS);
        if (!moved(im, n, &silent_ms)) return false;
        if (n > 0) im->filled += (size_t)n;
    }
    return true;
}

/* The next frame; *ret lives until the next call. False: the importer was stopped and im->fault tells why. */
static bool frame(struct importer *im, enum frame_kind *ret_kind, struct unpacker *ret)
{
    struct frame_head head;
    if (!fill(im, sizeof head)) return false;
    memcpy(&head, im->in + im->at, sizeof head);
    if (head.len > FRAME_BYTES_MAX) {
        stop(im, IMPORTER_NONSENSE);
        return false;
    }
    if (!fill(im, sizeof head + head.len)) return false;
    const unsigned char *begin = im->in + im->at + sizeof head;
    *ret = (struct unpacker){ .at = begin, .end = begin + head.len, .about = im->ask.profiles };
    *ret_kind = (enum frame_kind)head.kind;
    im->at += sizeof head + head.len;
    return true;
}

/* The next frame that is an answer. */
static bool answer(struct importer *im, enum frame_kind *ret_kind, struct unpacker *ret)
{
    do {
        if (!frame(im, ret_kind, ret)) return false;
        if (im->met) continue;
        const int64_t abi = unpack_i64(ret), seccomp = unpack_i64(ret);
        im->met = *ret_kind == SAID_HELLO && unpack_ends(ret) && abi >= 0 && abi <= 1000 && (seccomp == 0 || seccomp == 1);
        if (!im->met) {
            stop(im, IMPORTER_NONSENSE);
            return false;
        }
        im->state = (struct sandbox_state){ (int)abi, seccomp == 1 };
        *ret_kind = SAID_ALIVE;
    } while (*ret_kind == SAID_ALIVE);
    return true;
}

/* ---- questions ---- */

static enum importer_fault start(struct importer *im)
{
    const struct env *env = im->ask.env;
    if (im->ask.path) {
        im->file = env->open(env->ctx, im->ask.path, O_RDONLY | O_CLOEXEC, 0);
        if (im->file < 0) return IMPORTER_NO_FILE;
        (void)file_spill_make(&im->spill); /* without, what needs it is refused */
    }
    const struct child_plan plan = { .program = env->importer, .word = IMPORTER_WORD, .file = im->file, .spill = im->spill.fd };
    im->runs = env->importer && child_start(&plan, &im->child);
    return im->runs ? IMPORTER_WELL : IMPORTER_NOT_STARTED;
}

/* Bytes that a question may take. */
static size_t question_size(const struct importer *im)
{
    enum { OPTIONS_BYTES = 2 * 1024 * 1024 /* zones */, HEAD_BYTES = 64 };
    size_t size = OPTIONS_BYTES + im->ask.name.len;
    for (int i = 0; i < profile_count(im->ask.profiles); i++)
        size += profile_name(profile_at(im->ask.profiles, i)).len + profile_json(profile_at(im->ask.profiles, i)).len + HEAD_BYTES;
    return size;
}

static bool first_ask(struct importer *im, void *room, size_t size)
{
    const struct profile_set *set = im->ask.profiles;
    struct packer p = packer_of(room, size);
    pack_text(&p, im->ask.name);
    pack_i64(&p, im->ask.bytes);
    pack_i64(&p, profile_count(set));
    for (int i = 0; i < profile_count(set); i++) {
        pack_text(&p, profile_name(profile_at(set, i)));
        pack_text(&p, profile_json(profile_at(set, i)));
    }
    im->begun = ask(im, ASK_BEGIN, &p);
    return im->begun;
}

/* Starts the process when there is none, and puts a question. rows: of ASK_ROWS. False: im->fault tells why. */
struct rows_wanted { const struct intake_scan_result *scan; int64_t most; };
static bool question(struct importer *im, enum frame_kind kind, const struct intake_options *opt, const struct rows_wanted *rows)
{
    const struct arena_source *memory = &im->ask.env->memory;
    const size_t size = question_size(im) + (rows ? FRAME_BYTES_MAX : 0);
    void *room = memory->take(memory->ctx, size);
    bool ok = false;
    if (im->reads) stop(im, IMPORTER_WELL); /* rows that nobody wants any more */
    im->fault = IMPORTER_WELL;
    if (!room) stop(im, IMPORTER_NO_MEMORY);
    else if (!im->runs && (im->fault = start(im)) != IMPORTER_WELL) stop(im, im->fault);
    else ok = im->begun || first_ask(im, room, size);
    if (ok) {
        struct packer p = packer_of(room, size);
        pack_options(&p, opt, im->ask.profiles);
        if (rows) pack_i64(&p, rows->most);
        if (rows) pack_scan(&p, rows->scan);
        ok = ask(im, kind, &p);
    }
    if (room) memory->give(memory->ctx, room, size);
    return ok;
}

/* ---- parts and scans ---- */

/* "“orders.xlsx” could not be read: why. Nothing of it was taken in." */
void importer_refusal(const struct importer *im, struct arena *a, struct text *ret_en, struct text *ret_zh)
{
    const struct text file = text_clip_utf8(im->ask.name, 200), en = importer_fault_text(im->fault, false), zh = importer_fault_text(im->fault, true);
    *ret_en = arena_printf(a, "“%.*s” could not be read: %.*s. Nothing of it was taken in.", (int)file.len, file.ptr, (int)en.len, en.ptr);
    *ret_zh = arena_printf(a, "无法读取“%.*s”：%.*s。没有导入任何内容。", (int)file.len, file.ptr, (int)zh.len, zh.ptr);
}

/* The frame's bytes in the arena, where what is unpacked may point to. */
static bool keep(struct arena *a, struct unpacker *u)
{
    const size_t len = (size_t)(u->end - u->at);
    unsigned char *copy = arena_take(a, len + 1, 1);
    if (!copy) return false;
    memcpy(copy, u->at, len);
    u->at = copy;
    u->end = copy + len;
    return true;
}

bool importer_parts(struct importer *im, struct arena *a, const struct intake_options *opt, struct intake_parts *ret)
{
    enum frame_kind kind;
    struct unpacker u;
    *ret = (struct intake_parts){ 0 };
    if (question(im, ASK_PARTS, opt, NULL) && answer(im, &kind, &u)) {
        if (kind == SAID_NO_MEMORY) stop(im, IMPORTER_NO_MEMORY);
        else if (kind != SAID_PARTS || !keep(a, &u) || !unpack_parts(&u, a, ret)) stop(im, IMPORTER_NONSENSE);
    }
    if (im->fault == IMPORTER_WELL) return !a->failed;
    *ret = (struct intake_parts){ .refusal = REFUSED_STOPPED };
    importer_refusal(im, a, &ret->refusal_en, &ret->refusal_zh);
    return !a->failed;
}

static enum importer_fault scan_answer(struct importer *im, struct arena *a, bool (*progress)(void *ctx, int64_t, int64_t), void *progress_ctx,
                                       struct intake_scan_result *ret)
{
    enum frame_kind kind;
    struct unpacker u;
    while (answer(im, &kind, &u)) {
        if (kind == SAID_NO_MEMORY) return IMPORTER_NO_MEMORY;
        if (kind == SAID_SCAN) return keep(a, &u) && unpack_scan(&u, ret) ? IMPORTER_WELL : IMPORTER_NONSENSE;
        const int64_t done = unpack_i64(&u), all = unpack_i64(&u);
        if (kind != SAID_PROGRESS || !unpack_ends(&u) || done < 0 || all < 0) return IMPORTER_NONSENSE;
        if (progress && !progress(progress_ctx, done, all)) return IMPORTER_ENDED;
    }
    return im->fault;
}

/* What was asked for must be what is answered. */
static bool scan_fits(const struct intake_options *opt, const struct intake_scan_result *s)
{
    return s->refusal != REFUSED_NOT || ((!opt->profile || s->profile == opt->profile) && (!s->profile || s->rows > 0));
}

bool importer_scan(struct importer *im, struct arena *a, const struct intake_options *opt,
                   bool (*progress)(void *ctx, int64_t bytes_done, int64_t bytes_all), void *progress_ctx, struct intake_scan_result *ret)
{
    memset(ret, 0, sizeof *ret);
    if (question(im, ASK_SCAN, opt, NULL)) {
        enum importer_fault f = scan_answer(im, a, progress, progress_ctx, ret);
        if (f == IMPORTER_WELL && !scan_fits(opt, ret)) f = IMPORTER_NONSENSE;
        if (f != IMPORTER_WELL) stop(im, f);
    }
    if (im->fault == IMPORTER_WELL) return !a->failed;
    memset(ret, 0, sizeof *ret);
    ret->as_of_ms = INSTANT_NONE;
    ret->refusal = REFUSED_STOPPED;
    importer_refusal(im, a, &ret->refusal_en, &ret->refusal_zh);
    return !a->failed;
}

/* ---- rows ---- */

bool importer_read(struct importer *im, const struct intake_options *opt, const struct intake_scan_result *scan, int64_t most)
{
    im->rows = (struct unpacker){ .at = im->in, .end = im->in };
    im->line = im->bytes = 0;
    im->reads_orders = profile_subject(scan->profile) == SUBJECT_ORDERS;
    im->reads = question(im, ASK_ROWS, opt, &(struct rows_wanted){ scan, most });
    return im->reads;
}

static enum intake_row_kind failed(struct importer *im, enum importer_fault why)
{
    stop(im, why);
    return ROW_ERROR;
}

/* More rows, or how they ended: ROW_CLAIM means there are more. */
static enum intake_row_kind more(struct importer *im)
{
    enum frame_kind kind;
    if (!answer(im, &kind, &im->rows)) return ROW_ERROR;
    if (kind == SAID_ROWS) {
        im->bytes = unpack_i64(&im->rows);
        return im->rows.bad || im->bytes < 0 ? failed(im, IMPORTER_NONSENSE) : ROW_CLAIM;
    }
    if (kind == SAID_NO_MEMORY) return failed(im, IMPORTER_NO_MEMORY);
    if (!unpack_ends(&im->rows)) return failed(im, IMPORTER_NONSENSE);
    im->reads = false;
    if (kind == SAID_ROWS_END) return ROW_END;
    return kind == SAID_ROWS_FAILED ? ROW_ERROR : failed(im, IMPORTER_NONSENSE);
}

static bool take_row(struct importer *im, struct text record, struct arena *batch, struct intake_row *row)
{
    char *copy = arena_take(batch, record.len + 1, 1);
    if (!copy) return false;
    memcpy(copy, record.ptr, record.len);
    return unpack_row((struct text){ copy, record.len }, im->reads_orders, batch, row, &im->line);
}

enum intake_row_kind importer_next(struct importer *im, struct arena *batch, struct intake_row *row, struct intake_fault *fault)
{
    struct text record;
    if (!im->reads) return ROW_ERROR;
    for (;;) {
        const enum intake_row_kind kind = unpack_record(&im->rows, &record);
        switch (kind) {
        case ROW_CLAIM: return take_row(im, record, batch, row) ? ROW_CLAIM : failed(im, batch->failed ? IMPORTER_NO_MEMORY : IMPORTER_NONSENSE);
        case ROW_FAULT:
            if (!unpack_fault(record, fault)) return failed(im, IMPORTER_NONSENSE);
            im->line = fault->line;
            return ROW_FAULT;
        case ROW_ERROR: return failed(im, IMPORTER_NONSENSE);
        case ROW_END: break;
        }
        const enum intake_row_kind got = more(im);
        if (got != ROW_CLAIM) return got;
    }
}

/* ---- what is said about it ---- */

static const struct fault_words { const char *word, *en, *zh; } words[] = {
    [IMPORTER_WELL] = { "", "", "" },
    [IMPORTER_NO_FILE] = { "unreadable", "it cannot be opened; check that it is there and may be read", "文件打不开，请确认它存在且有读取权限" },
    [IMPORTER_NOT_STARTED] = { "importer-start", "the process that reads files could not be started", "读取文件的进程无法启动" },
    [IMPORTER_UNCONFINED] = { "importer-unconfined", "the process that reads files could not be shut in, so it read nothing", "读取文件的进程无法被隔离，因此没有读取" },
    [IMPORTER_STOPPED] = { "importer-stopped", "the process that read it tried something that no reading needs and was stopped at once; the file may have been made to do harm, so do not open it elsewhere",
                           "读取它的进程做了读文件时不该做的事，已被立即终止；此文件可能是恶意制作的，请勿在别处打开" },
    [IMPORTER_DIED] = { "importer-died", "the process that read it broke down over it", "读取它的进程崩溃了" },
    [IMPORTER_NO_MEMORY] = { "importer-memory", "reading it takes more memory than one file may have; export a shorter period", "读取它所需的内存超过单个文件的上限；请缩短导出的时间段" },
    [IMPORTER_SILENT] = { "importer-silent", "reading it stood still for 30 seconds and was ended", "读取 30 秒没有进展，已终止" },
    [IMPORTER_SLOW] = { "importer-slow", "reading it took far longer than a file of its size should and was ended", "读取时间远超同样大小的文件所需，已终止" },
    [IMPORTER_NONSENSE] = { "importer-nonsense", "what the process that read it answered made no sense, so it was stopped", "读取它的进程给出的结果不合规，已被终止" },
    [IMPORTER_ENDED] = { "stopping", "the desk is stopping", "掌柜正在停止" },
};

const char *importer_fault_word(enum importer_fault f) { return words[f].word; }
struct text importer_fault_text(enum importer_fault f, bool zh) { return text_from_cstr(zh ? words[f].zh : words[f].en); }

struct importer_walls importer_try(const struct env *env)
{
    struct importer_walls w = { .fault = IMPORTER_NO_MEMORY };
    enum frame_kind kind;
    struct unpacker u;
    struct importer *im = importer_open(&(struct importer_ask){ .env = env });
    if (!im) return w;
    /* it says what stands before it is asked anything, and hangs up when we do */
    if ((im->fault = start(im)) != IMPORTER_WELL) stop(im, im->fault);
    else if (frame(im, &kind, &u)) {
        w.state = (struct sandbox_state){ (int)unpack_i64(&u), unpack_i64(&u) == 1 };
        if (kind != SAID_HELLO || !unpack_ends(&u)) stop(im, IMPORTER_NONSENSE);
    }
    w.fault = im->fault;
    importer_close(im);
    return w;
}

struct text importer_walls_text(struct arena *a, const struct importer_walls *w, bool zh)
{
    if (w->fault != IMPORTER_WELL) {
        const struct text why = importer_fault_text(w->fault, zh);
        return zh ? arena_printf(a, "现在无法导入文件：%.*s。", (int)why.len, why.ptr) : arena_printf(a, "No file can be imported now: %.*s.", (int)why.len, why.ptr);
    }
    const bool landlock = w->state.landlock_abi > 0, seccomp = w->state.seccomp;
    if (landlock && seccomp) return TEXT_NONE;
    const char *en = !landlock && !seccomp ? "neither Landlock nor seccomp" : landlock ? "no seccomp" : "no Landlock";
    const char *one = !landlock && !seccomp ? " Landlock 和 seccomp" : landlock ? " seccomp" : " Landlock";
    return zh ? arena_printf(a, "此系统内核没有%s：读取导入文件的进程隔离得不够严。请只导入可信来源的文件，或换用 Linux 6.1 以上的内核。", one)
              : arena_printf(a, "This system's kernel has %s: the process that reads imported files is shut in less tightly. Import only files you trust, or use Linux 6.1 or newer.", en);
}
