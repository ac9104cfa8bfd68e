"""The doors of a channel: what crosses them, and what stands on either side.

A channel turns what the outside sends into `Inbound` and what the office says (`Outbound`) into a
message of its own kind. It knows neither the dialogue nor the database; what it needs of them is
handed to it as `Wiring`. A third channel is one new folder beside `whatsapp/` and `email/` that
exports `Options`, `Environment` and `build`, and its section under `channels:` in `office.yml`.
"""

from channels.port.channel import Accept, Build, Channel, Finding, Pace, ReplyLimit, TakeReport, Wiring
from channels.port.files import Attachment, Enclosure, Fetched, FetchFailed, FileStore
from channels.port.inbound import Ignored, Inbound, InboundKind, Trust
from channels.port.outbound import Author, Cause, Outbound, Receipt, SendFailed
from channels.port.parcels import Cursor, Depot, Parcel
from channels.port.reports import Report, ReportState

__all__ = [
    "Accept",
    "Attachment",
    "Author",
    "Build",
    "Cause",
    "Channel",
    "Cursor",
    "Depot",
    "Enclosure",
    "FetchFailed",
    "Fetched",
    "FileStore",
    "Finding",
    "Ignored",
    "Inbound",
    "InboundKind",
    "Outbound",
    "Pace",
    "Parcel",
    "Receipt",
    "ReplyLimit",
    "Report",
    "ReportState",
    "SendFailed",
    "TakeReport",
    "Trust",
    "Wiring",
]
