"""The confined process: what it gives up before it reads bytes of strangers."""
