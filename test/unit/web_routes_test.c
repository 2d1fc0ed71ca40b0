/* The table of routes: nothing is open by accident, and the document that the program serves describes exactly this table. */
#include <criterion/criterion.h>
#include <jansson.h>
#include "desk/answer.h"
#include "web/openapi.h"
#include "web/routes.h"

static const char *const methods[] = { "get", "head", "post", "put", "patch", "delete", "other" };

Test(web_routes, each_route_is_open_to_somebody_and_handled_once)
{
    for (int i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        bool open = (r->flags & ROUTE_PUBLIC) != 0;
        cr_assert((r->handle != NULL) != (r->read != NULL), "%s", r->pattern);
        cr_assert_eq(open, r->may == NULL, "%s", r->pattern);
        cr_assert_eq(open, r->roles == 0, "%s", r->pattern);
        cr_assert((r->roles & ~(unsigned)BY_ALL) == 0, "%s", r->pattern);
        cr_assert(open || (r->roles & BY_OWNER), "the owner may do everything: %s", r->pattern);
        cr_assert_not((r->flags & ROUTE_CACHED) && route_writes(r), "%s", r->pattern);
        cr_assert(!(r->flags & ROUTE_FEED) || (open && route_writes(r)), "%s", r->pattern);
        for (int k = 0; k < i; k++)
            cr_assert_not(routes[k].method == r->method && !strcmp(routes[k].pattern, r->pattern), "twice: %s", r->pattern);
    }
}

Test(web_routes, what_is_open_without_login_is_this_and_no_more)
{
    static const char *const open[] = { "/api/v1/session", "/api/v1/setup", "/api/v1/login", "/api/v1/openapi.json", "/api/v1/healthz", "/healthz",
                                         /* programs show a token or sign, and are refused without (test/story/feed_story.py) */
                                         "/api/v1/stores/{store}/events", "/api/v1/stores/{store}/webhooks/{source}",
                                         /* by a token that stands in one message only (test/story/channels_story.py) */
                                         "/api/v1/unsubscribe/{token}", "/api/v1/reports/{token}" };
    for (int i = 0; i < route_count; i++) {
        bool listed = false;
        for (size_t k = 0; k < sizeof open / sizeof open[0]; k++) listed = listed || !strcmp(open[k], routes[i].pattern);
        cr_assert_eq(listed, (routes[i].flags & ROUTE_PUBLIC) != 0, "%s", routes[i].pattern);
    }
}

Test(web_routes, the_same_permission_word_means_the_same_roles)
{
    for (int i = 0; i < route_count; i++)
        for (int k = 0; k < i; k++)
            if (routes[i].may && routes[k].may && !strcmp(routes[i].may, routes[k].may))
                cr_assert_eq(routes[i].roles, routes[k].roles, "%s", routes[i].may);
}

Test(web_routes, masks_agree_with_the_permissions)
{
    for (int i = 0; i < route_count; i++) {
        if (!routes[i].masks) continue;
        for (unsigned role = ROLE_OWNER; role <= ROLE_WAREHOUSE; role++)
            for (int p = 0; p < permission_count; p++) {
                unsigned bit = !strcmp(permissions[p].may, "orders.person") ? ANSWER_PERSON : ANSWER_MONEY;
                cr_assert_eq((permissions[p].roles & 1u << role) != 0, (routes[i].masks[role] & bit) != 0, "%s %u", routes[i].pattern, role);
            }
        cr_assert_eq(routes[i].masks[ROLE_NONE], 0);
    }
}

static enum route_match find(enum http_method m, const char *raw, const struct route **r)
{
    static char block[8192];
    struct arena a;
    struct target t;
    struct text params[ROUTE_PARAMS_MAX];
    arena_init_fixed(&a, block, sizeof block);
    cr_assert(target_parse(&a, text_from_cstr(raw), &t));
    return route_find(m, &t, r, params);
}

Test(web_routes, paths_are_found_whole)
{
    const struct route *r = NULL;
    cr_assert_eq(find(HTTP_GET, "/api/v1/stores/s/orders/1%2F2", &r), ROUTE_FOUND);
    cr_assert_str_eq(r->pattern, "/api/v1/stores/{store}/orders/{order}");
    cr_assert_eq(find(HTTP_HEAD, "/healthz", &r), ROUTE_FOUND);
    cr_assert_eq(find(HTTP_GET, "/api/v1/imports/3/undo", &r), ROUTE_OTHER_METHOD);
    cr_assert_eq(find(HTTP_OTHER, "/api/v1/login", &r), ROUTE_OTHER_METHOD);
    cr_assert_eq(find(HTTP_GET, "/api/v1/stores/s/today/x", &r), ROUTE_NONE);
    cr_assert_eq(find(HTTP_GET, "/api/v1", &r), ROUTE_NONE);
    cr_assert_eq(find(HTTP_GET, "/api/v1/imports/3/quarantine.csv", &r), ROUTE_FOUND);
    cr_assert_str_eq(r->pattern, "/api/v1/imports/{id}/quarantine.csv");
}

static json_t *document(void)
{
    struct text t = openapi_document();
    json_error_t error;
    json_t *d = json_loadb(t.ptr, t.len, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(d, "openapi.json line %d: %s", error.line, error.text);
    return d;
}

Test(web_routes, every_route_is_described)
{
    json_t *d = document();
    for (int i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        json_t *op = json_object_get(json_object_get(json_object_get(d, "paths"), r->pattern), methods[r->method]);
        cr_assert_not_null(op, "openapi.json lacks %s %s", methods[r->method], r->pattern);
        json_t *roles = json_object_get(op, "x-roles");
        cr_assert_eq(json_is_array(json_object_get(op, "security")), r->may == NULL, "%s", r->pattern);
        for (unsigned role = ROLE_OWNER; role <= ROLE_WAREHOUSE; role++) {
            bool told = false;
            for (size_t k = 0; k < json_array_size(roles); k++)
                told = told || !strcmp(json_string_value(json_array_get(roles, k)), account_role_word((enum account_role)role));
            cr_assert_eq(told, route_allows(r, (enum account_role)role), "%s %s: %s", methods[r->method], r->pattern, account_role_word((enum account_role)role));
        }
    }
    json_decref(d);
}

Test(web_routes, nothing_else_is_described_and_references_hold)
{
    json_t *d = document(), *ops, *op;
    const char *path, *method;
    json_object_foreach(json_object_get(d, "paths"), path, ops)
        json_object_foreach(ops, method, op) {
            bool found = false;
            for (int i = 0; i < route_count; i++) found = found || (!strcmp(routes[i].pattern, path) && !strcmp(methods[routes[i].method], method));
            cr_assert(found, "openapi.json describes %s %s, which is no route", method, path);
        }
    char *all = json_dumps(d, JSON_COMPACT);
    for (const char *p = all; (p = strstr(p, "\"$ref\":\"#/components/")); p++) {
        char kind[32] = "", name[64] = "";
        const char *at = p + strlen("\"$ref\":\"#/components/"), *slash = strchr(at, '/'), *end = strchr(at, '"');
        cr_assert((size_t)(slash - at) < sizeof kind && (size_t)(end - slash) < sizeof name);
        memcpy(kind, at, (size_t)(slash - at));
        memcpy(name, slash + 1, (size_t)(end - slash - 1));
        cr_assert_not_null(json_object_get(json_object_get(json_object_get(d, "components"), kind), name), "%s/%s", kind, name);
    }
    json_decref(d);
}
