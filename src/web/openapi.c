/* The document as the build embeds it. */
#include "web/openapi.h"
#include "embedded_openapi.h"

struct text openapi_document(void) { return (struct text){ embedded_openapi[0].ptr, embedded_openapi[0].len }; }
