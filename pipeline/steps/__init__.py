"""The steps of the flows, one module each, named by their verb. A step reads and writes the journal and returns counts."""
