/*
 * Functions that overflow, guess or keep hidden state, refused at compile
 * time. Included by the compiler's -include for every file of the tree.
 */
#ifndef MIG_BANNED_H
#define MIG_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat strncpy strncat strtok sprintf vsprintf gets  \
    atoi atol atoll atof alloca tmpnam mktemp

#endif
