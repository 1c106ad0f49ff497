"""Which benign behaviour resembles campaigns: one file each, with a label of its own."""

from __future__ import annotations

from graphmeta.synthetic.lookalikes import (
    agents,
    canvass,
    congregation,
    courier,
    family_new_numbers,
    flash_crowd,
    fundraiser,
    greeters,
    helpline,
    journalist,
    movement,
    new_school,
    newsletter,
    otp_sender,
    outreach,
    reminder_bot,
    sales_team,
    support_desk,
    survey,
    teacher_club,
    text_bank,
    traders,
)
from graphmeta.synthetic.lookalikes.base import Lookalike, Posed

__all__ = ["LOOKALIKES", "Lookalike", "Posed"]

LOOKALIKES: tuple[Lookalike, ...] = (
    Lookalike("otp_sender", otp_sender.pose),
    Lookalike("newsletter", newsletter.pose),
    Lookalike("support_desk", support_desk.pose),
    Lookalike("courier", courier.pose),
    Lookalike("teacher_club", teacher_club.pose),
    Lookalike("reminder_bot", reminder_bot.pose),
    Lookalike("movement", movement.pose),
    Lookalike("flash_crowd", flash_crowd.pose),
    Lookalike("sales_team", sales_team.pose),
    Lookalike("text_bank", text_bank.pose),
    Lookalike("helpline", helpline.pose),
    Lookalike("traders", traders.pose),
    Lookalike("new_school", new_school.pose),
    Lookalike("family_new_numbers", family_new_numbers.pose),
    Lookalike("greeters", greeters.pose),
    Lookalike("congregation", congregation.pose),
    Lookalike("canvass", canvass.pose),
    Lookalike("journalist", journalist.pose),
    Lookalike("outreach", outreach.pose),
    Lookalike("survey", survey.pose),
    Lookalike("agents", agents.pose),
    Lookalike("fundraiser", fundraiser.pose),
)
