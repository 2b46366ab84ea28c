/* A disk that can lose power, for a gateway that is started with this in LD_PRELOAD.
 *
 * What is written to the files of a database is appended to a log, and so is each sync. The test reads from it what a
 * disk would have kept: everything before the last sync of a file, and of what came later any part. Here, a sync does
 * nothing else than that, but it may take its time. All writes come from one thread.
 *
 * DISK_DATABASE   the database; its -wal and -journal are kept alike
 * DISK_LOG        the log
 * DISK_FORGETS    set if syncs are not to be logged: a disk that lies
 * DISK_SYNC_MS    how long a sync takes
 *
 * Faults come and go with files beside the log: DISK_LOG.full, with which nothing can be written any more, and
 * DISK_LOG.read-only.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation { WRITE = 1, TRUNCATE = 2, SYNC = 3, REMOVE = 4 };

/* As the test reads it. */
struct record {
    uint32_t operation;
    uint32_t file; /* which of `suffixes` */
    uint64_t offset;
    uint64_t length;
};

static const char *const suffixes[] = {"", "-wal", "-journal"};
static const char *database;
static const char *log_path;
static int log_file = -1;
static int forgets;
static useconds_t sync_takes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void start(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    database = getenv("DISK_DATABASE");
    log_path = getenv("DISK_LOG");
    forgets = getenv("DISK_FORGETS") != NULL;
    const char *takes = getenv("DISK_SYNC_MS");
    sync_takes = takes == NULL ? 0 : (useconds_t)atoi(takes) * 1000;
    if (database != NULL && log_path != NULL)
        log_file = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Which file of the database this is, or -1. */
static int which(const char *path) {
    size_t length = strlen(database);
    if (strncmp(path, database, length) != 0)
        return -1;
    for (int file = 0; file < 3; file++)
        if (strcmp(path + length, suffixes[file]) == 0)
            return file;
    return -1;
}

static int which_open(int fd) {
    char link[32], path[4096];
    if (log_file < 0 || fd <= 2)
        return -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return -1;
    path[length] = 0;
    return which(path);
}

static void note(enum operation operation, int file, uint64_t offset, const void *bytes, uint64_t length) {
    struct record record = {operation, (uint32_t)file, offset, length};
    struct iovec parts[] = {{&record, sizeof record}, {(void *)bytes, bytes == NULL ? 0 : length}};
    /* The log is on a disk that works: without it, the test could not say anything. */
    if (writev(log_file, parts, 2) != (ssize_t)(parts[0].iov_len + parts[1].iov_len))
        abort();
}

static int has_fault(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s.%s", log_path, name);
    return access(path, F_OK) == 0;
}

/* Whether nothing can be written now; errno says why. */
static int is_refused(void) {
    if (has_fault("full"))
        errno = ENOSPC;
    else if (has_fault("read-only"))
        errno = EROFS;
    else
        return 0;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    int error = errno, file = which_open(fd);
    errno = error;
    if (file < 0)
        return real_write(fd, bytes, length);
    ssize_t written = pwrite(fd, bytes, length, lseek(fd, 0, SEEK_CUR));
    if (written > 0)
        lseek(fd, (off_t)written, SEEK_CUR);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    int file = which_open(fd);
    if (file < 0)
        return real_pwrite(fd, bytes, length, offset);
    if (is_refused())
        return -1;
    pthread_mutex_lock(&lock);
    note(WRITE, file, (uint64_t)offset, bytes, length);
    ssize_t written = real_pwrite(fd, bytes, length, offset);
    pthread_mutex_unlock(&lock);
    if (written != (ssize_t)length)
        abort();
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite(fd, bytes, length, offset);
}

int ftruncate(int fd, off_t length) {
    int file = which_open(fd);
    if (file < 0)
        return real_ftruncate(fd, length);
    if (is_refused())
        return -1;
    pthread_mutex_lock(&lock);
    note(TRUNCATE, file, (uint64_t)length, NULL, 0);
    int done = real_ftruncate(fd, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int fsync(int fd) {
    int file = which_open(fd);
    if (file < 0)
        return real_fsync(fd);
    usleep(sync_takes);
    pthread_mutex_lock(&lock);
    if (!forgets)
        note(SYNC, file, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fdatasync(int fd) { return fsync(fd); }

int unlink(const char *path) {
    int file = log_file < 0 ? -1 : which(path);
    if (file >= 0) {
        pthread_mutex_lock(&lock);
        note(REMOVE, file, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return real_unlink(path);
}
