/* file.c -- see file.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ds_code ds_output_fail(ds_error *err, ds_code code, const char *file, const char *format, ...)
{
    if (err == NULL)
        return code;
    memset(err, 0, sizeof *err);
    err->code = code;
    snprintf(err->file, sizeof err->file, "%s", file);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return code;
}

char *ds_path_join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char  *path = malloc(size);
    if (path != NULL) {
        const char *slash = directory[0] == '\0' || directory[strlen(directory) - 1] == '/'
                                ? "" : "/";
        snprintf(path, size, "%s%s%s", directory, slash, name);
    }
    return path;
}

/* The process id makes the name ours: one that exists is left from a crash. */
static int create(const char *temporary)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int       descriptor = open(temporary, flags, 0666);
    if (descriptor < 0 && errno == EEXIST && unlink(temporary) == 0)
        descriptor = open(temporary, flags, 0666);
    return descriptor;
}

ds_code ds_file_open(ds_file *file, const char *path, ds_error *err)
{
    struct stat status;
    int         descriptor;

    *file = (ds_file){ .path = malloc(strlen(path) + 1) };
    if (file->path == NULL)
        return ds_output_fail(err, DS_E_NOMEM, path, "out of memory");
    memcpy(file->path, path, strlen(path) + 1);

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        descriptor = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        size_t size = strlen(path) + 32;
        file->temporary = malloc(size);
        if (file->temporary == NULL) {
            ds_file_abandon(file);
            return ds_output_fail(err, DS_E_NOMEM, path, "out of memory");
        }
        snprintf(file->temporary, size, "%s.tmp.%ld", path, (long)getpid());
        descriptor = create(file->temporary);
    }
    if (descriptor >= 0)
        file->stream = fdopen(descriptor, "w");
    if (file->stream == NULL) {
        int reason = errno;
        if (descriptor >= 0)
            close(descriptor);
        else { /* nothing of ours to remove */
            free(file->temporary);
            file->temporary = NULL;
        }
        ds_file_abandon(file);
        return ds_output_fail(err, DS_E_IO, path, "cannot create: %s", strerror(reason));
    }
    return DS_OK;
}

static void release(ds_file *file)
{
    free(file->path);
    free(file->temporary);
    *file = (ds_file){ 0 };
}

ds_code ds_file_commit(ds_file *file, ds_error *err)
{
    const char *what = "cannot write";
    ds_code     code = DS_OK;
    int         reason = 0;

    errno = 0;
    if (fflush(file->stream) != 0) {
        reason = errno;
    } else if (ferror(file->stream)) { /* an earlier write failed: why? */
        clearerr(file->stream);
        putc('\n', file->stream);
        reason = fflush(file->stream) != 0 ? errno : EIO;
    }
    if (fclose(file->stream) != 0 && reason == 0)
        reason = errno;
    file->stream = NULL;
    if (reason == 0 && file->temporary != NULL && rename(file->temporary, file->path) != 0) {
        reason = errno;
        what = "cannot replace";
    }
    if (reason != 0) {
        code = ds_output_fail(err, DS_E_IO, file->path, "%s: %s", what, strerror(reason));
        if (file->temporary != NULL)
            unlink(file->temporary);
    }
    release(file);
    return code;
}

void ds_file_abandon(ds_file *file)
{
    if (file->stream != NULL)
        fclose(file->stream);
    if (file->temporary != NULL)
        unlink(file->temporary);
    release(file);
}

ds_code ds_directory_make(const char *path, ds_error *err)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return DS_OK;
    int reason = errno;
    if (reason == EEXIST && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return DS_OK;
        reason = ENOTDIR;
    }
    return ds_output_fail(err, DS_E_IO, path, "cannot make the directory: %s", strerror(reason));
}

/* Why nothing can be put into the directory that a path stands in, or 0. */
static int no_entry(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *parent = length > 0 ? strndup(path, length) : strdup(".");
    int   reason = parent == NULL ? ENOMEM : access(parent, W_OK | X_OK) != 0 ? errno : 0;
    free(parent);
    return reason;
}

ds_code ds_directory_check(const char *path, ds_error *err)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        if (access(path, W_OK | X_OK) == 0)
            return DS_OK;
        return ds_output_fail(err, DS_E_IO, path, "cannot write into the directory: %s",
                              strerror(errno));
    }
    int reason = lstat(path, &status) == 0 ? ENOTDIR : errno == ENOENT ? no_entry(path) : errno;
    return reason == 0 ? DS_OK
                       : ds_output_fail(err, DS_E_IO, path, "cannot make the directory: %s",
                                        strerror(reason));
}

ds_code ds_file_check(const char *path, ds_error *err)
{
    struct stat status;
    int         reason;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        reason = S_ISDIR(status.st_mode) ? EISDIR : access(path, W_OK) != 0 ? errno : 0;
    else
        reason = no_entry(path);
    return reason == 0 ? DS_OK
                       : ds_output_fail(err, DS_E_IO, path, "cannot create: %s",
                                        strerror(reason));
}

static ds_code write_part(const char *directory, const ds_part *part, const void *subject,
                          ds_error *err)
{
    ds_file file;
    char   *path = ds_path_join(directory, part->name);
    if (path == NULL)
        return ds_output_fail(err, DS_E_NOMEM, directory, "out of memory");
    ds_code code = ds_file_open(&file, path, err);
    if (code == DS_OK) {
        code = part->write(file.stream, subject);
        if (code == DS_OK) {
            code = ds_file_commit(&file, err);
        } else {
            ds_file_abandon(&file);
            ds_output_fail(err, code, path, "%s", ds_code_text(code));
        }
    }
    free(path);
    return code;
}

ds_code ds_parts_write(const char *directory, const ds_part *parts, size_t count,
                       const void *subject, ds_error *err)
{
    ds_code code = ds_directory_make(directory, err);
    for (size_t i = 0; i < count && code == DS_OK; i++)
        code = write_part(directory, &parts[i], subject, err);
    return code;
}
