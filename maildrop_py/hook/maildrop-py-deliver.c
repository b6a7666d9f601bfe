/* maildrop-py-deliver: hands one message to a server that runs already.
 *
 * Takes the arguments and the standard input of `maildrop-py deliver`. Connects to the socket of
 * `maildrop-py serve --hand-over`: the user's own, else the system's. Where no server takes the
 * message in a moment, it runs `maildrop-py deliver` itself, so that mail never waits for a server.
 *
 * Guarantee: the exit status is 0 (delivered), 77 (a rule rejected the message) or 75 (anything else:
 * try again). The server reads nothing of the message unless it could say "taken", and who does not
 * want to be told so any more shuts its socket for it first. So a message is never given to two.
 * Taken and then no answer: 75.
 *
 * The talk, over a SOCK_SEQPACKET socket (serve/hand_over_process.py has the other side):
 *
 *     hook    MAGIC, then `C` directory, `A` argument ..., `E` NAME=VALUE ..., each ended by a NUL;
 *             with it, as SCM_RIGHTS, the descriptors of standard input and standard error
 *     server  "T": taken
 *     server  one byte: the exit status
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DELIVERED = 0, TRY_AGAIN = 75, REJECTED = 77 };

#define MAGIC "maildrop-py 2"
#define SYSTEM_SOCKET "/run/maildrop-py/deliver"
#define MOMENT 1000        /* ms that a server has to take the message */
#define PATIENCE (930 * 1000) /* ms for the delivery; Postfix gives up after 1000 s, and bounces */
#define MOST 65536         /* bytes of a request; with more, no server is asked */

/* All that `deliver` reads of the environment; a test compares the list with its source. */
static const char *const VARIABLES[] = {
    "HOME", "USER", "LOGNAME", "SENDER", "RPLINE", "RECIPIENT", "EXTENSION", "EXT", "DOMAIN",
    "LOCAL_PART", "LOCAL_PART_PREFIX", "LOCAL_PART_SUFFIX", "CLIENT_ADDRESS", "CLIENT_HOSTNAME",
    "CLIENT_HELO", "CLIENT_PROTOCOL", "SASL_USERNAME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
    "XDG_STATE_HOME", "LANG", "LC_ALL", "TZ", NULL,
};

static char request[MOST];
static size_t length;
static volatile sig_atomic_t child;

static void say(const char *text)
{
    dprintf(2, "4.3.0 maildrop-py-deliver: %s\n", text);
}

/* Some mail servers take an unread message for a failure of the pipe. */
static int try_again(const char *why)
{
    static char lost[65536];
    struct pollfd input = {.fd = 0, .events = POLLIN};

    say(why);
    while (poll(&input, 1, 60 * 1000) > 0 && read(0, lost, sizeof lost) > 0)
        ;
    return TRY_AGAIN;
}

static int is_status(int status)
{
    return status == DELIVERED || status == TRY_AGAIN || status == REJECTED;
}

/* ---- with a server ---- */

static int add(char kind, const char *name, const char *value)
{
    int room = (int)(MOST - length);
    int size = snprintf(request + length, room, "%c%s%s", kind, name, value);

    if (size < 0 || size >= room)
        return 0;
    length += size + 1; /* with its NUL */
    return 1;
}

static int write_request(char **arguments)
{
    char directory[PATH_MAX], name[64];
    const char *value;

    length = 0;
    if (!getcwd(directory, sizeof directory) || !add(MAGIC[0], MAGIC + 1, "") || !add('C', directory, ""))
        return 0;
    for (; *arguments; arguments++)
        if (!add('A', *arguments, ""))
            return 0;
    for (const char *const *variable = VARIABLES; *variable; variable++) {
        snprintf(name, sizeof name, "%s=", *variable);
        if ((value = getenv(*variable)) && !add('E', name, value))
            return 0;
    }
    return 1;
}

