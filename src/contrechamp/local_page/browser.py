"""The user's browser, asked to open a page of ours."""

import threading
import webbrowser
from typing import Final

#: Browsers of the terminal, which would take it from the command that serves the page.
_OF_TERMINALS: Final = frozenset({"lynx", "links", "elinks", "w3m", "www-browser", "browsh"})


def show(address: str) -> bool:
    """Ask for a page in the user's browser; return False where there is none that has a window.

    The browser is waited for in a thread of its own, since it asks for the page before it is done.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if getattr(browser, "basename", "") in _OF_TERMINALS:
        return False
    threading.Thread(target=browser.open, args=(address,), daemon=True).start()
    return True
