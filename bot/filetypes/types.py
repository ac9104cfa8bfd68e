"""The content types that are told apart, by name. Values only."""

from __future__ import annotations

UNKNOWN = "application/octet-stream"
ZIP, OLE = "application/zip", "application/x-ole-storage"
EXECUTABLE, SCRIPT, MACROS = "application/x-executable", "text/x-script", "application/x-macros"
ENCRYPTED = "application/x-encrypted-office"
HTML, SVG, XML = "text/html", "image/svg+xml", "text/xml"
NEVER = {
    EXECUTABLE: "Berkas program tidak diterima",
    SCRIPT: "Berkas skrip tidak diterima",
    HTML: "Halaman web (HTML) tidak diterima",
    SVG: "Gambar SVG tidak diterima",
    XML: "Berkas XML tidak diterima",
    MACROS: "Berkas Office dengan makro tidak diterima",
    ENCRYPTED: "Berkas Office yang dikunci kata sandi tidak dapat diperiksa",
}
"""What is refused whatever office.yml admits, and why, for officers."""

EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic",
    "image/tiff": "tif", "application/pdf": "pdf", "application/rtf": "rtf", "application/zip": "zip",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/amr": "amr", "audio/aac": "aac",
    "audio/wav": "wav", "video/mp4": "mp4", "video/3gpp": "3gp", "video/quicktime": "mov", "video/ogg": "ogv",
    "text/plain": "txt", "text/csv": "csv", "text/vcard": "vcf", "application/msword": "doc",
    "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}  # fmt: skip
