// Kept parser for HTTP/1.1. Bit fields of its struct are read through functions, as Swift sees no bit fields.
#include <http_parser.h>

static inline unsigned int condor_http_method(const http_parser *parser) { return parser->method; }
static inline int condor_http_is_upgrade(const http_parser *parser) { return parser->upgrade; }
static inline unsigned int condor_http_errno(const http_parser *parser) { return parser->http_errno; }
static inline uint64_t condor_http_content_length(const http_parser *parser) { return parser->content_length; }
