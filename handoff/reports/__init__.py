"""Reports: what is counted, what a report holds, and how it is written as PDF and workbook."""
