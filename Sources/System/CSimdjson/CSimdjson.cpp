#include "CSimdjson.h"

#include <memory>
#include <new>
#include <simdjson.h>

namespace {
// Most texts are small and one follows the other on a thread: the parser of the last one, with its buffers, waits for the next.
thread_local std::unique_ptr<simdjson::dom::parser> spare;
constexpr size_t spareCapacity = 64 << 10;

void release(simdjson::dom::parser *parser) {
    if (!spare && parser->capacity() <= spareCapacity)
        spare.reset(parser);
    else
        delete parser;
}
}  // namespace

extern "C" int condor_json_parse(const uint8_t *bytes, size_t length, struct condor_json *out) {
    auto *parser = spare ? spare.release() : new (std::nothrow) simdjson::dom::parser();
    if (parser == nullptr) return simdjson::MEMALLOC;
    simdjson::dom::element root;
    // simdjson copies into a padded buffer of its own.
    auto error = parser->parse(bytes, length, true).get(root);
    if (error) {
        release(parser);
        return error;
    }
    out->parser = parser;
    out->tape = parser->doc.tape.get();
    out->strings = parser->doc.string_buf.get();
    return 0;
}

extern "C" void condor_json_free(struct condor_json *json) {
    release(static_cast<simdjson::dom::parser *>(json->parser));
    json->parser = nullptr;
}

extern "C" const char *condor_json_message(int code) {
    return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
