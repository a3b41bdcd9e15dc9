"""The visibility engine: what a camera can see between buildings, exactly, in metres.

Two functions answer most questions: `regions.visible_regions` returns the areas and outlines that
each camera sees, and `seen.seen_parts` the parts of given lines. Each has an example.
"""
