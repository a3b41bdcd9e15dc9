"""The visibility engine: what a camera can see between buildings, exactly, in metres."""
