/* maildrop-py: starts the program, which is the script `maildrop-py-script` beside this one.
 *
 * Python's own start is most of a delivery, and a tenth of it is the module `site`, which our script
 * wants only where its packages are not near. pip leaves no options in a script's first line, and
 * a shell that would add them costs what they save. So this reads the line, and adds them.
 *
 * Guarantee: what is not as expected is started as if this program were not there. Where nothing can
 * be started the status is 75: a mail server tries again.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define OPTIONS "-PS" /* no directory of the script, no site; not -I, for packages of `pip --user` */
#define SUFFIX "-script"

enum { TRY_AGAIN = 75 };

/* Whether there is a script; its Python, "" where the first line names none or gives it options. */
static int python_of(const char *script, char *line, size_t size)
{
    int file = open(script, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, line, size - 1);

    if (file < 0)
        return 0;
    close(file);
    line[got > 0 ? got : 0] = 0;
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "#!/", 3) != 0 || !strstr(strrchr(line, '/'), "python"))
        *line = 0;
    else
        memmove(line, line + 2, strlen(line) - 1);
    if (access(line, X_OK) != 0) /* a path may have blanks; one with options is no path */
        *line = 0;
    return 1;
}

/* The script's path, by the name that we were started by or else where we are; "" where it is not. */
static void find_script(char *script, size_t size, char *python)
{
    char here[PATH_MAX];
    const char *name = (const char *)getauxval(AT_EXECFN);
    ssize_t length = readlink("/proc/self/exe", here, sizeof here - 1);

    here[length > 0 ? length : 0] = 0;
    snprintf(script, size, "%s" SUFFIX, name ? name : "");
    if (python_of(script, python, PATH_MAX))
        return;
    snprintf(script, size, "%s" SUFFIX, here);
    if (!python_of(script, python, PATH_MAX))
        *script = 0;
}

int main(int count, char **arguments)
{
    char script[PATH_MAX + sizeof SUFFIX], python[PATH_MAX], *command[count + 3];

    find_script(script, sizeof script, python);
    command[0] = python;
    command[1] = OPTIONS;
    command[2] = script;
    memcpy(command + 3, arguments + 1, count * sizeof *arguments); /* with the NULL behind them */
    if (*script && *python)
        execv(python, command);
    if (*script)
        execv(script, command + 2);
    dprintf(2, "4.3.0 maildrop-py: %s%s could not be run: it, or the Python in its first line, is "
            "missing or broken; install maildrop-py again\n", *script ? "" : "maildrop-py" SUFFIX, script);
    return TRY_AGAIN;
}
