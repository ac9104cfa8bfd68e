"""What the console needs from the rest of the program: one door per part, made in `bot/assembly/counter.py`."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.console.conversation_view import Render
from handoff.deadline import Deadlines
from handoff.ports.accounts import Accounts, People
from handoff.ports.attention import Attention
from handoff.ports.audit import AuditLog
from handoff.ports.canned import CannedReplies
from handoff.ports.desk import Desk
from handoff.ports.files import FileRoom
from handoff.ports.home import Home
from handoff.ports.inbox import Inbox
from handoff.ports.letters import LetterRoom
from handoff.ports.live import News
from handoff.ports.privacy import Privacy
from handoff.ports.surveys import Surveys
from handoff.ports.thread import Announcing, Knowledge, Threads
from handoff.reports.port import FigureRoom, ReportRoom
from handoff.reports.register import Complaints


@dataclass(frozen=True, slots=True)
class Talk:
    """What the conversation's page needs."""

    threads: Threads
    desk: Desk
    canned: CannedReplies
    knowledge: Knowledge
    announcing: Announcing
    deadlines: Deadlines
    render: Render


@dataclass(frozen=True, slots=True)
class Doors:
    """Every part's door. Add yours here and in `bot/assembly/counter.py`."""

    accounts: Accounts
    people: People
    audit: AuditLog
    files: FileRoom
    letters: LetterRoom
    inbox: Inbox
    attention: Attention
    home: Home
    news: News
    privacy: Privacy
    reports: ReportRoom
    figures: FigureRoom
    complaints: Complaints
    surveys: Surveys
    talk: Talk
