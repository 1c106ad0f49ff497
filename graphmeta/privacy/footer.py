"""What does a Parquet file's footer tell, without the values that it repeats?

A footer may hold the smallest and largest value of every column in every row group, and key-value
metadata that writers fill as they like. Neither may be used, so neither is decoded: the footer is
copied field by field, and these fields are stepped over by their lengths. What is left is a
footer for pyarrow that never held them, and the places of all column chunks, which we check
before any is read. Where a footer could be understood in two ways (a field that stands twice, or
is of another type than the format says), it is refused: pyarrow might understand the other.

Source: the Thrift compact protocol, and ``parquet.thrift`` of the Parquet format. Numbers of
fields are never reused there, so that footers of later versions are copied as well.

It misleads where names are secret: columns' names and the number of rows are kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Range = tuple[int, int]
#: What was told of a structure, by its fields' numbers.
_Told = dict[int, Any]

# Types of the Thrift compact protocol.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64 = 1, 2, 3, 4, 5, 6
_DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT, _UUID = 7, 8, 9, 10, 11, 12, 13
_FIXED = {_BYTE: 1, _DOUBLE: 8, _UUID: 16}


@dataclass(frozen=True)
class _Rule:
    """How a kind of structure is copied: fields left out, told, and copied by rules of their own.

    Args:
        without: Fields that are stepped over.
        tells: Fields whose values are told, and their types.
        inside: Fields that hold structures, or lists of them, and their rules.
    """

    without: frozenset[int] = frozenset()
    tells: Mapping[int, int] = field(default_factory=dict)
    inside: Mapping[int, _Rule] = field(default_factory=dict)


# ColumnMetaData: key-value metadata, statistics, bloom filter, sizes and geographic statistics go;
# path, size, data page, index page, dictionary page and the filter's place are told.
_PATH, _SIZE, _DATA, _DICTIONARY, _FILTER, _FILTER_SIZE = 3, 7, 9, 11, 14, 15
_COLUMN = _Rule(
    without=frozenset({8, 12, _FILTER, _FILTER_SIZE, 16, 17}),
    tells={
        _PATH: _LIST,
        _SIZE: _I64,
        _DATA: _I64,
        _DICTIONARY: _I64,
        _FILTER: _I64,
        _FILTER_SIZE: _I32,
    },
)
# ColumnChunk: the offset index and the column index (which holds values) go, their places are told.
_FILE, _META, _OFFSETS, _OFFSETS_SIZE, _INDEX, _INDEX_SIZE = 1, 3, 4, 5, 6, 7
_CHUNK = _Rule(
    without=frozenset({_OFFSETS, _OFFSETS_SIZE, _INDEX, _INDEX_SIZE}),
    tells={_FILE: _BINARY, _OFFSETS: _I64, _OFFSETS_SIZE: _I32, _INDEX: _I64, _INDEX_SIZE: _I32},
    inside={_META: _COLUMN},
)
# RowGroup holds its chunks; FileMetaData the schema, the row groups and, as fields 5 and 6,
# key-value metadata and a text about who wrote the file, which writers fill as they like.
_CHUNKS, _SCHEMA, _GROUPS = 1, 2, 4
# SchemaElement: the schema is a tree, written down from its root on, children after their parent.
_REPETITION, _NAME, _CHILDREN = 3, 4, 5
_REPEATED = 2
_ELEMENT = _Rule(tells={_REPETITION: _I32, _NAME: _BINARY, _CHILDREN: _I32})
_FOOTER = _Rule(
    without=frozenset({5, 6}),
    inside={_SCHEMA: _ELEMENT, _GROUPS: _Rule(inside={_CHUNKS: _CHUNK})},
)


@dataclass(frozen=True)
class Chunk:
    """Where the values of one column in one row group stand.

    Args:
        path: The column's name, and the names of what is nested in it.
        place: Its bytes, as [start, end).
        indexes: The bytes of what else the file holds about its values.
        elsewhere: Whether the footer says that they stand in another file.
    """

    path: tuple[str, ...]
    place: Range
    indexes: tuple[Range, ...]
    elsewhere: bool


@dataclass(frozen=True)
class Leaf:
    """A column that holds values.

    Args:
        path: Its name, and the names of what is nested in it.
        nested: Whether a row may hold more than one value there, or values under other names.
    """

    path: tuple[str, ...]
    nested: bool


@dataclass(frozen=True)
class Footer:
    """A footer without values.

    Args:
        thrift: The footer as pyarrow may have it.
        leaves: The schema's columns, in order.
        chunks: By row group, the places of all columns, in the schema's order.
    """

    thrift: bytes
    leaves: tuple[Leaf, ...]
    chunks: tuple[tuple[Chunk, ...], ...]


def without_values(raw: bytearray) -> Footer:
    """Copy a footer without statistics and key-value metadata, and blank the original.

    Args:
        raw: The footer's bytes; all of them are zero afterwards.

    Raises:
        ValueError: It is no footer.
    """
    told: _Told = {}
    try:
        copied = _Cursor(raw).structure(_FOOTER, told)
        groups = [group.get(_CHUNKS, []) for group in told.get(_GROUPS, [])]
        return Footer(
            bytes(copied),
            tuple(_leaves(iter(told[_SCHEMA]))),
            tuple(tuple(map(_chunk, group)) for group in groups),
        )
    except (RecursionError, LookupError, TypeError, StopIteration) as error:
        raise ValueError("no whole footer") from error
    finally:
        raw[:] = bytes(len(raw))


def first_overlap(ranges: list[Range]) -> Range | None:
    """Return the first stretch that two ranges share, or None."""
    for (_, before), (start, end) in itertools.pairwise(sorted(ranges)):
        if start < before:
            return (start, min(before, end))
    return None


def _leaves(elements: Iterator[_Told]) -> list[Leaf]:
    """Return the leaves of a schema, whose root comes first."""

    def below(above: tuple[str, ...], nested: bool) -> list[Leaf]:
        told = next(elements)
        path = (*above, told[_NAME])
        children = told.get(_CHILDREN, 0)
        nested = nested or told.get(_REPETITION) == _REPEATED
        if not children:
            return [Leaf(path, nested)]
        return [leaf for _ in range(children) for leaf in below(path, nested=True)]

    return [leaf for _ in range(next(elements).get(_CHILDREN, 0)) for leaf in below((), False)]


def _chunk(told: _Told) -> Chunk:
    meta = told[_META][0]
    # Some writers put 0 where there is no dictionary page, or (without rows) no data page.
    pages = [at for at in (meta[_DATA], meta.get(_DICTIONARY, 0)) if at > 0]
    start = min(pages, default=0)
    size = meta[_SIZE] if pages else 0
    indexes = (
        (told.get(_OFFSETS, 0), told.get(_OFFSETS_SIZE, 0)),
        (told.get(_INDEX, 0), told.get(_INDEX_SIZE, 0)),
        (meta.get(_FILTER, 0), meta.get(_FILTER_SIZE, 0)),
    )
    return Chunk(
        tuple(meta[_PATH]),
        (start, start + size),
        tuple((at, at + size) for at, size in indexes if size > 0),
        _FILE in told,
    )


class _Cursor:
    """A place in a footer, moving on."""

    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._at = 0

    def structure(self, rule: _Rule, told: _Told) -> bytearray:
        """Copy a structure by a rule, note what the rule tells, and return the copy."""
        copy, number, kept = bytearray(), 0, 0
        seen: set[int] = set()
        while (head := self._byte()) != 0:
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else self._whole()
            start = self._at
            if number in seen:
                raise ValueError("a field stands twice")
            seen.add(number)
            if number in rule.inside:
                value = self._inside(kind, rule.inside[number], told.setdefault(number, []))
            elif number in rule.tells:
                told[number] = self._told(kind, rule.tells[number])
                value = self._data[start : self._at]
            else:
                self._skip(kind)
                value = bytearray()
                if number not in rule.without:
                    value = self._data[start : self._at]
            if number not in rule.without:
                copy += _head(number - kept, number, kind) + value
                kept = number
        copy.append(0)
        return copy

    def _inside(self, kind: int, rule: _Rule, told: list[_Told]) -> bytearray:
        """Copy a structure, or a list of them."""
        if kind == _STRUCT:
            told.append({})
            return self.structure(rule, told[-1])
        start = self._at
        count, inner = self._list_head(kind)
        if inner != _STRUCT and count:
            raise ValueError("not a list of structures")
        copy = self._data[start : self._at]
        for _ in range(count):
            told.append({})
            copy += self.structure(rule, told[-1])
        return copy

    def _told(self, kind: int, expected: int) -> int | str | list[str]:
        if kind != expected:
            raise ValueError("a field of another type than the format says")
        if kind in (_I16, _I32, _I64):
            return self._whole()
        if kind == _BINARY:
            return self._text()
        count, inner = self._list_head(kind)
        if inner != _BINARY and count:
            raise ValueError("not a list of texts")
        return [self._text() for _ in range(count)]

    def _skip(self, kind: int) -> None:
        """Step over a value; of texts and numbers nothing but the length is looked at."""
        if kind in (_TRUE, _FALSE):
            return
        if kind in _FIXED:
            self._step(_FIXED[kind])
        elif kind in (_I16, _I32, _I64):
            self._varint()
        elif kind == _BINARY:
            self._step(self._varint())
        elif kind in (_LIST, _SET):
            count, inner = self._list_head(kind)
            for _ in range(count):
                self._skip_inside(inner)
        elif kind == _MAP:
            count = self._varint()
            kinds = self._byte() if count else 0
            for _ in range(count):
                self._skip_inside(kinds >> 4)
                self._skip_inside(kinds & 15)
        elif kind == _STRUCT:
            while (head := self._byte()) != 0:
                if head >> 4 == 0:
                    self._whole()
                self._skip(head & 15)
        else:
            raise ValueError("no type of Thrift")

    def _skip_inside(self, kind: int) -> None:
        """Step over a value in a list or map, where truth takes a byte of its own."""
        self._skip(_BYTE if kind in (_TRUE, _FALSE) else kind)

    def _list_head(self, kind: int) -> tuple[int, int]:
        if kind not in (_LIST, _SET):
            raise ValueError("not a list")
        head = self._byte()
        return (self._varint() if head >> 4 == 15 else head >> 4), head & 15

    def _text(self) -> str:
        length = self._varint()
        start = self._at
        self._step(length)
        return self._data[start : self._at].decode()

    def _whole(self) -> int:
        """Read a whole number: its sign stands in its lowest bit."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a number of more than 64 bits")
        return value | byte << shift

    def _byte(self) -> int:
        self._step(1)
        return self._data[self._at - 1]

    def _step(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise ValueError("the footer ends too early")


def _head(step: int, number: int, kind: int) -> bytes:
    """Return the head of a field: its distance from the field before it, or its number."""
    if 0 < step <= 15:
        return bytes([step << 4 | kind])
    doubled, digits = number << 1, bytearray([kind])
    while doubled > 0x7F:
        digits.append(doubled & 0x7F | 0x80)
        doubled >>= 7
    return bytes([*digits, doubled])
