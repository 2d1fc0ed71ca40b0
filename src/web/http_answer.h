/* An answer as libmicrohttpd has it; http.c and http_answer.c alone include this. */
#ifndef ZG_WEB_HTTP_ANSWER_H
#define ZG_WEB_HTTP_ANSWER_H
#include <microhttpd.h>
#include <stdatomic.h>
#include "web/http.h"

struct http_response {
    const struct env *env;
    struct MHD_Response *mhd;
    atomic_int refs;
    int status;
    size_t bytes;
};
#endif
