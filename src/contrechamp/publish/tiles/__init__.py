"""Measuring tile by tile, by several processes or machines: a store, who works, what is written."""
