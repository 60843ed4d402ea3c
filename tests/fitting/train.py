"""Trains the weights of knowledge/minilm: python -m tests.fitting.train search|reading|checking [--begin FILE] [--rate X] ...

Needs torch, which the product does not: python -m venv, then pip install torch numpy safetensors tokenizers and this
project. Two cores take about 45 minutes for search, 80 for reading (2 epochs), 40 for checking (3 epochs).
How the shipped weights were made, and how good they are: knowledge/minilm/MODEL_CARD.md.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.answering.checking import EVIDENCE, Checker, evidence_pieces, plain
from knowledge.minilm.model import WIDTH, read_tensors, weights_folder
from knowledge.passages import Passage
from knowledge.search import word_pieces
from knowledge.search.encoder import LocalEncoder
from knowledge.search.lexical import LexicalIndex
from knowledge.search.reader import forms
from knowledge.search.word_pieces import FIRST, LAST
from knowledge.statements import statements
from tests.fitting import sentences
from tests.fitting.asked import answers
from tests.fitting.labelled import DATA, questions
from tests.fitting.sentences import Labelled, passages_of

OUT = Path(__file__).parents[2] / "knowledge" / "minilm"
LAYERS, HEADS, INNER = 6, 12, 1536
DROPOUT = 0.1
WARM = 0.06
"""Share of the steps in which the rate of learning rises."""
HELD = ("hb", "hp", "rc", "hn")
"""Writers whose sentences the checker is not trained on."""
QUOTED = 8
"""Statements of each guide that the checker sees quoted."""
NEGATIVES = 8
"""Wrong passages of a guide, by their words the nearest to the question, that training chooses from."""


class Layer(nn.Module):
    """A layer of BERT, under the names of the official weights."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.first, self.second = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """The states of a batch of shape (texts, pieces, 384)."""
        texts, pieces, _ = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(texts, pieces, HEADS, WIDTH // HEADS).transpose(1, 2)

        dropped = DROPOUT if self.training else 0.0
        seen = functional.scaled_dot_product_attention(
            heads(self.query(x)), heads(self.key(x)), heads(self.value(x)), attn_mask=bias, dropout_p=dropped
        )
        seen = self.out(seen.transpose(1, 2).reshape(texts, pieces, WIDTH))
        x = self.first(x + functional.dropout(seen, DROPOUT, self.training))
        return self.second(x + functional.dropout(self.outer(functional.gelu(self.inner(x))), DROPOUT, self.training))


NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "first": "attention.output.LayerNorm", "inner": "intermediate.dense",
    "outer": "output.dense", "second": "output.LayerNorm",
}  # fmt: skip


class Encoder(nn.Module):
    """MiniLM. Its tables of word pieces and positions are the official ones and stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.word, self.position = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH)
        self.kind, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        for table in (self.word, self.position):
            table.weight.requires_grad = False

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The states of padded texts."""
        x = self.word(ids) + self.position.weight[: ids.shape[1]] + self.kind.weight[0]
        x = functional.dropout(self.norm(x), DROPOUT, self.training)
        bias = torch.zeros(mask.shape).masked_fill(mask == 0, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias.to(x.dtype))
        return x

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """The trained weights under their official names."""
        yield "embeddings.LayerNorm.weight", self.norm.weight
        yield "embeddings.LayerNorm.bias", self.norm.bias
        yield "embeddings.token_type_embeddings.weight", self.kind.weight
        for number, layer in enumerate(self.layers):
            for ours, theirs in NAMES.items():
                for part in ("weight", "bias"):
                    yield f"encoder.layer.{number}.{theirs}.{part}", getattr(getattr(layer, ours), part)


class ReadingModel(nn.Module):
    """The encoder, and what knowledge.search.reader puts on top."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.inner, self.outer = nn.Linear(2 * WIDTH, 192), nn.Linear(192, 1)
        self.scale, self.null = nn.Parameter(torch.tensor([15.0])), nn.Parameter(torch.tensor([6.0]))
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, ids: Tensor, mask: Tensor, asked: Sequence[int], spans: Sequence[tuple[int, int, int]]) -> Tensor:
        """The logit of each statement (text, begin, end); `asked` are the lengths of the questions with their marks."""
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(ids, mask)
        told = _means(states.float(), spans)
        question = _means(states.float(), [(text, 1, asked[text] - 1) for text, _, _ in spans])
        seen = torch.cat([told, told * question], dim=-1)
        cosine = functional.cosine_similarity(question, told, dim=-1)
        logits: Tensor = self.scale * cosine + self.outer(torch.tanh(self.inner(seen)))[:, 0]
        return logits


