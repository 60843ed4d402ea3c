"""Slack's limits, each in one place. Source: Slack's documentation and the threads named in the comments."""

CONNECTIONS = 10
"""WebSockets of Socket Mode that an app may have, of all its processes together."""
MARKDOWN_BLOCK = 12_000
"""Characters of a `markdown` block, and of all of them together in a message."""
BLOCKS = 50
"""Blocks of a message. A markdown block is shown as several blocks, which count too (bolt-js#2509)."""
CONTEXT_ELEMENTS = 10
CONTEXT_TEXT = 2_000
"""Characters of one text in a context block; Slack documents 3,000 for texts, shown here shorter to stay readable."""
TEXT_BYTES = 3_000
"""Bytes of `text` after escaping. chat.update refuses about 4,000 (ChatGPT-in-Slack#102); this leaves room."""
MESSAGE_MARKDOWN = 8_000
"""Characters of an answer put into one message: half of what a block takes, since escaping makes it longer."""
HISTORY_PAGE = 100
"""Messages of a channel asked for at once; conversations.history gives up to 999, to some apps 15."""
CONVERSATIONS_PAGE = 200
"""Conversations asked for at once; Slack advises no more."""
THREAD_PAGE = 200
"""Messages asked for at once when a thread is read; conversations.replies gives up to 1,000."""
STATUS_SECONDS = 90.0
"""A status is said again after this time; Slack takes it away after two minutes."""
MEMBERS_PAGE = 1_000
"""Members asked for at once when somebody is looked for in a channel; conversations.members gives no more."""
TITLE = 100
"""Characters of a session's title; Slack takes 200."""
SECTION_TEXT = 3_000
MODAL_TITLE = 24
MODAL_BLOCKS = 100
PART_BLOCKS = 40
"""Blocks that Slack makes of the Markdown in one message; the rest of `BLOCKS` is for sources and buttons."""
TABLE_ROWS = 100
"""Rows of a table, its header among them; 20 columns."""
TABLE_COLUMNS = 20
HEADING = 150
"""Characters of a heading, which Slack shows as a `header` block."""
RESPONSES = 4
"""Messages sent to one response_url; Slack takes five uses, the last one is for taking the message away."""
LARGEST_REQUEST = 2 * 2**20
"""Bytes of a request of Slack's: a view has at most 250 KB, three times as many once they are encoded for a form, beside what was typed."""
INPUT_TEXT = 3_000
"""Characters of a text field."""
OPTIONS = 100
OPTION_TEXT = 75
"""How many things can be chosen from, and the characters of each."""
BUTTON_TEXT = 75
"""Characters on a button."""
BUTTON_VALUE = 2_000
"""Characters that a button hands back."""
RESPONSE_SECONDS = 1_800.0
"""A response_url takes nothing after this time."""
USERS_PAGE = 1_000
"""People asked for at once when everybody is listed; users.list gives no more."""
