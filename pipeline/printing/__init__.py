"""The one door to paper (帳票): sheets as PDF from templates, and the case folder that a clerk examines."""
