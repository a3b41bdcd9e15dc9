"""Reports, maps and open data: what leaves, and how it reads."""

from contrechamp.publish.files import Written
from contrechamp.publish.folder import check_writable
from contrechamp.publish.publication import write

__all__ = ["Written", "check_writable", "write"]
