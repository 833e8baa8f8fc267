"""One HTML file that tells what a study found, for people who forward it.

It opens from disk without a network: map and charts are SVG drawn here, a small script moves the map, swaps
flows, sorts tables and saves CSV. The report computes nothing: it reads result tables, adds up what stands
in them, and writes each figure with its unit and range.
"""

from __future__ import annotations

from landbridge.report.content import ReportContent, ScenarioContent, ValueContent
from landbridge.report.page import render_report, write_report

__all__ = ["ReportContent", "ScenarioContent", "ValueContent", "render_report", "write_report"]
