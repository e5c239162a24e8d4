"""Ids are made by us, never by the database: a whole cohort can be written in one statement."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh id that sorts by the moment it was made (UUIDv7, RFC 9562)."""
    return uuid7()
