"""How large an image is, and how many digits, numbers and sums there are."""

SIDE = 28
"""pixels along each side of an image"""
DIGITS, NUMBERS, SUMS = 10, 10, 19