static int connected(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer;
    socklen_t size = sizeof peer;
    int server;

    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server < 0)
        return -1;
    if (connect(server, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockopt(server, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
        (peer.uid == 0 || peer.uid == geteuid()))
        return server;
    close(server);
    return -1;
}

static int any_server(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char path[PATH_MAX];
    int server;

    if (runtime && *runtime == '/')
        snprintf(path, sizeof path, "%s/maildrop-py/deliver", runtime);
    else
        snprintf(path, sizeof path, "/run/user/%u/maildrop-py/deliver", (unsigned)geteuid());
    server = connected(path);
    return server >= 0 ? server : connected(SYSTEM_SOCKET);
}

static int sent_with_descriptors(int server)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    struct iovec data = {request, length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1,
                             .msg_control = control.room, .msg_controllen = sizeof control.room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(header), (int[]){0, 2}, 2 * sizeof(int));
    return sendmsg(server, &message, MSG_NOSIGNAL) == (ssize_t)length;
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The one byte that the server says next; -1 where it says nothing in time, or something else. */
static int answer(int server, long patience)
{
    struct pollfd wait = {.fd = server, .events = POLLIN};
    unsigned char text[2];
    long end = milliseconds() + patience, left;
    ssize_t size;

    while ((left = end - milliseconds()) > 0) {
        if (poll(&wait, 1, (int)left) == 0)
            continue;
        size = recv(server, text, sizeof text, MSG_DONTWAIT);
        if (size >= 0 || errno == ECONNRESET)
            return size == 1 ? text[0] : -1;
        if (errno != EAGAIN && errno != EINTR)
            usleep(10000); /* the message may be delivered: as long as can be, the answer counts */
    }
    return -1;
}

/* Whether no server took the message, and none can any more: unix(7) gives it EPIPE from now on. */
static int taken_back(int server)
{
    char text[2];
    ssize_t size;

    if (shutdown(server, SHUT_RD) != 0)
        return 0;
    while ((size = recv(server, text, sizeof text, MSG_DONTWAIT)) != 0)
        if (size > 0 ? text[0] == 'T' : errno != ECONNRESET)
            return 0;
    close(server);
    return 1;
}

/* The exit status; -1 where no server took the message, which is unread then. */
static int handed_over(char **arguments)
{
    int server, status;

    if (!write_request(arguments) || (server = any_server()) < 0)
        return -1;
    if (sent_with_descriptors(server) && answer(server, MOMENT) == 'T')
        status = answer(server, PATIENCE);
    else if (taken_back(server))
        return -1;
    else
        status = -1;
    return is_status(status) ? status : try_again("the server took the message and did not answer");
}

/* ---- without ---- */

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

/* Becomes `maildrop-py deliver`, the program beside this one. */
static void run_command(int count, char **arguments)
{
    char program[PATH_MAX], *command[count + 3];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

    program[size > 0 ? size : 0] = 0;
    if (size < (ssize_t)strlen("-deliver") || strcmp(program + size - strlen("-deliver"), "-deliver"))
        return;
    program[size - strlen("-deliver")] = 0;
    command[0] = program;
    command[1] = "deliver";
    memcpy(command + 2, arguments, (count + 1) * sizeof *arguments);
    execv(program, command);
}

static int by_command(int count, char **arguments)
{
    int status = 0;

    for (const int *number = (int[]){SIGTERM, SIGINT, SIGHUP, SIGQUIT, 0}; *number; number++)
        signal(*number, pass_on);
    child = fork();
    if (child == 0) {
        run_command(count, arguments);
        _exit(127);
    }
    if (child < 0)
        return try_again("no process could be started");
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return TRY_AGAIN;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return try_again("maildrop-py could not be run");
    if (WIFEXITED(status) && is_status(WEXITSTATUS(status)))
        return WEXITSTATUS(status);
    return try_again("maildrop-py deliver ended otherwise than it may");
}

int main(int count, char **arguments)
{
    int status = handed_over(arguments + 1);

    return status >= 0 ? status : by_command(count - 1, arguments + 1);
}
