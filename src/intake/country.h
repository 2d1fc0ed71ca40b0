/* A country as platforms write it -> ISO 3166 alpha-2. */
#ifndef ZG_INTAKE_COUNTRY_H
#define ZG_INTAKE_COUNTRY_H
#include "base/text.h"
/* "GB" for "GB", "UK", "United Kingdom", "英国"; empty for what is no country's name. Two capitals are taken as a code as they stand. */
struct text country_find(struct text name);
#endif
