/* See routes.h. To add an endpoint: a row here, its handler in a *_page.c, its description in openapi.json. */
#include "web/routes.h"

#include "desk/answer.h"
#include "web/pages.h"

/* Who sees which fields. A warehouse picks and packs: remarks, no persons, no money. Only who speaks with buyers sees how to
 * reach them. */
static const unsigned char MASK_LIST[] = {
    [ROLE_OWNER] = ANSWER_ALL,
    [ROLE_OPERATOR] = ANSWER_BUYER | ANSWER_NOTES | ANSWER_MONEY | ANSWER_CONTACT,
    [ROLE_SERVICE] = ANSWER_ALL,
    [ROLE_WAREHOUSE] = ANSWER_NOTES,
};
const struct permission permissions[] = {
    { "orders.person", BY_OWNER | BY_SERVICE },
    { "orders.money", BY_OWNER | BY_OPERATOR | BY_SERVICE },
};
const int permission_count = (int)(sizeof permissions / sizeof permissions[0]);

#define API "/api/v1"
#define STORE API "/stores/{store}"
#define SELLERS (BY_OWNER | BY_OPERATOR)
#define SPEAKERS (BY_OWNER | BY_OPERATOR | BY_SERVICE)

const struct route routes[] = {
    { HTTP_GET, API "/session", NULL, 0, NULL, ROUTE_PUBLIC, NULL, session_read },
    { HTTP_POST, API "/setup", NULL, 0, NULL, ROUTE_PUBLIC, setup_handle, NULL },
    { HTTP_POST, API "/login", NULL, 0, NULL, ROUTE_PUBLIC, login_handle, NULL },
    { HTTP_POST, API "/logout", "session.end", BY_ALL, NULL, ROUTE_NO_BODY, logout_handle, NULL },

    { HTTP_GET, API "/accounts", "accounts.read", BY_OWNER, NULL, 0, NULL, accounts_read },
    { HTTP_POST, API "/accounts", "accounts.write", BY_OWNER, NULL, 0, account_create_handle, NULL },
    { HTTP_PATCH, API "/accounts/{id}", "accounts.write", BY_OWNER, NULL, 0, account_change_handle, NULL },

    { HTTP_GET, API "/stores", "stores.read", BY_ALL, NULL, 0, NULL, stores_read },
    { HTTP_POST, API "/stores", "stores.write", BY_OWNER, NULL, 0, store_create_handle, NULL },
    { HTTP_POST, API "/demo", "stores.write", BY_OWNER, NULL, ROUTE_NO_BODY, demo_create_handle, NULL },

    { HTTP_GET, STORE "/today", "today.read", BY_ALL, MASK_LIST, ROUTE_CACHED, NULL, today_read },
    { HTTP_GET, STORE "/queue", "queue.read", SPEAKERS, MASK_LIST, ROUTE_CACHED, NULL, queue_read },
    { HTTP_POST, STORE "/queue/take", "reminders.mark", SPEAKERS, NULL, ROUTE_NO_BODY, queue_take_handle, NULL },
    { HTTP_GET, STORE "/board", "board.read", SPEAKERS, MASK_LIST, ROUTE_CACHED, NULL, board_read },
    { HTTP_GET, STORE "/changes", "today.read", BY_ALL, NULL, 0, NULL, changes_read },
    { HTTP_POST, STORE "/reminders/{order}/mark", "reminders.mark", SPEAKERS, NULL, 0, mark_handle, NULL },
    { HTTP_POST, STORE "/reminders/{order}/unmark", "reminders.mark", SPEAKERS, NULL, 0, unmark_handle, NULL },
    { HTTP_GET, STORE "/orders", "orders.read", BY_ALL, MASK_LIST, ROUTE_CACHED, NULL, orders_read },
    { HTTP_GET, STORE "/orders/{order}", "orders.read", BY_ALL, MASK_LIST, ROUTE_CACHED, NULL, order_read },
    { HTTP_GET, STORE "/policy", "policy.read", BY_ALL, NULL, 0, NULL, policy_read },
    { HTTP_POST, STORE "/policy", "policy.write", BY_OWNER, NULL, 0, NULL, policy_set_read },
    { HTTP_GET, STORE "/team", "team.read", SPEAKERS, NULL, 0, NULL, team_read },
    { HTTP_POST, STORE "/team", "team.write", SELLERS, NULL, 0, NULL, team_change_read },
    { HTTP_POST, STORE "/team/self", "team.self", SPEAKERS, NULL, 0, NULL, team_self_read },
    { HTTP_GET, STORE "/texts", "texts.read", SPEAKERS, MASK_LIST, 0, NULL, texts_read },
    { HTTP_GET, STORE "/texts/choose", "texts.read", SPEAKERS, MASK_LIST, 0, NULL, text_choose_read },
    { HTTP_POST, STORE "/texts/preview", "texts.read", SPEAKERS, MASK_LIST, 0, NULL, text_preview_read },
    { HTTP_POST, STORE "/texts", "texts.write", SPEAKERS, NULL, 0, NULL, text_keep_read },
    { HTTP_POST, STORE "/texts/forget", "texts.write", SPEAKERS, NULL, 0, NULL, text_forget_read },
    { HTTP_POST, STORE "/texts/words", "texts.words", SELLERS, NULL, 0, NULL, shop_words_read },
    { HTTP_GET, STORE "/records", "records.read", BY_ALL, MASK_LIST, ROUTE_CACHED, NULL, records_read },
    { HTTP_GET, STORE "/data", "records.read", BY_ALL, NULL, ROUTE_CACHED, NULL, data_read },
    { HTTP_GET, STORE "/explain", "explain.read", SPEAKERS, MASK_LIST, 0, NULL, explain_read },
    { HTTP_POST, STORE "/explain", "explain.read", SPEAKERS, MASK_LIST, 0, NULL, explain_if_read },
    { HTTP_POST, STORE "/suppress", "suppress.write", SPEAKERS, NULL, 0, NULL, suppress_read },
    { HTTP_GET, STORE "/outbox", "outbox.read", SPEAKERS, MASK_LIST, 0, NULL, outbox_read },
    { HTTP_POST, STORE "/outbox/resolve", "outbox.write", SPEAKERS, NULL, 0, NULL, outbox_resolve_read },
    { HTTP_GET, STORE "/delay", "gains.read", SELLERS, MASK_LIST, ROUTE_CACHED, NULL, delay_read },
    { HTTP_GET, STORE "/lift", "gains.read", SELLERS, MASK_LIST, ROUTE_CACHED, NULL, lift_read },
    { HTTP_GET, STORE "/text_gains", "gains.read", SELLERS, MASK_LIST, ROUTE_CACHED, NULL, text_gains_read },
    { HTTP_GET, STORE "/review", "review.read", SELLERS, MASK_LIST, ROUTE_CACHED, NULL, review_read },

    { HTTP_POST, STORE "/uploads", "import.write", SELLERS, NULL, ROUTE_UPLOAD, upload_handle, NULL },
    { HTTP_GET, STORE "/uploads/{id}", "import.read", SELLERS, NULL, 0, NULL, upload_read },
    { HTTP_GET, API "/fields", "import.read", SELLERS, NULL, 0, fields_handle, NULL },
    { HTTP_GET, STORE "/profiles", "import.read", SELLERS, NULL, 0, NULL, profiles_read },
    { HTTP_POST, STORE "/profiles", "import.write", SELLERS, NULL, 0, NULL, profile_save_read },
    { HTTP_GET, STORE "/imports", "import.read", SELLERS, NULL, 0, NULL, imports_read },
    { HTTP_POST, STORE "/imports", "import.write", SELLERS, NULL, 0, NULL, import_start_read },
    { HTTP_POST, STORE "/imports/foreseen", "import.read", SELLERS, NULL, 0, NULL, import_foresee_read },
    { HTTP_GET, API "/imports/{id}", "import.read", SELLERS, NULL, 0, NULL, import_read },
    { HTTP_POST, API "/imports/{id}/undo", "import.undo", SELLERS, NULL, ROUTE_NO_BODY, import_undo_handle, NULL },
    { HTTP_POST, API "/imports/{id}/resume", "import.write", SELLERS, NULL, ROUTE_NO_BODY, import_resume_handle, NULL },
    { HTTP_GET, API "/imports/{id}/quarantine", "import.read", SELLERS, NULL, 0, NULL, quarantine_list_read },
    { HTTP_GET, API "/imports/{id}/quarantine.csv", "import.read", SELLERS, NULL, 0, NULL, quarantine_csv_read },
    { HTTP_GET, API "/imports/{id}/quarantine.sheet", "import.read", SELLERS, NULL, 0, NULL, quarantine_sheet_read },
    { HTTP_POST, API "/imports/{id}/quarantine/check", "import.read", SELLERS, NULL, 0, NULL, quarantine_check_read },
    { HTTP_POST, API "/imports/{id}/quarantine/mend", "import.write", SELLERS, NULL, 0, NULL, quarantine_mend_read },

    { HTTP_POST, STORE "/events", NULL, 0, NULL, ROUTE_PUBLIC | ROUTE_FEED, events_handle, NULL },
    { HTTP_POST, STORE "/webhooks/{source}", NULL, 0, NULL, ROUTE_PUBLIC | ROUTE_FEED, webhook_handle, NULL },
    { HTTP_GET, STORE "/feeds", "feeds.read", SELLERS, NULL, 0, NULL, feeds_page_read },
    { HTTP_POST, STORE "/feeds/{source}", "feeds.write", BY_OWNER, NULL, 0, NULL, feed_change_read },
    { HTTP_POST, STORE "/tokens", "feeds.write", BY_OWNER, NULL, 0, NULL, token_make_read },
    { HTTP_POST, STORE "/tokens/{id}/revoke", "feeds.write", BY_OWNER, NULL, ROUTE_NO_BODY, NULL, token_revoke_read },
    { HTTP_POST, STORE "/secrets", "feeds.write", BY_OWNER, NULL, 0, NULL, secret_set_read },
    { HTTP_POST, STORE "/secrets/revoke", "feeds.write", BY_OWNER, NULL, 0, NULL, secret_revoke_read },

    { HTTP_GET, STORE "/channels", "channels.read", BY_OWNER, NULL, 0, NULL, channels_page_read },
    { HTTP_POST, STORE "/channels", "channels.write", BY_OWNER, NULL, 0, NULL, channel_add_read },
    { HTTP_POST, STORE "/channels/{id}/remove", "channels.write", BY_OWNER, NULL, ROUTE_NO_BODY, NULL, channel_remove_read },
    { HTTP_POST, STORE "/channels/{id}/test", "channels.write", BY_OWNER, NULL, 0, channel_test_handle, NULL },
    { HTTP_GET, API "/unsubscribe/{token}", NULL, 0, NULL, ROUTE_PUBLIC, NULL, unsubscribe_read },
    { HTTP_POST, API "/unsubscribe/{token}", NULL, 0, NULL, ROUTE_PUBLIC | ROUTE_FEED, NULL, unsubscribe_do_read },
    { HTTP_GET, API "/reports/{token}", NULL, 0, NULL, ROUTE_PUBLIC, NULL, report_read },

    { HTTP_GET, STORE "/export", "export.read", BY_ALL, MASK_LIST, 0, export_handle, NULL },
    { HTTP_GET, STORE "/archive", "archive.read", BY_OWNER, NULL, 0, archive_handle, NULL },
    { HTTP_GET, STORE "/archive/progress", "archive.read", BY_OWNER, NULL, 0, archive_progress_handle, NULL },
    { HTTP_GET, STORE "/orders/{order}/person", "person.read", BY_OWNER, MASK_LIST, 0, person_handle, NULL },
    { HTTP_POST, STORE "/orders/{order}/person/erase", "person.erase", BY_OWNER, NULL, 0, person_erase_handle, NULL },

    { HTTP_GET, API "/openapi.json", NULL, 0, NULL, ROUTE_PUBLIC, openapi_handle, NULL },
    { HTTP_GET, API "/healthz", NULL, 0, NULL, ROUTE_PUBLIC | ROUTE_CACHED, NULL, health_read },
    { HTTP_GET, "/healthz", NULL, 0, NULL, ROUTE_PUBLIC | ROUTE_CACHED, NULL, health_read },
};
const int route_count = (int)(sizeof routes / sizeof routes[0]);

