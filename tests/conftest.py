"""What holds for every test."""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background has them, and all that they start, ignore
    # Ctrl-C: a test of it would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)
