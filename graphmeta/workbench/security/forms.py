"""How large may a form be?"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

#: A file of verdicts on a hundred thousand clusters fits.
MOST_BYTES = 20_000_000


async def read_form(request: Request) -> FormData:
    """Return the form that a request carries.

    Raises:
        HTTPException: It is too large, does not say how large it is, or is malformed.
    """
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411, "The form does not say how large it is")
    if int(length) > MOST_BYTES:
        raise HTTPException(413, "The form is too large")
    try:
        return await request.form(max_files=1, max_fields=10_000, max_part_size=MOST_BYTES)
    except MultiPartException as error:
        raise HTTPException(400, "The form is malformed") from error
