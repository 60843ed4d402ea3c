"""What can go wrong, and what a person is told.

    CareerBotError
    ├── SettingsError          the settings are incomplete or contradict each other
    ├── IndexUnavailable       there is no index, or it cannot be read
    ├── ModelUnavailable       the chat or embedding model did not answer
    ├── RecordsUnavailable     the inbox or the records cannot be written
    │   └── RecordsUnreachable their server does not answer just now
    └── ConnectionLost         Slack's events do not reach this process any more

Every message is one sentence for the person who sees it: what is wrong and what to do. It never holds a
token, a key, a path of a person's home or text of a conversation.
"""


class CareerBotError(Exception):
    """Something went wrong that a person can be told about; `str()` of it is what they are told."""


class SettingsError(CareerBotError):
    """The settings are incomplete or contradict each other; the message lists every problem."""


class IndexUnavailable(CareerBotError):
    """There is no index yet, or it cannot be read."""


class ModelUnavailable(CareerBotError):
    """The chat or embedding model refused, failed or did not answer in time."""


class RecordsUnavailable(CareerBotError):
    """The inbox or the records cannot be read or written."""


class RecordsUnreachable(RecordsUnavailable):
    """The server of the records does not answer, or is starting or stopping: waiting may help."""


class ConnectionLost(CareerBotError):
    """Slack's events do not reach this process any more, and it cannot mend that itself."""
