/* Watched folders: a file that is dropped there is imported, once nobody writes to it any more.
 *
 * A file is taken when it has had bytes, the same size and the same time for a few seconds; names that begin with "." or "~$" or end as half
 * downloads do (.part, .tmp, .crdownload ..) are left alone, and so are links, folders and devices. It is moved to taken/ and imported from
 * there; then it goes to done/, or to refused/ with a text beside it that says why, in both languages. What a stop or a crash left in
 * taken/ is gone on with at the next start. The same file twice changes nothing, as with any import.
 * The oldest come first, however many there are (oldest.h). */
#ifndef ZG_DESK_FOLDER_H
#define ZG_DESK_FOLDER_H

struct desk;
struct folders;
#define FOLDER_LOOK_MS 1000
#define FOLDER_STILL_MS 3000    /* unchanged for so long, a file is whole */
#define FOLDER_AGAIN_MS 30000   /* when the desk could not take a file now */

/* A thread that looks at the folders of all stores that have one; it also lets ids of old events expire. NULL: out of memory. */
struct folders *folders_start(struct desk *d);
void folders_ask_stop(struct folders *f);   /* begins no import any more */
void folders_stop(struct folders *f);       /* after desk_runs_stop */
#endif