class CheckingModel(nn.Module):
    """The encoder, and what bot.answering.checking puts on top."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.token = nn.Linear(WIDTH, 1)
        self.inner, self.outer = nn.Linear(2 * WIDTH, 192), nn.Linear(192, 1)

    def forward(self, ids: Tensor, mask: Tensor, lengths: Sequence[int]) -> Tensor:
        """The logit of each sentence; `lengths` are those of the sentences with the mark before them."""
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(ids, mask)
        states = states.float()
        places = torch.arange(ids.shape[1])[None]
        own = (places < torch.tensor(lengths)[:, None]) & (places > 0)
        weak = self.token(states)[:, :, 0].masked_fill(~own, -1e4)
        weakest = torch.logsumexp(weak, 1) - torch.log(own.sum(1).float())
        mean = (states * own[:, :, None]).sum(1) / own.sum(1, keepdim=True)
        hidden = functional.dropout(torch.tanh(self.inner(torch.cat([mean, states[:, 0]], -1))), DROPOUT, self.training)
        logits: Tensor = self.outer(hidden)[:, 0] - weakest
        return logits


@dataclass(frozen=True)
class Question:
    """A question with its guide's passages, the wrong ones nearest by their words, and (passage, statement) of what answers."""

    text: str
    passages: Sequence[Passage]
    wrong: Sequence[int]
    gold: frozenset[tuple[int, int]]

    @property
    def holding(self) -> list[int]:
        """The passages that hold an answer."""
        return sorted({passage for passage, _ in self.gold})


