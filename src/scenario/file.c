/* file.c -- reading a whole file, with a limit.
 *
 * Called by document.c (scenario files) and sample_file.c (samples).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenario/error.h"

static ds_code fail(ds_error *err, const char *path, const char *what, int number)
{
    char reason[128] = "";
    if (number != 0 && strerror_r(number, reason, sizeof reason) != 0)
        reason[0] = '\0';
    if (reason[0] >= 'A' && reason[0] <= 'Z')
        reason[0] = (char)(reason[0] - 'A' + 'a');
    ds_code code = ds_fail(err, DS_E_IO, NULL, "%s%s%s", what, reason[0] == '\0' ? "" : ": ",
                           reason);
    if (err != NULL)
        ds_copy_text(err->file, sizeof err->file, path);
    return code;
}

static ds_code fail_too_large(ds_error *err, const char *path, size_t limit_bytes)
{
    char what[80];
    snprintf(what, sizeof what, "the file is larger than %zu MiB", limit_bytes >> 20);
    return fail(err, path, what, 0);
}

/* Reads on in steps that double, until the end or past the limit. */
static ds_code read_all(FILE *stream, const char *path, size_t expected, size_t limit_bytes,
                        char **text, size_t *length, ds_error *err)
{
    size_t capacity = expected + 2, used = 0;
    char  *buffer = malloc(capacity);

    while (buffer != NULL) {
        used += fread(buffer + used, 1, capacity - used - 1, stream);
        if (ferror(stream)) {
            int number = errno;
            free(buffer);
            return fail(err, path, "cannot read the file", number);
        }
        if (used > limit_bytes) {
            free(buffer);
            return fail_too_large(err, path, limit_bytes);
        }
        if (feof(stream)) {
            buffer[used] = '\0';
            *text = buffer;
            *length = used;
            return DS_OK;
        }
        capacity = capacity * 2 + 4096;
        char *larger = realloc(buffer, capacity);
        if (larger == NULL)
            free(buffer);
        buffer = larger;
    }
    return ds_fail(err, DS_E_NOMEM, NULL, "out of memory");
}

ds_code ds_file_read(const char *path, size_t limit_bytes, char **text, size_t *length,
                     ds_file_id *id, ds_error *err)
{
    *text = NULL;
    *length = 0;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return fail(err, path, "cannot open the file", errno);

    struct stat status;
    ds_code     code;
    if (fstat(fileno(stream), &status) != 0)
        code = fail(err, path, "cannot read the file", errno);
    else if (S_ISDIR(status.st_mode))
        code = fail(err, path, "this is a directory, not a file", 0);
    else if (S_ISREG(status.st_mode) && (uintmax_t)status.st_size > limit_bytes)
        code = fail_too_large(err, path, limit_bytes);
    else
        code = read_all(stream, path, S_ISREG(status.st_mode) ? (size_t)status.st_size : 4096,
                        limit_bytes, text, length, err);
    if (code == DS_OK && id != NULL)
        *id = (ds_file_id){(unsigned long long)status.st_dev, (unsigned long long)status.st_ino};
    fclose(stream);
    return code;
}

char *ds_file_beside(const char *beside, const char *name)
{
    const char *slash = strrchr(beside, '/');
    size_t      directory = slash == NULL || name[0] == '/' ? 0 : (size_t)(slash - beside) + 1;
    size_t      length = strlen(name);
    char       *path = malloc(directory + length + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, beside, directory);
    memcpy(path + directory, name, length + 1);
    return path;
}
