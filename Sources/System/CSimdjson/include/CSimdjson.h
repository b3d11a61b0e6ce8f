// simdjson is C++: this is the C face that Swift sees. A parsed document is simdjson's tape and its string buffer, both
// documented in simdjson's doc/tape.md; Swift walks them in place.
#ifndef CONDOR_CSIMDJSON_H
#define CONDOR_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct condor_json {
    void *parser;
    const uint64_t *tape;
    const uint8_t *strings;
};

/// Parses `length` bytes of JSON. Returns 0 and fills `out`, or simdjson's error code. Free `out` with
/// `condor_json_free` after success.
int condor_json_parse(const uint8_t *bytes, size_t length, struct condor_json *out);
void condor_json_free(struct condor_json *json);
const char *condor_json_message(int code);

#ifdef __cplusplus
}
#endif
#endif
