"""What mentors are told when they confirm and correct answers."""

READING = "Reading the thread…"
NOT_YOURS = "That answer belongs to somebody's direct messages; only its own reader can do that."
CONFIRMED_ALREADY = "This is an answer that a mentor has confirmed. To change it, choose *correct* in its menu."
NO_PASSAGE_LEFT = (
    "None of the passages that this answer rests on is in the guides any more. Withdraw it, or confirm a new answer."
)
EMPTY = "Write something that can be read."
LEANS = "This is not clear without the conversation. Write it so that it can be asked on its own."
