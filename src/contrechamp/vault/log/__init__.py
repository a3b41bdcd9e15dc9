"""The custody log: canonical entries, Merkle tree, signed checkpoints, merged branches."""
