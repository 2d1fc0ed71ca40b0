/* GET and POST /accounts, PATCH /accounts/{id}: the owner's list of who may sign in. */
#include "web/call.h"
#include "web/hasher.h"
#include "web/pages.h"
#include "web/reply.h"
#include "web/sessions.h"

static json_t *account_json(const struct account *a)
{
    return json_pack("{s:I,s:s,s:s,s:b}", "id", (json_int_t)a->user_id, "name", a->name, "role", account_role_word(a->role),
                     "disabled", a->disabled);
}

void accounts_read(struct call *c, struct store *s)
{
    struct account *all = arena_take(&c->q->arena, ACCOUNTS_MAX, sizeof *all);
    int n = all ? account_list(s, WEB_MERCHANT, all, ACCOUNTS_MAX) : -1;
    if (n < 0) {
        reply_internal(c, db_error_message(s->db));
        return;
    }
    json_t *list = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(list, account_json(&all[i]));
    reply_json(c, 200, json_pack("{s:o}", "accounts", list));
}

struct account_edit { struct hash_job job; struct account account; struct account_change change; bool create; };

static int fault_of(enum account_result r)
{
    switch (r) {
    case ACCOUNT_OK: case ACCOUNT_FAILED: return -1;
    case ACCOUNT_NONE: return FAULT_NOT_FOUND;
    case ACCOUNT_TAKEN: return FAULT_NAME_TAKEN;
    case ACCOUNT_LAST_OWNER: return FAULT_LAST_OWNER;
    case ACCOUNT_BAD_NAME: return FAULT_NAME;
    case ACCOUNT_TOO_MANY: return FAULT_TOO_MANY;
    }
    return -1;
}

static bool edit_write(struct store *s, struct write *w)
{
    struct account_edit *e = w->ctx;
    int64_t by = w->call->who.user_id;
    enum account_result r;
    if (e->create) r = account_create(s, WEB_MERCHANT, text_from_cstr(e->account.name), e->account.role, e->job.hash, by, &e->account.user_id);
    else r = account_change(s, WEB_MERCHANT, e->account.user_id, &e->change, by);
    w->fault = fault_of(r);
    return r == ACCOUNT_OK && account_get(s, WEB_MERCHANT, e->account.user_id, &e->account) == ACCOUNT_OK;
}

static void edited(struct call *c, struct write *w)
{
    struct account_edit *e = w->ctx;
    if (!e->create) sessions_forget_user(c->web->sessions, e->account.user_id);
    reply_json(c, e->create ? 201 : 200, account_json(&e->account));
}

static void edit_post(struct call *c, struct account_edit *e)
{
    call_write(c, &(struct write){ .run = edit_write, .done = edited, .ctx = e });
}

static void edit_hashed(void *ctx, struct hash_job *job)
{
    struct call *c = ctx;
    struct account_edit *e = (struct account_edit *)job;
    if (!job->good) {
        reply_internal(c, "the password could not be hashed");
        return;
    }
    e->change.hash = job->hash;
    edit_post(c, e);
}

/* With a new password it is hashed first. */
static void edit_go(struct call *c, struct account_edit *e, struct text password)
{
    if (!password.len) {
        edit_post(c, e);
        return;
    }
    memcpy(e->job.password, password.ptr, password.len);
    e->job.password_len = password.len;
    e->job.make = true;
    e->job.done = edit_hashed;
    e->job.ctx = c;
    call_defer(c);
    if (!hasher_post(c->web->hasher, &e->job)) reply_wait(c, FAULT_BUSY, 1000);
}

static bool read_role(struct call *c, bool needed, enum account_role *ret)
{
    struct text word;
    if (!call_text(c, "role", needed ? 1 : 0, 32, &word)) return false;
    *ret = account_role_parse(word);
    if (*ret != ROLE_NONE || (!needed && !word.len)) return true;
    reply_fault(c, FAULT_FIELD, "role");
    return false;
}

void account_create_handle(struct call *c)
{
    struct account_edit *e = ARENA_NEW(&c->q->arena, struct account_edit);
    struct text name, password;
    if (!e) { reply_internal(c, "no memory"); return; }
    if (!call_text(c, "name", 1, ACCOUNT_NAME_BYTES - 1, &name) || !read_role(c, true, &e->account.role)
        || !call_text(c, "password", 1, sizeof e->job.password - 1, &password) || !password_ok(c, password, name))
        return;
    memcpy(e->account.name, name.ptr, name.len);
    e->create = true;
    edit_go(c, e, password);
}

static void change_checked(struct call *c, struct store *s)
{
    struct account_edit *e = c->ctx;
    struct text password;
    switch (account_get(s, WEB_MERCHANT, e->account.user_id, &e->account)) {
    case ACCOUNT_OK: break;
    case ACCOUNT_NONE: reply_fault(c, FAULT_NOT_FOUND, NULL); return;
    case ACCOUNT_TAKEN: case ACCOUNT_LAST_OWNER: case ACCOUNT_BAD_NAME: case ACCOUNT_TOO_MANY: case ACCOUNT_FAILED:
        reply_internal(c, db_error_message(s->db));
        return;
    }
    if (!call_text(c, "password", 0, sizeof e->job.password - 1, &password)) return;
    if (!json_is_null(json_object_get(c->body, "password")) && json_object_get(c->body, "password")
        && !password_ok(c, password, text_from_cstr(e->account.name)))
        return;
    edit_go(c, e, password);
}

void account_change_handle(struct call *c)
{
    struct account_edit *e = ARENA_NEW(&c->q->arena, struct account_edit);
    json_t *disabled = json_object_get(c->body, "disabled");
    if (!e) { reply_internal(c, "no memory"); return; }
    if (!call_id(c, c->params[0], &e->account.user_id) || !read_role(c, false, &e->change.role)) return;
    if (disabled && !json_is_null(disabled) && !json_is_boolean(disabled)) {
        reply_fault(c, FAULT_FIELD, "disabled");
        return;
    }
    e->change.disabled = json_is_boolean(disabled) ? json_is_true(disabled) : -1;
    if (e->change.disabled < 0 && e->change.role == ROLE_NONE && !json_is_string(json_object_get(c->body, "password"))) {
        reply_fault(c, FAULT_FIELD, "role"); /* nothing to change, and a change ends sessions */
        return;
    }
    c->ctx = e;
    call_on_reader(c, change_checked);
}
