/* The handlers that the table of routes names, one group a file. _read runs on a reader's thread with its connection, _handle on
 * an HTTP thread. Each answers its call exactly once, now or later. */
#ifndef ZG_WEB_PAGES_H
#define ZG_WEB_PAGES_H
#include "store/store.h"

struct call;

/* session_page.c */
void session_read(struct call *c, struct store *s);
void setup_handle(struct call *c);
void login_handle(struct call *c);
void logout_handle(struct call *c);
/* account_page.c */
void accounts_read(struct call *c, struct store *s);
void account_create_handle(struct call *c);
void account_change_handle(struct call *c);
/* store_page.c */
void stores_read(struct call *c, struct store *s);
void store_create_handle(struct call *c);
void demo_create_handle(struct call *c);
/* desk_page.c: today, orders, records, review */
void today_read(struct call *c, struct store *s);
void mark_handle(struct call *c);
void unmark_handle(struct call *c);
void orders_read(struct call *c, struct store *s);
void order_read(struct call *c, struct store *s);
void records_read(struct call *c, struct store *s);
void data_read(struct call *c, struct store *s);
void review_read(struct call *c, struct store *s);
void delay_read(struct call *c, struct store *s);
void lift_read(struct call *c, struct store *s);
void text_gains_read(struct call *c, struct store *s);
/* queue_page.c */
void queue_read(struct call *c, struct store *s);
void queue_take_handle(struct call *c);
void board_read(struct call *c, struct store *s);
/* live.c */
void changes_read(struct call *c, struct store *s);
/* team_page.c */
void team_read(struct call *c, struct store *s);
void team_change_read(struct call *c, struct store *s);
void team_self_read(struct call *c, struct store *s);

/* explain_page.c */
void explain_read(struct call *c, struct store *s);
void explain_if_read(struct call *c, struct store *s);
void outbox_read(struct call *c, struct store *s);
void outbox_resolve_read(struct call *c, struct store *s);
void suppress_read(struct call *c, struct store *s);
/* upload_page.c */
void upload_handle(struct call *c);
void upload_read(struct call *c, struct store *s);
void fields_handle(struct call *c);
void profiles_read(struct call *c, struct store *s);
void profile_save_read(struct call *c, struct store *s);
/* import_page.c */
void imports_read(struct call *c, struct store *s);
void import_start_read(struct call *c, struct store *s);
void import_foresee_read(struct call *c, struct store *s);
void import_read(struct call *c, struct store *s);
void import_undo_handle(struct call *c);
void import_resume_handle(struct call *c);
/* quarantine_page.c */
void quarantine_list_read(struct call *c, struct store *s);
void quarantine_csv_read(struct call *c, struct store *s);
void quarantine_sheet_read(struct call *c, struct store *s);
void quarantine_check_read(struct call *c, struct store *s);
void quarantine_mend_read(struct call *c, struct store *s);
/* feed_page.c: events and webhooks on their way in; connection_page.c: the owner's page about them */
void events_handle(struct call *c);
void webhook_handle(struct call *c);
void feeds_page_read(struct call *c, struct store *s);
void token_make_read(struct call *c, struct store *s);
void token_revoke_read(struct call *c, struct store *s);
void secret_set_read(struct call *c, struct store *s);
void secret_revoke_read(struct call *c, struct store *s);
void feed_change_read(struct call *c, struct store *s);
/* export_page.c */
void export_handle(struct call *c);
void archive_handle(struct call *c);
void archive_progress_handle(struct call *c);
void person_handle(struct call *c);
void person_erase_handle(struct call *c);
/* about_page.c */
void texts_read(struct call *c, struct store *s);
void text_preview_read(struct call *c, struct store *s);
void text_choose_read(struct call *c, struct store *s);
void text_keep_read(struct call *c, struct store *s);
void text_forget_read(struct call *c, struct store *s);
void shop_words_read(struct call *c, struct store *s);
void policy_read(struct call *c, struct store *s);
void policy_set_read(struct call *c, struct store *s);
void openapi_handle(struct call *c);
void health_read(struct call *c, struct store *s);
/* channel_page.c */
void channels_page_read(struct call *c, struct store *s);
void channel_add_read(struct call *c, struct store *s);
void channel_remove_read(struct call *c, struct store *s);
void channel_test_handle(struct call *c);
void unsubscribe_read(struct call *c, struct store *s);
void unsubscribe_do_read(struct call *c, struct store *s);
void report_read(struct call *c, struct store *s);
#endif
