"""defect_names: what we call the defects that mail-parser finds, and what it calls them."""

from __future__ import annotations

MIME = {
    "charset_decode": "CharsetDecodeDefect",
    "close_boundary_not_found": "CloseBoundaryNotFoundDefect",
    "first_header_line_is_continuation": "FirstHeaderLineIsContinuationDefect",
    "invalid_base64_characters": "InvalidBase64CharactersDefect",
    "invalid_base64_length": "InvalidBase64LengthDefect",
    "invalid_base64_padding": "InvalidBase64PaddingDefect",
    "invalid_multipart_encoding": "InvalidMultipartContentTransferEncodingDefect",
    "mime_header": "MimeHeaderDefect",
    "misplaced_envelope_header": "MisplacedEnvelopeHeaderDefect",
    "missing_header_body_separator": "MissingHeaderBodySeparatorDefect",
    "multipart_without_parts": "MultipartInvariantViolationDefect",
    "no_boundary_in_multipart": "NoBoundaryInMultipartDefect",
    "start_boundary_not_found": "StartBoundaryNotFoundDefect",
    "undecodable_bytes": "UndecodableBytesDefect",
}
"""Our names of defects of MIME, and mail-parser's."""

HEADERS = {
    "address_header": "AddressHeaderDefect",
    "date_header": "DateHeaderDefect",
    "received_header": "ReceivedHeaderDefect",
}
"""The same of other header fields, which much honest mail has."""
