"""Which benign behaviour resembles campaigns: one file each, with a label of its own."""

from __future__ import annotations

from graphmeta.synthetic.lookalikes import (
    flash_crowd,
    newsletter,
    otp_sender,
    support_desk,
    teacher_club,
    text_bank,
)
from graphmeta.synthetic.lookalikes.base import Lookalike, Posed

__all__ = ["LOOKALIKES", "Lookalike", "Posed"]

LOOKALIKES: tuple[Lookalike, ...] = (
    Lookalike("otp_sender", otp_sender.pose),
    Lookalike("newsletter", newsletter.pose),
    Lookalike("support_desk", support_desk.pose),
    Lookalike("teacher_club", teacher_club.pose),
    Lookalike("flash_crowd", flash_crowd.pose),
    Lookalike("text_bank", text_bank.pose),
)
