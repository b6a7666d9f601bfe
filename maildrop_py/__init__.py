"""maildrop-py: a local mail delivery agent that loses no mail and can say why."""

__version__ = "0.1.0"


def main(near: str = "") -> int:
    """Run the command line; returns or exits with its status.

    `deliver` goes its own short way, because mail servers start it for every message. `near` is
    where our script has found us, which is not on Python's path if that has no `site`.
    """
    import sys

    arguments = sys.argv[1:]
    if arguments[:1] == ["deliver"] and not {"-h", "--help"} & {*arguments}:
        _deliver(arguments[1:], near)
    _find_others(near)
    from maildrop_py.cli.main import main as run

    return run(arguments)


def _find_others(near: str) -> None:
    import sys

    if near and sys.flags.no_site:
        from maildrop_py.site_when_wanted import SiteWhenWanted

        sys.path.append(near)
        sys.meta_path.append(SiteWhenWanted())


def _deliver(arguments: list[str], near: str) -> None:
    """Deliver, and leave with 0, 75 or 77 whatever happens.

    A program that cannot even be imported must not end in the traceback and
    the status 1 that mail servers bounce on.
    """
    import gc
    import os

    status = 75
    gc.disable()  # the process ends before anything is worth collecting
    try:
        import sys

        from maildrop_py.start import Bundle, cache_directory, code_bundle, home_of

        cache = cache_directory(home_of(os.environ), os.environ)
        bundle = Bundle(code_bundle(cache))
        sys.meta_path.insert(0, bundle)
        _find_others(near)
        bundle.load_usual()
        from maildrop_py.cli.deliver import run

        status = run(arguments)
        if bundle.lacks_something():
            sys.setprofile(None)
            from maildrop_py.module_bundle import write

            write(bundle)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the mail server is told
        if status:
            os.write(2, f"4.3.0 {type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(status)  # the interpreter's own tidying up would cost 2 ms and could fail
