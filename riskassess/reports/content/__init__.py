"""What a report says: everything its reader may see, in words, and nothing else. No note, no name of a voter."""

from riskassess.reports.content.blank import blank_content
from riskassess.reports.content.collecting import collect

__all__ = ["blank_content", "collect"]
