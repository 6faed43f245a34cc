/* A disk that fails when a test says so, put in front of the C library by LD_PRELOAD.
 *
 * The folder in TEST_DISK_FAULTS holds one file for each fault that lasts: `full` (files don't grow), `readonly`
 * (nothing is written) and `sync` (nothing reaches the disk). What stands in it is a part of the paths of the
 * files that are meant. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int told(const char *fault, int fd) {
    int before = errno, meant = 0;
    char name[4096], part[256], link[64], path[4096];
    const char *folder = getenv("TEST_DISK_FAULTS");
    struct stat found;
    if (folder != NULL && fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
        snprintf(name, sizeof name, "%s/%s", folder, fault);
        int file = open(name, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            ssize_t wanted = read(file, part, sizeof part - 1);
            close(file);
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t long_path = readlink(link, path, sizeof path - 1);
            if (wanted >= 0 && long_path >= 0) {
                part[wanted] = 0;
                path[long_path] = 0;
                meant = strstr(path, part) != NULL;
            }
        }
    }
    errno = before;
    return meant;
}

static int refused(int fd, off_t end) {
    struct stat found;
    if (told("readonly", fd)) {
        errno = EROFS;
        return 1;
    }
    if (told("full", fd) && fstat(fd, &found) == 0 && end > found.st_size) {
        errno = ENOSPC;
        return 1;
    }
    return 0;
}

static off_t place(int fd) {
    int before = errno;
    off_t at = lseek(fd, 0, SEEK_CUR);
    errno = before;
    return at < 0 ? 0 : at;
}

static off_t length(const struct iovec *parts, int count) {
    off_t sum = 0;
    for (int n = 0; n < count; n++)
        sum += parts[n].iov_len;
    return sum;
}

#define REAL(type, name, ...)                                       \
    static type (*real)(__VA_ARGS__);                               \
    if (real == NULL)                                               \
    real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    return refused(fd, place(fd) + (off_t)count) ? -1 : real(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    return refused(fd, place(fd) + length(parts, count)) ? -1 : real(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    return refused(fd, at + (off_t)count) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    return refused(fd, at + (off_t)count) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
    return refused(fd, at + length(parts, count)) ? -1 : real(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t);
    return refused(fd, at + length(parts, count)) ? -1 : real(fd, parts, count, at);
}

int posix_fallocate(int fd, off_t at, off_t count) {
    REAL(int, posix_fallocate, int, off_t, off_t);
    return refused(fd, at + count) ? errno : real(fd, at, count);
}

int posix_fallocate64(int fd, off64_t at, off64_t count) {
    REAL(int, posix_fallocate64, int, off64_t, off64_t);
    return refused(fd, at + count) ? errno : real(fd, at, count);
}

int fsync(int fd) {
    REAL(int, fsync, int);
    if (told("sync", fd)) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    if (told("sync", fd)) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}