@dataclass(frozen=True)
class Plan:
    """How a task is trained where it is not as usual: 0 stands for the task's own number."""

    epochs: int = 0
    rate: float = 0.0
    steps: int = 0
    begin: Path | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Train one task and write its weights as 8-bit integers."""
    parser = argparse.ArgumentParser(prog="python -m tests.fitting.train", description=__doc__)
    parser.add_argument("task", choices=["search", "reading", "checking"])
    parser.add_argument("--epochs", type=int, default=0, help="instead of the task's own number")
    parser.add_argument("--rate", type=float, default=0.0, help="of learning, instead of the task's own")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many, for a trial")
    parser.add_argument(
        "--begin", type=Path, help="weights of this task that are trained on, instead of beginning anew"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the weights")
    chosen = parser.parse_args(arguments)
    random.seed(1)
    torch.manual_seed(1)
    run = {"search": train_search, "reading": train_reading, "checking": train_checking}[chosen.task]
    tensors = run(Plan(chosen.epochs, chosen.rate, chosen.steps, chosen.begin))
    save(chosen.out / f"{chosen.task}.safetensors", tensors)
    return 0


def train_search(plan: Plan) -> dict[str, Tensor]:
    """Questions near their passages and statements (InfoNCE over the batch, each question with one wrong passage)."""
    encoder = opened(plan.begin)
    asked = [one for one in all_questions() if one.gold]

    def loss(batch: Sequence[Question]) -> Tensor:
        passages = [
            p
            for one in batch
            for p in (random.choice(one.holding), *random.sample(list(one.wrong[:5]), min(1, len(one.wrong))))
        ]
        owners = [k for k, one in enumerate(batch) for _ in range(1 + min(1, len(one.wrong)))]
        rows = [batch[owner].passages[p] for owner, p in zip(owners, passages, strict=True)]
        vectors, spans, who = _late(encoder, rows)
        ids, mask = pad([word_pieces.of_question(one.text) for one in batch])
        question = functional.normalize(_mean(encoder(ids, mask).float(), mask), dim=-1)
        right = [{(one.passages[p].id, j) for p, j in one.gold} for one in batch]
        told = torch.tensor([[float((rows[r].id, j) in gold) for r, j in who] for gold in right])
        held = torch.tensor([[float(any(row.id == key for key, _ in gold)) for row in rows] for gold in right])
        return _nll(20 * question @ spans.T, told) + _nll(20 * question @ vectors.T, held)

    fit(encoder, asked, loss, epochs=plan.epochs or 3, batch=20, rate=plan.rate or 5e-5, steps=plan.steps)
    return dict(encoder.tensors())


def train_reading(plan: Plan) -> dict[str, Tensor]:
    """Statements of three passages against each other and against "none of them answers"; begins with the weights of search."""
    model = ReadingModel(opened(plan.begin or OUT / "search.safetensors"))
    _begin_heads(model, plan)

    def loss(batch: Sequence[Question]) -> Tensor:
        total = torch.zeros(())
        for one in batch:
            held = random.sample(one.holding, min(2, len(one.holding)))
            places = [*held, *random.sample(list(one.wrong[:6]), min(len(one.wrong[:6]), max(1, 3 - len(held))))]
            logits, who = _read(model, one, places)
            right = torch.tensor([float(pair in one.gold) for pair in who])
            everything = torch.logsumexp(torch.cat([model.null, logits]), 0)
            target = torch.logsumexp(logits[right > 0], 0) if right.any() else model.null[0]
            each = functional.binary_cross_entropy_with_logits(logits - model.null, right, reduction="none")
            total = total + everything - target + (each * (1 + right)).sum() / 8
        return total / len(batch)

    fit(model, all_questions(), loss, epochs=plan.epochs or 2, batch=8, rate=plan.rate or 7e-5, steps=plan.steps)
    return {**dict(model.encoder.tensors()), **_heads(model)}


def train_checking(plan: Plan) -> dict[str, Tensor]:
    """Sentences of models, faithful and false, with the statements nearest to them; begins with the weights of search."""
    model = CheckingModel(opened(plan.begin or OUT / "search.safetensors"))
    _begin_heads(model, plan)
    encoder = LocalEncoder()
    checker = Checker(encoder)
    every = sorted(
        {path.name for path in DATA.iterdir() if path.name.startswith("h")}
        | {path.stem for path in (DATA / "replies").iterdir()}
    )
    rows = []
    told = list(sentences.own([name for name in every if name not in HELD]))
    for one in [*told, *_quoted(told)]:
        text = plain(one.text)
        said = word_pieces.of_text(text)[:70]
        evidence = checker.nearest(text, one.passages)[:EVIDENCE]
        rows.append(([FIRST, *said, LAST, *evidence_pieces(evidence), LAST], len(said) + 1, float(one.is_true)))

    def loss(batch: Sequence[tuple[list[int], int, float]]) -> Tensor:
        ids, mask = pad([pieces for pieces, _, _ in batch])
        logits = model(ids, mask, [length for _, length, _ in batch])
        return functional.binary_cross_entropy_with_logits(logits, torch.tensor([label for *_, label in batch]))

    fit(model, rows, loss, epochs=plan.epochs or 3, batch=32, rate=plan.rate or 1e-4, steps=plan.steps)
    return {**dict(model.encoder.tensors()), **_heads(model)}


def _heads(model: ReadingModel | CheckingModel) -> dict[str, nn.Parameter]:
    """What a task has on top of the encoder, under the names in its file."""
    return {f"head.{name}": value for name, value in model.named_parameters() if not name.startswith("encoder.")}


def _begin_heads(model: ReadingModel | CheckingModel, plan: Plan) -> None:
    """Give what is on top of the encoder the weights that are trained on."""
    if plan.begin is not None:
        told = read_tensors(plan.begin)
        for name, value in _heads(model).items():
            value.data = torch.tensor(np.array(told[name], dtype=np.float32)).reshape(value.shape)


def _quoted(told: Sequence[Labelled]) -> Iterator[Labelled]:
    """Statements of the guides as they stand, as true sentences: models quote, and false sentences often change one word."""
    guides = {one.passages: one for one in told}
    for passages, one in guides.items():
        every = [
            statement for passage in passages for statement in statements(passage) if len(statement.text.split()) >= 5
        ]
        for statement in random.sample(every, min(len(every), QUOTED)):
            yield replace(one, text=statement.text, is_true=True, is_gap=False)


def all_questions() -> list[Question]:
    """The questions of our own sets; answerable ones of which no statement could be found are left out."""
    told = []
    for name, label in questions():
        passages = passages_of(DATA / name / "guides" / label["file"])
        gold = (
            frozenset(
                (p, statement.position)
                for p, passage in enumerate(passages)
                for statement in statements(passage)
                if answers(statement, label)
            )
            if label["kind"] != "unanswerable"
            else frozenset[tuple[int, int]]()
        )
        if gold or label["kind"] == "unanswerable":
            text = " ".join(label["turns"][-2:])
            order = np.argsort(-LexicalIndex.build(passages).scores(text).passages, kind="stable").tolist()
            wrong = [p for p in order if p not in {held for held, _ in gold}][:NEGATIVES]
            told.append(Question(text, passages, wrong, gold))
    return told


def fit(
    model: nn.Module,
    data: Sequence[Any],
    loss: Callable[[Sequence[Any]], Tensor],
    *,
    epochs: int,
    batch: int,
    rate: float,
    steps: int,
) -> None:
    """AdamW with a rate that rises, then falls to nearly nothing; prints the mean loss of every 50 steps."""
    trained = [one for one in model.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
    planned = epochs * (len(data) // batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1, (n + 1) / (WARM * planned)) * max(0.02, 1 - n / planned)
    )
    order, losses, started = list(data), list[float](), time.monotonic()
    model.train()
    for number in range(steps or planned):
        place = number % (len(data) // batch)
        if place == 0:
            random.shuffle(order)
        value = loss(order[place * batch : (place + 1) * batch])
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        if number % 50 == 49:
            print(
                f"{number + 1} of {planned}: loss {np.mean(losses[-50:]):.3f}, {time.monotonic() - started:.0f} s",
                flush=True,
            )


def opened(path: Path | None) -> Encoder:
    """The encoder with the official weights, and those of a task in the place of its own."""
    encoder = Encoder()
    official = read_tensors(weights_folder() / "model.safetensors")
    encoder.word.weight.data = torch.tensor(np.array(official["embeddings.word_embeddings.weight"]))
    encoder.position.weight.data = torch.tensor(np.array(official["embeddings.position_embeddings.weight"]))
    told = official if path is None else _in_floats(read_tensors(path))
    for name, tensor in encoder.tensors():
        tensor.data = torch.tensor(np.array(told[name], dtype=np.float32))
    return encoder


def save(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write weights: the matrices of the layers as 8-bit integers with a scale for each output, the others as they are."""
    from safetensors.numpy import save_file

    told: dict[str, Any] = {}
    for name, tensor in tensors.items():
        value = tensor.detach().float().numpy()
        if value.ndim == 2 and name.startswith("encoder."):
            scale = np.abs(value).max(axis=1) / 127
            told[name] = np.ascontiguousarray(np.round(value / scale[:, None]).astype(np.int8).T)
            told[name.removesuffix("weight") + "scale"] = scale.astype(np.float32)
        else:
            told[name] = np.ascontiguousarray(value, dtype=np.float32)
    save_file(told, path)
    path.chmod(0o644)
    print(json.dumps({"written": str(path), "tensors": len(told)}))


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Texts of word pieces as one tensor, and which of its places are filled."""
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids, mask


def _in_floats(tensors: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.T.astype(np.float32) * tensors[name.removesuffix("weight") + "scale"][:, None]
        if value.dtype == np.int8
        else value
        for name, value in tensors.items()
    }


def _read(model: ReadingModel, one: Question, places: Sequence[int]) -> tuple[Tensor, list[tuple[int, int]]]:
    asked = word_pieces.of_question(random.choice(forms(one.text, one.passages[0].guide)))
    rows, spans, who = [], [], []
    for text, place in enumerate(places):
        pieces = word_pieces.readings(one.passages[place])[0]
        rows.append([*asked, *pieces.ids, LAST])
        for position, span in enumerate(word_pieces.shifted(pieces.spans, len(asked))):
            if span:
                spans.append((text, *span))
                who.append((place, position))
    ids, mask = pad(rows)
    return model(ids, mask, [len(asked)] * len(rows), spans), who


def _late(encoder: Encoder, rows: Sequence[Passage]) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
    """The vectors of passages, those of their statements, and which (row, statement) these are."""
    pieces = [word_pieces.readings(row)[0] for row in rows]
    ids, mask = pad([[FIRST, *one.ids, LAST] for one in pieces])
    with torch.autocast("cpu", torch.bfloat16):
        states = encoder(ids, mask)
    told = [
        (r, j, span) for r, one in enumerate(pieces) for j, span in enumerate(word_pieces.shifted(one.spans, 1)) if span
    ]
    spans = _means(states.float(), [(r, *span) for r, _, span in told])
    return (
        functional.normalize(_mean(states.float(), mask), dim=-1),
        functional.normalize(spans, dim=-1),
        [(r, j) for r, j, _ in told],
    )


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


def _means(states: Tensor, spans: Sequence[tuple[int, int, int]]) -> Tensor:
    sums = torch.cat([torch.zeros(states.shape[0], 1, states.shape[2]), states.cumsum(1)], 1)
    text, begin, end = (torch.tensor(column) for column in zip(*spans, strict=True))
    return (sums[text, end] - sums[text, begin]) / (end - begin)[:, None]


def _nll(logits: Tensor, right: Tensor) -> Tensor:
    return (torch.logsumexp(logits, 1) - torch.logsumexp(logits.masked_fill(right == 0, -1e9), 1)).mean()


if __name__ == "__main__":
    sys.exit(main())
