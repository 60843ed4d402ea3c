"""What can go wrong with guides and their index.

    KnowledgeError
    ├── UnreadableFile    a guide file that cannot be used; indexing goes on without it
    ├── NoGuides          the folders hold no guide at all
    ├── SourceUnavailable guides from elsewhere cannot be fetched, and there is no copy of them yet
    ├── IndexMissing      there is no index yet
    ├── IndexDamaged      there is an index, but it cannot be read
    ├── IndexUnreachable  the Chroma server does not answer
    ├── IndexUnusable     the disk or another process keeps the index from being read or written
    ├── IndexElsewhere    the index on the server is another installation's, made from other guides
    ├── IndexBusy         another process is writing the index
    ├── GuidesGone        none of the guides that an answer may come from is in the index
    ├── EmbeddingsFailed  the embedding model could not be loaded or did not answer
    └── TookTooLong       a search, or reading what it found, exceeded its time

Every message is one sentence for the person who runs the bot: what is wrong and what to do.
"""


class KnowledgeError(Exception):
    """Something is wrong with the guides or their index; `str()` of it can be shown."""


class UnreadableFile(KnowledgeError):
    """A guide file cannot be used; the message is the reason, without the file's name."""


class NoGuides(KnowledgeError):
    """The folders hold no guide at all."""


class SourceUnavailable(KnowledgeError):
    """Guides that come from elsewhere cannot be fetched, and there is no copy of them yet."""


class IndexMissing(KnowledgeError):
    """There is no index yet."""


class IndexDamaged(KnowledgeError):
    """There is an index, but it cannot be read."""


class IndexUnreachable(IndexDamaged):
    """The Chroma server that holds the index does not answer."""


class IndexUnusable(KnowledgeError):
    """The index cannot be read or written for a reason outside of it: a full disk, rights, a lock."""


class IndexElsewhere(KnowledgeError):
    """The index on the Chroma server was made by another installation, from other guides or with another model."""


class IndexBusy(KnowledgeError):
    """Another process is writing the index."""


class GuidesGone(KnowledgeError):
    """None of the guides that an answer may come from is in the index."""


class EmbeddingsFailed(KnowledgeError):
    """The embedding model could not be loaded or did not answer."""


class TookTooLong(KnowledgeError):
    """A search, or reading what it found, exceeded its time."""
