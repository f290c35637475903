"""What was found for earlier sheets, as far as there is room for it."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Recent(dict[Hashable, Found], Generic[Found]):
    """A dictionary of at most so many entries: the oldest makes room for a new one."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: Hashable, found: Found) -> None:
        while len(self) >= self.most:
            del self[next(iter(self))]
        super().__setitem__(key, found)
