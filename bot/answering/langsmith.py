"""Calls of the chat model on their way to LangSmith, through LangChain's own tracer: whole prompts and replies."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler

log = logging.getLogger(__name__)


def open_langsmith(api_key: str, address: str, project: str) -> "BaseCallbackHandler":
    """What hears calls and sends them from a thread of its own; that they are not taken is told once in the log."""
    from langchain_core.tracers.langchain import LangChainTracer
    from langsmith import Client

    told = False

    def failed(error: Exception) -> None:
        nonlocal told
        if not told:
            log.warning("LangSmith takes no traces (%s); answers go on without.", type(error).__name__)
        told = True

    client = Client(api_url=address, api_key=api_key, tracing_error_callback=failed)
    return LangChainTracer(project_name=project, client=client)
