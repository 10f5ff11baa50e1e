from riskassess.auditing.models.exports import Export, ExportChoice, Format, Kind
from riskassess.auditing.models.looking import AuditNote, Sample

__all__ = ["AuditNote", "Export", "ExportChoice", "Format", "Kind", "Sample"]
