"""What does no check here prove, whatever it says?"""

from __future__ import annotations

UNPROVEN = (
    "That the manifest is true. The program wrote it of itself, and whoever can write into the "
    "folder can write the log and the manifest anew. A hash that was lodged elsewhere shows that; "
    "an analysis that you make and trace yourself shows more.",
    "That the program is the one whose source you read. Build it yourself, and review with that.",
    "What the kernel keeps. Pages of files that were read stay in its memory, and one that holds "
    "allowed bytes may hold forbidden ones beside them. A fault in the kernel breaks any sandbox.",
    "What passed through the process that read the input: a Parquet footer until it is blanked, "
    "and the left-out columns of CSV, NDJSON and Arrow IPC, which are discarded in the parser.",
    "Who holds the key of the pseudonyms, and that it was not copied before it was destroyed.",
    "That no copy exists: backups, snapshots, exports, reports, and blocks that a disk has not "
    "written over.",
    "That the events were lawfully held, and that nobody joined the run with other data.",
    "That ids of up to 64 bytes carry no hidden message: text is refused, a code is not seen.",
    "How innocent groups fare that behave unlike the synthetic look-alikes, and how many campaigns "
    "are missed. The error bound is about coordination by chance alone.",
    "That people judged well. The log tells who gave a verdict, not whether it was right.",
)
