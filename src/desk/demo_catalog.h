/* What the demo shop sells and where its buyers live: plain tables, all invented. */
#ifndef ZG_DESK_DEMO_CATALOG_H
#define ZG_DESK_DEMO_CATALOG_H
#include <stdint.h>

enum { DEMO_SKUS_MAX = 4 };
enum demo_season { SEASON_ALWAYS, SEASON_SPRING /* new tea */, SEASON_SUMMER, SEASON_WINTER, SEASON_GIFT /* before the festivals */ };
struct demo_sku { const char *code, *options; int32_t price_fen; };
struct demo_product {
    const char *product_no, *title;
    enum demo_season season;
    int weight;               /* how often it is chosen beside the others */
    int return_permille;      /* more than the shop's usual returns: breakable or a matter of taste */
    struct demo_sku skus[DEMO_SKUS_MAX]; /* the first is the usual choice; code NULL: no more */
};
extern const struct demo_product demo_products[];
extern const int demo_product_count;

struct demo_region {
    const char *region, *city; /* region as the intake normalises it */
    int weight;                /* share of the orders, in thousandths */
    int transit_h;             /* usual hours from the shop's warehouse in Zhejiang */
};
extern const struct demo_region demo_regions[];
extern const int demo_region_count;
#endif