bool route_writes(const struct route *r) { return r->method != HTTP_GET; }

/* The table is walked for every request, so a pattern is left at its first byte that differs. A segment holds no NUL. */
static bool matches(const char *pattern, const struct target *t, struct text params[ROUTE_PARAMS_MAX])
{
    int n = 0;
    for (int i = 0; i < t->segment_count; i++) {
        struct text segment = t->segments[i];
        if (*pattern++ != '/') return false;
        if (*pattern == '{') {
            if (n < ROUTE_PARAMS_MAX) params[n++] = segment;
            while (*pattern && *pattern != '/') pattern++;
        } else {
            if (strncmp(pattern, segment.ptr, segment.len) != 0) return false;
            pattern += segment.len;
        }
    }
    return *pattern == '\0';
}

enum route_match route_find(enum http_method method, const struct target *t, const struct route **ret,
                            struct text params[ROUTE_PARAMS_MAX])
{
    enum route_match result = ROUTE_NONE;
    if (method == HTTP_HEAD) method = HTTP_GET;
    for (int i = 0; i < route_count; i++) {
        if (!matches(routes[i].pattern, t, params)) continue;
        if (routes[i].method == method) {
            *ret = &routes[i];
            return ROUTE_FOUND;
        }
        result = ROUTE_OTHER_METHOD;
    }
    return result;
}
