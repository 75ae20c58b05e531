/* SHA-256 (FIPS 180-4) for content hashes and cassette keys. */
#ifndef MIG_SHA256_H
#define MIG_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	uint64_t len;
	unsigned char block[64];
};

#define SHA256_HEX 65 /* 64 digits and a NUL */

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX]); /* ends s */
void sha256_of(const void *data, size_t len, char hex[SHA256_HEX]);

#endif
