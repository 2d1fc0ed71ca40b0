/* A fuzz target is one function over bytes. clang's libFuzzer calls it (-Dfuzz=true, test/fuzz/run); in every other build replay.c
 * calls it on the kept corpus. A target that finds something wrong aborts.
 *
 * To add one: fuzz_NAME.c with this function, a line in meson.build, a few small files in corpus/NAME/. */
#ifndef ZG_TEST_FUZZ_H
#define ZG_TEST_FUZZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                  \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);    \
            abort();                                                                           \
        }                                                                                      \
    } while (0)
#endif
