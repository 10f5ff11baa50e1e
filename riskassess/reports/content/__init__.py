"""What a report says: everything its reader may see, in words, and nothing else. No note, no name of a voter; the audit
report of a case alone tells both."""

from riskassess.reports.content.blank import blank_content
from riskassess.reports.content.collecting import collect, collected
from riskassess.reports.content.period import period_content

__all__ = ["blank_content", "collect", "collected", "period_content"]
