"""How large a checkpoint may be, and how the names of its tensors begin that are no weights. No torch."""

MAX_BYTES = 80 << 20
"""enough for the largest network, with AdamW's two values per weight; limits the memory that a file can take"""
MAX_HEADER_BYTES = 256 << 10
"""ten times the longest header that is written; a parsed header takes some 25 times its size in memory"""
OPTIMIZER, CONFIDENCE = "optimizer.", "confidence."
