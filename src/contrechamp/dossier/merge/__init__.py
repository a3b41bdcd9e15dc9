"""Two copies of a case become one."""
