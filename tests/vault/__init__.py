"""Tests of the case folder; a package, for tests of another room have names that these have."""
