"""Words and letters that say how many times a number, or the unit that it is in, is meant."""

MAGNITUDES = {
    "k": 10**3, "tsd": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "million": 10**6, "bn": 10**9,
    "billion": 10**9, "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "crore": 10**7, "crores": 10**7,
}  # fmt: skip
"""What follows a figure, in small letters, and what the figure is taken times."""
