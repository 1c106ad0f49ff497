"""Layers between accounts, and what accounts and clusters do: one file each, listed here."""

from __future__ import annotations

from graphmeta.signals.acts import Behaviour, Recruitment
from graphmeta.signals.base import Layer
from graphmeta.signals.behaviour.acquaintances import Acquaintances
from graphmeta.signals.behaviour.banned import Banned
from graphmeta.signals.behaviour.declared import Declared
from graphmeta.signals.behaviour.defence_in_common import DefenceInCommon
from graphmeta.signals.behaviour.defence_rate import DefenceRate
from graphmeta.signals.behaviour.dialogue import Dialogue
from graphmeta.signals.behaviour.fan_out import FanOut
from graphmeta.signals.behaviour.inbound_share import InboundShare
from graphmeta.signals.behaviour.insistence import Insistence
from graphmeta.signals.behaviour.locality import Locality
from graphmeta.signals.behaviour.mutual_ties import MutualTies
from graphmeta.signals.behaviour.onset import Onset
from graphmeta.signals.behaviour.overlap import Overlap, OverlapOfThree
from graphmeta.signals.behaviour.reply_rate import ReplyRate
from graphmeta.signals.behaviour.stranger_share import StrangerShare
from graphmeta.signals.behaviour.synchrony import Synchrony
from graphmeta.signals.behaviour.youth import Youth
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.coordination.grooming import Grooming
from graphmeta.signals.coordination.invitations import Invitations
from graphmeta.signals.coordination.shared_targets import SharedTargets
from graphmeta.signals.coordination.shared_timing import SharedTiming
from graphmeta.signals.coordination.successors import Successors
from graphmeta.signals.recruitment.cascade import (
    Branching,
    Depth,
    InvitesStrangers,
    PassesOnAfter,
)
from graphmeta.signals.recruitment.conversion import (
    BroughtByConverts,
    Converts,
    FeedsAHub,
    SentByStrangers,
)
from graphmeta.signals.recruitment.newcomers import (
    GroupsWatched,
    IsolatedNewcomers,
    NewcomersCovered,
    NewcomerShare,
)

#: In what respects accounts may act alike, in the order in which they are computed.
LAYERS: tuple[Layer, ...] = (
    SharedTargets(),
    SharedTiming(),
    Funnel(),
    Grooming(),
    Invitations(),
    Successors(),
)

#: What a group of accounts does, beside what is usual.
BEHAVIOURS: tuple[Behaviour, ...] = (
    StrangerShare(),
    ReplyRate(),
    DefenceRate(),
    DefenceInCommon(),
    FanOut(),
    InboundShare(),
    Insistence(),
    Dialogue(),
    Acquaintances(),
    Youth(),
    MutualTies(),
    Declared(),
    Onset(),
    Banned(),
    Locality(),
    Overlap(),
    OverlapOfThree(),
    Synchrony(),
)

#: Whom a group picks, what became of those it contacted where it has a hub, and how it invites
#: them there.
RECRUITMENT: tuple[Recruitment, ...] = (
    Converts(),
    FeedsAHub(),
    BroughtByConverts(),
    SentByStrangers(),
    NewcomerShare(),
    IsolatedNewcomers(),
    NewcomersCovered(),
    GroupsWatched(),
    InvitesStrangers(),
    Branching(),
    Depth(),
    PassesOnAfter(),
)
