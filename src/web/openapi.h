/* The OpenAPI 3.1 document (openapi.json), built in. */
#ifndef ZG_WEB_OPENAPI_H
#define ZG_WEB_OPENAPI_H
#include "base/text.h"
struct text openapi_document(void);
#endif
